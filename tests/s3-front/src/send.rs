//! A plan, carried out.

use std::io::{ErrorKind, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::plan::{Plan, Then};

/// Of a body with a rate so many pieces come in a second at least.
const PIECES_A_SECOND: u64 = 20;

static PADDING: [u8; 16 << 10] = [b'x'; 16 << 10];

/// `Ok(true)`: the connection goes on. Bytes of bodies are added to `sent`.
pub(crate) async fn send(
    stream: &mut TcpStream,
    plan: &Plan,
    got: &mut BytesMut,
    sent: &AtomicU64,
) -> Result<bool> {
    if !plan.first_byte.is_zero() {
        tokio::select! {
            () = sleep(plan.first_byte) => {}
            () = gone(stream, got) => return Err(ErrorKind::ConnectionAborted.into()),
        }
    }
    stream.write_all(plan.head.as_bytes()).await?;
    let mut place = 0;
    while let Some(piece) = plan.piece(place) {
        if plan.is_chunked {
            stream
                .write_all(format!("{:x}\r\n", piece.len()).as_bytes())
                .await?;
        }
        stream.write_all(&piece).await?;
        if plan.is_chunked {
            stream.write_all(b"\r\n").await?;
        }
        place += piece.len() as u64;
        sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
        if let Some(rate) = plan.bytes_per_sec {
            let secs = piece.len() as f64 / rate.max(1) as f64;
            tokio::select! {
                () = sleep(Duration::from_secs_f64(secs)) => {}
                () = gone(stream, got) => return Err(ErrorKind::ConnectionAborted.into()),
            }
        }
    }
    if plan.is_chunked && matches!(plan.then, Then::Keep | Then::Close) {
        stream.write_all(b"0\r\n\r\n").await?;
    }
    match plan.then {
        Then::Keep => return Ok(true),
        Then::Close => stream.shutdown().await?,
        Then::Reset => SockRef::from(&*stream).set_linger(Some(Duration::ZERO))?,
        Then::Stall => gone(stream, got).await,
    }
    Ok(false)
}

impl Plan {
    /// The bytes that come at this place; `None` behind the last.
    fn piece(&self, place: u64) -> Option<Bytes> {
        let most = match self.bytes_per_sec {
            Some(rate) => (rate / PIECES_A_SECOND).max(1),
            None => u64::MAX,
        };
        if place < self.body_bytes {
            let mut piece = self.body.from(place);
            piece.truncate(most.min(self.body_bytes - place) as usize);
            return Some(self.corrupted(piece, place));
        }
        let left = self.padding_bytes.saturating_sub(place - self.body_bytes);
        let len = left.min(most).min(PADDING.len() as u64);
        (len > 0).then(|| Bytes::from_static(&PADDING[..len as usize]))
    }

    fn corrupted(&self, piece: Bytes, place: u64) -> Bytes {
        let at = self.corrupt_at.and_then(|at| at.checked_sub(place));
        match at {
            Some(at) if at < piece.len() as u64 => {
                let mut piece = BytesMut::from(&piece[..]);
                piece[at as usize] ^= 0x20;
                piece.freeze()
            }
            _ => piece,
        }
    }
}

/// Ends when the client has closed the connection.
pub(crate) async fn gone(stream: &mut TcpStream, got: &mut BytesMut) {
    while stream.read_buf(got).await.is_ok_and(|count| count > 0) {}
}
