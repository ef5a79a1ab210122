//! One site of a configuration.

use core::ops::Range;

use countersign_token::{EdgeRevocation, Reason, Site as TokenSite};

use super::revoked::Revoked;
use crate::reader::Texts;

/// A site, but for its keys and rules, which stand in the configuration's lists.
#[derive(Debug)]
pub(crate) struct Site<'c> {
    pub(crate) token: TokenSite<&'c str>,
    /// In the order of [`Reason::ALL`].
    pub(super) statuses: [u16; Reason::ALL.len()],
    pub(crate) revocation: EdgeRevocation,
    /// Parameters that belong to the cache's key.
    pub(crate) cache_names: Texts<'c>,
    pub(super) rules: Range<usize>,
    pub(super) keys: Range<usize>,
    pub(crate) revoked: Revoked<'c>,
}

impl Site<'_> {
    pub(crate) fn status(&self, reason: Reason) -> u16 {
        let place = Reason::ALL.iter().position(|&listed| listed == reason);
        let status = place.and_then(|place| self.statuses.get(place));
        status.copied().unwrap_or(reason.status())
    }
}
