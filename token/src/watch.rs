//! What a verification tells of itself while it runs: nothing usually, each step to `explain`.
//! The verifier has one body for both, so an explanation cannot differ from the verdict.

use crate::carrier::Carrier;
use crate::fields::Fields;
use crate::key::Key;
use crate::path::CanonicalPath;
use crate::reason::Reason;
use crate::site::{Mode, Site};

/// What the checks behind the signature look at.
pub(crate) struct Facts<'f, T> {
    pub(crate) site: &'f Site<T>,
    pub(crate) key: &'f Key<T>,
    pub(crate) fields: &'f Fields<'f>,
    pub(crate) path: CanonicalPath<'f>,
    pub(crate) method: &'f str,
    pub(crate) client: Option<crate::ClientAddress>,
    pub(crate) country: Option<&'f str>,
    pub(crate) now: u64,
    pub(crate) exp: u64,
}

/// One step of a verification.
pub(crate) enum Step<'s, T> {
    /// The target was read and explicit tokens were looked for.
    Located(Result<CanonicalPath<'s>, Reason>),
    /// The policy's word on the path.
    Mode(Mode),
    /// A token was found; its text, where it can be read.
    Token(Carrier, Option<&'s [u8]>),
    /// There is none.
    NoToken,
    /// The text, where it can be read, was judged.
    Text(Option<&'s [u8]>, Result<&'s Fields<'s>, Reason>),
    /// The key was looked up.
    Key(&'s str, Option<&'s Key<T>>),
    /// A check behind that, named by the reason that it gives.
    Check(Reason, &'s Facts<'s, T>, bool),
}

/// Gives bytes, piece by piece, to whoever takes them.
pub(crate) type Feed<'f> = &'f dyn Fn(&mut dyn FnMut(&[u8]));

/// Somebody who watches.
pub(crate) trait Watch<T> {
    fn step(&mut self, step: Step<'_, T>);

    /// Whether the signed bytes are wanted too.
    const SIGNED: bool;

    /// The signed bytes.
    fn signed(&mut self, feed: Feed<'_>);
}

/// Nobody.
impl<T> Watch<T> for () {
    const SIGNED: bool = false;

    #[inline]
    fn step(&mut self, _step: Step<'_, T>) {}

    #[inline]
    fn signed(&mut self, _feed: Feed<'_>) {}
}
