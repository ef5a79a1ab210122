//! A stream held to a rate (`bps`): small pieces at even distances, each when it has been earned.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::{Instant, sleep_until};

/// Pieces in a second.
const PIECES: u64 = 10;

/// How late a piece may be for the next one to make up for it: a timer is late by milliseconds. A
/// reader who stops for longer earns nothing by it.
const SLACK: Duration = Duration::from_millis(50);

struct Pace {
    bytes_per_sec: u64,
    /// When everything sent so far was earned.
    earned: Instant,
    left: Bytes,
}

/// At no time are more bytes sent than `bytes_per_sec` times the seconds since the first poll.
pub(super) fn paced<E>(
    chunks: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
    bytes_per_sec: u64,
) -> impl Stream<Item = Result<Bytes, E>> + Send
where
    E: Send,
{
    let pace: Option<Pace> = None;
    stream::unfold((chunks, pace), move |(mut chunks, pace)| async move {
        let mut pace = pace.unwrap_or_else(|| Pace::new(bytes_per_sec));
        if pace.left.is_empty() {
            match chunks.next().await? {
                Ok(bytes) => pace.left = bytes,
                Err(error) => return Some((Err(error), (chunks, Some(pace)))),
            }
        }
        let piece = pace.piece().await;
        Some((Ok(piece), (chunks, Some(pace))))
    })
}

impl Pace {
    fn new(bytes_per_sec: u64) -> Self {
        Self {
            bytes_per_sec: bytes_per_sec.max(1),
            earned: Instant::now(),
            left: Bytes::new(),
        }
    }

    async fn piece(&mut self) -> Bytes {
        let most = usize::try_from((self.bytes_per_sec / PIECES).max(1)).unwrap_or(usize::MAX);
        let len = self.left.len().min(most);
        sleep_until(self.earn(len, Instant::now())).await;
        self.left.split_to(len)
    }

    /// When a piece of `len_bytes` that is asked for `now` may be sent.
    fn earn(&mut self, len_bytes: usize, now: Instant) -> Instant {
        let nanos = len_bytes as u128 * 1_000_000_000 / u128::from(self.bytes_per_sec);
        let takes = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let from = now.checked_sub(SLACK).unwrap_or(now);
        self.earned = self.earned.max(from) + takes;
        self.earned
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use bytes::Bytes;
    use futures_util::{StreamExt, stream};
    use tokio::time::Instant;

    use super::{Pace, paced};

    #[test]
    fn a_piece_is_sent_when_it_has_been_earned_however_late_it_is_asked_for() {
        let mut pace = Pace::new(10_000);
        let start = pace.earned;
        let mut now = start;
        for piece in 1..=100 {
            let due = pace.earn(1_000, now);
            assert_eq!(due - start, Duration::from_millis(100 * piece));
            // A timer is late, which the next piece makes up for.
            now = due + Duration::from_millis(piece % 50);
        }
    }

    #[test]
    fn a_reader_who_stops_saves_nothing_up() {
        let mut pace = Pace::new(10_000);
        pace.earn(1_000, pace.earned);
        let now = pace.earned + Duration::from_secs(60);
        for _ in 0..10 {
            pace.earn(1_000, now);
        }
        assert_eq!(pace.earned - now, Duration::from_millis(950));
    }

    #[tokio::test]
    async fn the_bytes_are_the_same_and_not_early() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        let chunks = bytes.chunks(3_000).map(Bytes::copy_from_slice);
        let chunks: Vec<Result<_, Infallible>> = chunks.map(Ok).collect();
        let started = Instant::now();
        let sent = Box::pin(paced(stream::iter(chunks), 20_000));
        let pieces: Vec<Bytes> = sent.map(|piece| piece.unwrap()).collect().await;
        assert!(started.elapsed() >= Duration::from_millis(250));
        assert!(pieces.iter().all(|piece| piece.len() <= 2_000));
        assert_eq!(pieces.concat(), bytes);
    }
}
