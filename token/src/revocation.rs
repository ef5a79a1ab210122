//! What is revoked is the host's to know; what of a token it is asked about stands here.

/// What a token can be revoked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'t> {
    /// Its key.
    pub kid: &'t str,
    /// Its own id.
    pub jti: Option<&'t str>,
    /// Its user, unescaped.
    pub sub: Option<&'t str>,
    /// Its session.
    pub sid: Option<&'t str>,
    /// When it was issued, in Unix seconds. A token without it is older than any time.
    pub iat: Option<u64>,
}

/// A host's revocations.
pub trait Revocations {
    /// Whether `jti`, `sub`, `sid` or `kid` is listed, or the token was issued before a listed time
    /// for its `sub` or for all.
    fn revokes(&self, token: &Identity<'_>) -> bool;

    /// Whether nothing at all is revoked, so that no token need be asked about.
    fn is_empty(&self) -> bool {
        false
    }
}

/// Nothing is revoked.
impl Revocations for () {
    fn revokes(&self, _token: &Identity<'_>) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        true
    }
}
