//! A block's name.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BlockKey {
    pub(crate) version: u64,
    pub(crate) index: u64,
}
