//! What a verification comes to. A [`Grant`] is made here only, for [`Verifier`](crate::Verifier).

use crate::carrier::Carrier;
use crate::fields::Fields;
use crate::path::CanonicalPath;
use crate::reason::Reason;

/// The outcome of a request (TOKEN.md §5).
#[derive(Clone, Copy, Debug)]
pub enum Verdict<'r> {
    /// A token passed every check.
    Granted(Grant<'r>),
    /// The path needs no token. What came with the request has no effect.
    Public(CanonicalPath<'r>),
    /// It would have been denied; the site only watches. The token has no effect.
    Reported(CanonicalPath<'r>, Denial<'r>),
    /// Refused.
    Denied(Denial<'r>),
}

/// Proof that a token opened this path.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'r> {
    path: CanonicalPath<'r>,
    carrier: Carrier,
    fields: Fields<'r>,
}

impl<'r> Grant<'r> {
    pub(crate) const fn new(path: CanonicalPath<'r>, carrier: Carrier, fields: Fields<'r>) -> Self {
        Self {
            path,
            carrier,
            fields,
        }
    }

    /// The path that is open.
    pub const fn path(&self) -> CanonicalPath<'r> {
        self.path
    }

    /// What brought the token.
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// What the token says.
    pub const fn fields(&self) -> &Fields<'r> {
        &self.fields
    }

    /// The token's text, for an edge to send to the origin, and for nothing else: never logged,
    /// never part of a cache's key.
    pub fn token(&self) -> &'r str {
        self.fields.whole()
    }
}

/// A refusal and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Denial<'r> {
    pub(crate) reason: Reason,
    pub(crate) path: Option<CanonicalPath<'r>>,
    pub(crate) carrier: Option<Carrier>,
    pub(crate) fields: Option<Fields<'r>>,
    pub(crate) authentic: bool,
}

impl<'r> Denial<'r> {
    /// Why.
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// The canonical path; `None` where there is none.
    pub const fn path(&self) -> Option<CanonicalPath<'r>> {
        self.path
    }

    /// What brought the token that was refused.
    pub const fn carrier(&self) -> Option<Carrier> {
        self.carrier
    }

    /// The token's fields, where its signature held and only its terms did not.
    pub fn fields(&self) -> Option<&Fields<'r>> {
        self.fields.as_ref().filter(|_| self.authentic)
    }

    /// The `kid` that a well-formed token claims, whether its signature held or not.
    pub fn claimed_kid(&self) -> Option<&'r str> {
        self.fields.map(|fields| fields.kid())
    }
}
