//! Who asks: a bearer's JWT or static API key (RFC 6750 §2.1).

mod api_key;
mod issuer;
mod jwt;

use std::fmt;

use http::{HeaderMap, header};

pub(super) use self::api_key::ApiKeys;
pub use self::issuer::{IssuerFault, IssuerFaultKind, Issuers, RemoteKeys, issuers};
use super::claims::Claims;

/// The longest bearer token that is looked at.
pub const MAX_BEARER_BYTES: usize = 8_192;

/// Somebody whose credentials held.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Caller {
    /// Who says so: a JWT's `iss`, or `api_key`.
    pub(super) authority: String,
    /// The `sub` claim, or the API key's name; empty for a JWT without `sub`.
    pub(super) name: String,
    /// What rules look at.
    pub(super) claims: Claims,
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotSignedIn {
    /// No `Authorization: Bearer`.
    #[error("no bearer token; send \"Authorization: Bearer\" with a JWT or an API key")]
    Missing,
    /// Two `Authorization` headers.
    #[error("more than one Authorization header")]
    Twice,
    /// Beyond [`MAX_BEARER_BYTES`].
    #[error("the bearer token has more than {MAX_BEARER_BYTES} bytes")]
    TooLong,
    /// No known API key, and not three non-empty parts of canonical base64url.
    #[error("the bearer token is neither a known API key nor a JWT")]
    NotAJwt,
    /// The header is no JSON object, or has a name twice or of the wrong type.
    #[error("the JWT's header is not one that RFC 7515 allows")]
    Header,
    /// `alg` is none of the five, or not one of the issuer's.
    #[error("the JWT's algorithm is not one that its issuer uses")]
    Algorithm,
    /// `crit` names extensions; none is known here.
    #[error("the JWT has critical extensions, none of which is known here")]
    Critical,
    /// The payload is no JSON object, or has a name twice.
    #[error("the JWT's claims are no JSON object with each name once")]
    Claims,
    /// `iss` is missing, no string, or nobody configured.
    #[error("the JWT's issuer is not known here")]
    Issuer,
    /// No key of the issuer's has this `kid`.
    #[error("the JWT's kid is not among its issuer's keys")]
    Kid,
    /// The signature does not hold.
    #[error("the JWT's signature does not hold")]
    Signature,
    /// `aud` is missing, malformed, or for somebody else.
    #[error("the JWT is not meant for this audience")]
    Audience,
    /// A time that is no whole number, or no `exp`.
    #[error("exp, and nbf where there is one, must be whole numbers of Unix seconds")]
    Time,
    /// now ≥ `exp` + leeway.
    #[error("the JWT has expired")]
    Expired,
    /// now + leeway < `nbf`.
    #[error("the JWT is not valid yet")]
    NotYetValid,
}

/// Everybody who may be signed in.
pub(super) struct Callers {
    issuers: Issuers,
    api_keys: ApiKeys,
}

impl Callers {
    /// Believes these.
    pub(super) const fn new(issuers: Issuers, api_keys: ApiKeys) -> Self {
        Self { issuers, api_keys }
    }

    /// Who sent these headers, at `now_unix_secs`. Where an issuer's keys are at a URL, a `kid` that
    /// is not among them is looked for there, within seconds.
    ///
    /// # Errors
    /// [`NotSignedIn`].
    pub(super) async fn identify(
        &self,
        headers: &HeaderMap,
        now_unix_secs: u64,
    ) -> Result<Caller, NotSignedIn> {
        let token = bearer(headers)?;
        match self.api_keys.find(token) {
            Some(caller) => Ok(caller),
            None => self.identify_by_jwt(token, now_unix_secs).await,
        }
    }

    async fn identify_by_jwt(
        &self,
        token: &str,
        now_unix_secs: u64,
    ) -> Result<Caller, NotSignedIn> {
        let first = jwt::verify(token, &self.issuers, now_unix_secs);
        if first.is_ok() {
            return first;
        }
        let remotes = jwt::may_have_key(token, &self.issuers);
        if remotes.is_empty() {
            return first;
        }
        for (remote, seen) in remotes {
            remote.ask_for_kid(&seen).await;
        }
        jwt::verify(token, &self.issuers, now_unix_secs)
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers").finish_non_exhaustive()
    }
}

/// The token of the one `Authorization: Bearer`. Its length is known before any byte is decoded.
fn bearer(headers: &HeaderMap) -> Result<&str, NotSignedIn> {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let line = lines.next().ok_or(NotSignedIn::Missing)?;
    if lines.next().is_some() {
        return Err(NotSignedIn::Twice);
    }
    let is_bearer = |scheme: &[u8]| scheme.eq_ignore_ascii_case(b"bearer");
    let (scheme, token) = line
        .as_bytes()
        .split_at_checked("bearer".len())
        .ok_or(NotSignedIn::Missing)?;
    if !is_bearer(scheme) || token.first().is_some_and(|&byte| byte != b' ') {
        return Err(NotSignedIn::Missing);
    }
    let token = token.trim_ascii_start();
    if token.len() > MAX_BEARER_BYTES {
        return Err(NotSignedIn::TooLong);
    }
    match std::str::from_utf8(token) {
        Ok("") => Err(NotSignedIn::Missing),
        Ok(token) => Ok(token),
        Err(_) => Err(NotSignedIn::NotAJwt),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

    use super::{MAX_BEARER_BYTES, NotSignedIn, bearer};

    fn read(lines: &[&str]) -> Result<String, NotSignedIn> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(AUTHORIZATION, HeaderValue::from_str(line).unwrap());
        }
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        assert_eq!(read(&["Bearer a.b.c"]).as_deref(), Ok("a.b.c"));
        assert_eq!(read(&["bEARER  a.b.c"]).as_deref(), Ok("a.b.c"));
    }

    #[test]
    fn another_scheme_or_none_is_no_token() {
        for line in ["", "Bearer", "Bearer ", "Basic YTpi", "Bearera.b.c", "Bear"] {
            assert_eq!(read(&[line]), Err(NotSignedIn::Missing), "{line}");
        }
        assert_eq!(read(&[]), Err(NotSignedIn::Missing));
    }

    #[test]
    fn two_headers_and_a_megabyte_of_dots_are_refused() {
        assert_eq!(read(&["Bearer a", "Bearer a"]), Err(NotSignedIn::Twice));
        let dots = format!("Bearer {}", ".".repeat(1 << 20));
        assert_eq!(read(&[&dots]), Err(NotSignedIn::TooLong));
        let longest = format!("Bearer {}", "x".repeat(MAX_BEARER_BYTES));
        assert!(read(&[&longest]).is_ok());
    }
}
