//! Why a block may fail, and whether it waits for its turn.

#[path = "../../../src/store/gate/turn.rs"]
#[allow(dead_code, unreachable_pub)]
mod turn;

pub(crate) use self::turn::Turn;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreError {
    /// The writer was dropped.
    Unavailable,
    /// The writer said so.
    Broken,
}
