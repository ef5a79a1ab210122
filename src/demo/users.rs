//! Whose the samples are.

/// The demo's user, who owns the samples.
pub(super) const USER: &str = "ada";
/// Another user, whose photo the first may not sign.
pub(super) const OTHER_USER: &str = "bob";
