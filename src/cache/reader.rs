//! One reader's way through an object: block after block, of one version.
//!
//! A reader holds a chunk or a few at a time and not the block, so that a slow one keeps no memory
//! from the others. The price is that a block may leave the cache under it. The rest of that block is then
//! read past the cache, in small pieces, each of which is held in memory whole, so that a slow
//! reader keeps no connection to the store either.

use std::ops::Range;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::CacheOutcome;
use super::arriving::{Progress, Seat};
use super::block::{Block, CHUNK_BYTES};
use super::blocks::Blocks;
use super::fills::{Fill, Place};
use super::known::Version;
use super::lookup::Along;
use super::source::Source;
use crate::store::StoreError;

/// What is read past the cache at once.
const PIECE_BYTES: u64 = 2 * CHUNK_BYTES as u64;

/// Who takes longer for half a block has no use for the next one yet.
const AHEAD_WITHIN: Duration = Duration::from_secs(2);

/// How often the way past the cache doubles for a reader whose blocks leave again and again.
const MAX_LOSSES: u32 = 6;

/// A reader of some bytes of a version.
pub(super) struct Reader {
    blocks: Blocks,
    source: Source,
    version: Arc<Version>,
    left: Range<u64>,
    now: Now,
    /// The block in which it stands, and since when.
    block: Range<u64>,
    came_at: Instant,
    /// From where on the next blocks are brought, if they have not been.
    ahead_from: Option<u64>,
    /// They are wanted as long as this reader is there.
    ahead: Vec<Fill>,
    losses: u32,
    /// It has waited for its reader before it asks the store for the next piece.
    has_paused: bool,
    /// Up to here it is read past the cache.
    apart_until: u64,
}

/// What the reader reads.
enum Now {
    /// Nothing yet.
    Between,
    /// A block that others may keep.
    Kept(Weak<Block>),
    /// A block on its way.
    Arriving(Fill, Seat),
    /// A piece past the cache, on its way.
    Piece(BoxFuture<'static, Result<Bytes, StoreError>>),
    /// The rest of a piece.
    Rest(Bytes),
}

impl Reader {
    /// A reader of bytes that lie within the object.
    pub(super) fn new(
        blocks: Blocks,
        source: Source,
        version: Arc<Version>,
        range: Range<u64>,
    ) -> Self {
        Self {
            blocks,
            source,
            version,
            left: range,
            now: Now::Between,
            block: 0..0,
            came_at: Instant::now(),
            ahead_from: None,
            ahead: Vec::new(),
            losses: 0,
            has_paused: false,
            apart_until: 0,
        }
    }

    /// The same, past the cache to its end.
    pub(super) fn apart(self) -> Self {
        Self {
            apart_until: u64::MAX,
            ..self
        }
    }

    pub(super) fn left_bytes(&self) -> u64 {
        self.left.end - self.left.start
    }

    /// Goes to the first block, and waits for the first byte where the store must be asked: until then
    /// a failure can be told. How that block was found.
    /// Where that block came along with an answer, it is read as it is.
    pub(super) async fn begin(&mut self, along: Option<Along>) -> Result<CacheOutcome, StoreError> {
        let index = self.blocks.grid.index(self.left.start);
        let outcome = match along {
            Some(along) if along.index == index => {
                self.come();
                self.now = Now::Arriving(along.fill, Seat::default());
                CacheOutcome::Shared
            }
            _ => self.enter(),
        };
        match &mut self.now {
            Now::Arriving(fill, seat) => {
                // Within a block, which lies in memory.
                let at = (self.left.start - self.block.start) as usize;
                std::future::poll_fn(|cx| fill.poll_begun(at, cx, seat)).await?;
            }
            Now::Piece(piece) => self.now = Now::Rest(piece.await?),
            Now::Between | Now::Kept(_) | Now::Rest(_) => {}
        }
        Ok(outcome)
    }

    /// Goes to the first block, which has been found.
    pub(super) fn begin_kept(&mut self, block: &Arc<Block>) {
        self.come();
        self.now = Now::Kept(Arc::downgrade(block));
    }

    /// The next bytes, of one chunk; `None` when all have come.
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, StoreError>>> {
        while !self.left.is_empty() {
            let at = self.left.start.saturating_sub(self.block.start);
            let most = self.block.end.min(self.left.end) - self.left.start.min(self.block.end);
            // Both are within a block, which lies in memory.
            let (at, most) = (at as usize, most as usize);
            let bytes = match &mut self.now {
                Now::Between => {
                    // Whoever gathers what is there stops here: a piece that is asked for while
                    // its reader is still to take others would keep the store waiting.
                    let is_apart = self.left.start < self.apart_until;
                    if is_apart && !std::mem::replace(&mut self.has_paused, true) {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    self.has_paused = false;
                    self.enter();
                    continue;
                }
                Now::Kept(block) => match block.upgrade() {
                    Some(block) => block.chunk(at, most),
                    None => {
                        self.lose();
                        continue;
                    }
                },
                Now::Arriving(fill, seat) => match ready!(fill.poll_read(at, most, cx, seat)) {
                    Ok(Progress::Bytes(bytes)) => bytes,
                    Ok(Progress::Complete(block)) => {
                        self.now = Now::Kept(block);
                        continue;
                    }
                    Err(error) => return Poll::Ready(Some(Err(error))),
                },
                Now::Piece(piece) => {
                    self.now = Now::Rest(ready!(piece.poll_unpin(cx))?);
                    continue;
                }
                Now::Rest(bytes) if bytes.is_empty() => {
                    self.now = Now::Between;
                    continue;
                }
                Now::Rest(bytes) => bytes.split_to(bytes.len().min(most).min(CHUNK_BYTES)),
            };
            if bytes.is_empty() {
                return Poll::Ready(Some(Err(StoreError::BodyLength)));
            }
            self.advance(bytes.len() as u64);
            return Poll::Ready(Some(Ok(bytes)));
        }
        Poll::Ready(None)
    }

    /// Whether it reads a block that is kept.
    pub(super) const fn can_go_back(&self) -> bool {
        matches!(self.now, Now::Kept(_))
    }

    /// The last `bytes` are read again.
    pub(super) fn go_back(&mut self, bytes: u64) {
        self.left.start = self.left.start.saturating_sub(bytes);
        let block = self.blocks.grid.index(self.left.start);
        let block = self.blocks.kept(&self.version, block);
        self.come();
        self.now = block.map_or(Now::Between, |block| Now::Kept(Arc::downgrade(&block)));
    }

    fn advance(&mut self, bytes: u64) {
        self.left.start += bytes;
        let is_by_cache = matches!(self.now, Now::Kept(_) | Now::Arriving(..));
        if is_by_cache && self.left.start >= self.block.end {
            self.losses = 0;
            self.now = Now::Between;
        }
        if self.ahead_from.is_some_and(|from| from <= self.left.start) {
            self.ahead_from = None;
            if is_by_cache && self.came_at.elapsed() < AHEAD_WITHIN {
                let behind = self.block.end..self.left.end;
                self.ahead = self.blocks.read_ahead(&self.source, &self.version, behind);
            }
        }
    }

    /// Comes to the block in which it stands.
    fn enter(&mut self) -> CacheOutcome {
        self.come();
        if self.left.start < self.apart_until {
            self.now = self.piece();
            return CacheOutcome::NoMemory;
        }
        let (now, outcome) = match self.find() {
            Place::Kept(block) => (Now::Kept(Arc::downgrade(&block)), CacheOutcome::Hit),
            Place::Arriving(fill) => (Now::Arriving(fill, Seat::default()), CacheOutcome::Shared),
            Place::Begun(fill, bringing) => {
                self.blocks
                    .start(&self.source, &self.version, bringing, None);
                (Now::Arriving(fill, Seat::default()), CacheOutcome::Miss)
            }
            Place::NoMemory => {
                self.apart_until = self.block.end;
                (self.piece(), CacheOutcome::NoMemory)
            }
        };
        self.now = now;
        outcome
    }

    fn find(&self) -> Place {
        let index = self.blocks.grid.index(self.left.start);
        self.blocks.find(&self.version, index)
    }

    /// Notes the block in which it stands, if it is another.
    fn come(&mut self) {
        let at = self.left.start;
        if self.block.contains(&at) {
            return;
        }
        let (grid, len_bytes) = (self.blocks.grid, self.version.meta.len_bytes);
        self.block = grid.block(grid.index(at), len_bytes);
        self.came_at = Instant::now();
        let half = (self.block.end - at).div_ceil(2);
        self.ahead_from = (self.block.end < self.left.end).then_some(at + half);
    }

    /// The block left under the reader.
    fn lose(&mut self) {
        let index = self.blocks.grid.index(self.left.start);
        self.now = match self.blocks.kept(&self.version, index) {
            // It has been brought again.
            Some(block) => Now::Kept(Arc::downgrade(&block)),
            None => {
                self.blocks.counts.lost.add();
                let more = (1_u64 << self.losses) - 1;
                let block_bytes = self.block.end - self.block.start;
                self.losses = (self.losses + 1).min(MAX_LOSSES);
                self.apart_until = self.block.end + more * block_bytes;
                Now::Between
            }
        };
    }

    /// What comes next, past the cache.
    fn piece(&self) -> Now {
        let at = self.left.start;
        let until = self.block.end.min(self.left.end).min(at + PIECE_BYTES);
        let (blocks, source) = (self.blocks.clone(), self.source.clone());
        let version = Arc::clone(&self.version);
        Now::Piece(Box::pin(async move {
            blocks.piece(&source, &version, at..until).await
        }))
    }
}
