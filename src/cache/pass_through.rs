//! Objects that are not kept: their bytes straight from the store, all of one version.

use std::ops::Range;
use std::sync::Arc;

use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};

use super::chunks::Body;
use super::source::Source;
use crate::store::{Fetched, ObjectMeta, StoreError};

/// The bytes of `range` of the version that `meta` describes, and its metadata as of now. A stream
/// that is already in hand is used where it starts where the range does.
///
/// # Errors
///
/// [`StoreError::Changed`] where the store has another version by now; later, in the stream, too.
pub(super) async fn open(
    source: Source,
    meta: Arc<ObjectMeta>,
    in_hand: Option<Fetched>,
    range: Range<u64>,
) -> Result<(Arc<ObjectMeta>, Body), StoreError> {
    let len_bytes = range.end - range.start;
    let fetched = match in_hand {
        Some(fetched) if fetched.range.start == range.start => fetched,
        dropped => {
            drop(dropped);
            source.exactly(&meta, &range).await?
        }
    };
    let meta = Arc::new(fetched.meta);
    let first_end = fetched.range.end.min(range.end);
    let first = Body::from_store(fetched.body, first_end - range.start);
    if first_end == range.end {
        return Ok((meta, first));
    }
    let rest = rest(source, Arc::clone(&meta), first_end..range.end);
    Ok((meta, Body::from_store(first.chain(rest), len_bytes)))
}

/// Asks the store when the bytes before have been read, not earlier.
fn rest(
    source: Source,
    meta: Arc<ObjectMeta>,
    range: Range<u64>,
) -> impl Stream<Item = Result<bytes::Bytes, StoreError>> + Send {
    let opened = async move {
        let fetched = source.exactly(&meta, &range).await?;
        Ok(Body::from_store(fetched.body, range.end - range.start))
    };
    stream::once(opened).try_flatten()
}
