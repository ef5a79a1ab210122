//! What a writer does, step by step.

use std::sync::LazyLock;

use crate::arriving::Writer;
use crate::block::{Block, CHUNK_BYTES};
use crate::store::StoreError;
use crate::sync::Arc;

/// A full chunk, and a little.
pub(crate) const LEN_BYTES: usize = CHUNK_BYTES + 3;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Begin,
    Write(usize),
    Show,
}

/// After its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    Finished,
    Failed,
    Dropped,
}

/// A block of [`LEN_BYTES`] in pieces that end within a chunk, on its border, and behind it.
pub(crate) const STEPS: [Step; 5] = [
    Step::Begin,
    Step::Write(2),
    Step::Show,
    Step::Write(CHUNK_BYTES - 2),
    Step::Write(3),
];

static CONTENT: LazyLock<Vec<u8>> =
    LazyLock::new(|| (0..LEN_BYTES).map(|at| (at % 251) as u8).collect());

/// The block's bytes.
pub(crate) fn content() -> &'static [u8] {
    &CONTENT
}

/// Takes these steps, then ends; `keep` gets a block that is complete.
pub(crate) fn write(
    mut writer: Writer<StoreError>,
    steps: &[Step],
    ends: Ends,
    keep: impl FnOnce(Arc<Block>),
) {
    take(&mut writer, steps);
    match ends {
        Ends::Finished => writer.finish(keep),
        Ends::Failed => writer.fail(StoreError::Broken),
        Ends::Dropped => drop(writer),
    }
}

/// Takes these steps.
pub(crate) fn take(writer: &mut Writer<StoreError>, steps: &[Step]) {
    for step in steps {
        match *step {
            Step::Begin => writer.begin(),
            Step::Write(count) => {
                let at = writer.written_bytes();
                writer.write(&CONTENT[at..at + count]);
                assert_eq!(writer.written_bytes(), at + count, "it has room");
            }
            Step::Show => writer.show(),
        }
    }
}
