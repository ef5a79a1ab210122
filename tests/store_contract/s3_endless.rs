//! The S3 store against servers whose answers have no end.

use std::time::{Duration, Instant};

use countersign::store::StoreError;

use crate::faulty::{Reply, Then};
use crate::place::get;
use crate::s3_faults::{always, head};

/// What every call to such a server ends with, within the time-outs of half a second and a while.
async fn endless(begin: &'static str, more: &'static str, pause: Duration) -> StoreError {
    let (_faulty, store) =
        always(move |_| Reply::raw(begin).then(Then::Endless(more, pause))).await;
    let answers = async {
        let got = get(&*store, "a", None, None).await.map(|got| got.range);
        let got = got.unwrap_err();
        assert_eq!(head(&*store).await.unwrap_err(), got);
        assert!(store.probe().await.is_err());
        got
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), answers).await;
    ended.expect("bounds of time and of bytes")
}

const CHUNKED_ERROR: &str = "HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n";

#[tokio::test]
async fn an_error_body_without_an_end_is_read_for_some_bytes_only() {
    const PIECE: &str = "10\r\n0123456789abcdef\r\n";
    let begun = Instant::now();
    let (_faulty, store) =
        always(|_| Reply::raw(CHUNKED_ERROR).then(Then::Endless(PIECE, Duration::ZERO))).await;
    let refused = get(&*store, "a", None, None).await.unwrap_err();
    assert_eq!(refused, StoreError::Unavailable);
    assert!(store.probe().await.is_err());
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn an_error_body_that_trickles_is_read_for_some_time_only() {
    let pause = Duration::from_millis(100);
    let (_faulty, store) =
        always(move |_| Reply::raw(CHUNKED_ERROR).then(Then::Endless("1\r\n.\r\n", pause))).await;
    let refused = tokio::time::timeout(Duration::from_secs(20), get(&*store, "a", None, None));
    assert_eq!(refused.await.unwrap().unwrap_err(), StoreError::Timeout);
    let probed = tokio::time::timeout(Duration::from_secs(20), store.probe());
    assert!(probed.await.unwrap().is_err());
}

#[tokio::test]
async fn a_head_without_an_end_is_read_for_some_bytes_and_some_time_only() {
    let begin = "HTTP/1.1 200 OK\r\nx-endless: ";
    let fast = endless(begin, "0123456789abcdef", Duration::ZERO).await;
    assert_eq!(fast, StoreError::Unavailable);
    let slow = endless(begin, ".", Duration::from_millis(100)).await;
    assert_eq!(slow, StoreError::Timeout);
    let lines = endless("HTTP/1.1 200 OK\r\n", "x: y\r\n", Duration::ZERO).await;
    assert_eq!(lines, StoreError::Unavailable);
}
