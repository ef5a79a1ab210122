//! Why a block may fail.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreError {
    /// The writer was dropped.
    Unavailable,
    /// The writer said so.
    Broken,
}
