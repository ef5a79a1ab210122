//! The accept loop.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::connection::{ConnectionSettings, Way};
use super::http::{Answers, Library};
use super::{Drain, queue};
use crate::seldom::Seldom;

/// How long a full table of file descriptors is waited out before accepting again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Between two lines of the log that say so. Descriptors are the process's, and so is the line.
const ACCEPT_LINE_PAUSE: Duration = Duration::from_secs(10);
static NOT_ACCEPTED: Seldom = Seldom::new();

/// Serves `answers` on every connection until `drain` closes, then on those that wait to be
/// accepted, and ends when all have ended or the grace time has.
pub async fn serve<N: Answers>(
    listener: TcpListener,
    settings: ConnectionSettings,
    drain: Drain,
    answers: N,
) {
    // Every connection holds a receiver, so that their end is heard.
    let (open, held) = watch::channel(());
    let grace = settings.grace;
    let way = Way {
        library: Arc::new(Library::new(&settings.heads, &settings.http2)),
        settings: Arc::new(settings),
        drain: drain.clone(),
        answers,
        _held: held,
    };
    let mut closing = pin!(drain.closing());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => way.admit(stream, peer).await,
                Err(error) => {
                    if let Some(count) = NOT_ACCEPTED.count(Instant::now(), ACCEPT_LINE_PAUSE) {
                        tracing::warn!(%error, count, "a connection was not accepted");
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            () = &mut closing => break,
        }
    }
    for (stream, peer) in queue::drain(listener) {
        way.admit(stream, peer).await;
    }
    drop(way);
    if tokio::time::timeout(grace, open.closed()).await.is_err() {
        tracing::warn!("answers were cut at the end of the grace time");
    }
}
