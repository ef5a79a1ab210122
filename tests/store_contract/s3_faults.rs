//! The S3 store against servers that fail, lie, or are not there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::config::model::{S3Settings, StoreSettings};
use countersign::store::ByteRange::{From, FromTo, Suffix};
use countersign::store::{self, EntityTag, Store, StoreError, StoreFault, StoreKey};
use tokio::net::TcpListener;

use crate::faulty::{Faulty, Reply, Then};
use crate::place::{bytes, get};
use crate::s3_moto::settings;

const TEN_TO_19: store::ByteRange = FromTo {
    first: 10,
    last: 19,
};

pub(crate) async fn open(settings: S3Settings) -> Arc<dyn Store> {
    store::open(&StoreSettings::S3(settings)).await.unwrap()
}

/// A store whose server gives every request this reply.
pub(crate) async fn always(
    reply: impl Fn(&str) -> Reply + Send + Sync + 'static,
) -> (Faulty, Arc<dyn Store>) {
    let faulty = Faulty::start(reply).await;
    let store = open(settings(&faulty.endpoint, "media")).await;
    (faulty, store)
}

pub(crate) async fn head(store: &dyn Store) -> Result<u64, StoreError> {
    Ok(store.head(&StoreKey::new("a"), None).await?.len_bytes)
}

pub(crate) fn whole(_: &str) -> Reply {
    Reply::new(
        "200 OK\ncontent-length: 26\netag: \"1\"",
        "abcdefghijklmnopqrstuvwxyz",
    )
}

#[tokio::test]
async fn a_whole_answer_to_a_range_from_the_start_is_cut() {
    let (_faulty, store) = always(whole).await;
    let range = FromTo { first: 0, last: 4 };
    let got = get(&*store, "a", Some(range), None).await.unwrap();
    assert_eq!((got.meta.len_bytes, got.range.clone()), (26, 0..5));
    assert_eq!(bytes(got).await.unwrap(), b"abcde");
    let got = get(&*store, "a", Some(From { first: 0 }), None)
        .await
        .unwrap();
    assert_eq!(bytes(got).await.unwrap().len(), 26);
}

#[tokio::test]
async fn a_whole_answer_to_a_range_from_the_middle_is_never_passed_off_as_the_range() {
    let (_faulty, store) = always(whole).await;
    for range in [TEN_TO_19, From { first: 1 }, Suffix { len_bytes: 3 }] {
        let refused = get(&*store, "a", Some(range), None).await.unwrap_err();
        assert_eq!(refused, StoreError::Unavailable, "{range:?}");
    }
}

#[tokio::test]
async fn a_content_range_other_than_asked_for_is_unavailable() {
    for wrong in [
        "bytes 0-9/26",
        "bytes 10-19/*",
        "bytes 10-18/26",
        "nonsense",
    ] {
        let (_faulty, store) = always(move |_| {
            let head = format!("206 Partial Content\ncontent-range: {wrong}\ncontent-length: 10");
            Reply::new(&head, "klmnopqrst")
        })
        .await;
        let refused = get(&*store, "a", Some(TEN_TO_19), None).await.unwrap_err();
        assert_eq!(refused, StoreError::Unavailable, "{wrong}");
    }
}

#[tokio::test]
async fn a_store_that_ignores_if_match_is_found_out() {
    let (_faulty, store) = always(whole).await;
    let (same, other) = (EntityTag::strong("\"1\""), EntityTag::strong("\"2\""));
    assert!(get(&*store, "a", None, same.as_ref()).await.is_ok());
    let refused = get(&*store, "a", None, other.as_ref()).await.unwrap_err();
    assert_eq!(refused, StoreError::Changed);
}

#[tokio::test]
async fn the_store_itself_is_asked_to_match_so_that_no_body_is_sent_in_vain() {
    let (_faulty, store) = always(
        |request| match request.contains("\r\nif-match: \"1\"\r\n") {
            true => Reply::error(412, "PreconditionFailed"),
            false => whole(request),
        },
    )
    .await;
    assert!(get(&*store, "a", None, None).await.is_ok());
    let tag = EntityTag::strong("\"1\"");
    let refused = get(&*store, "a", None, tag.as_ref()).await.unwrap_err();
    assert_eq!(refused, StoreError::Changed);
}

#[tokio::test]
async fn a_weak_entity_tag_is_none() {
    let (_faulty, store) =
        always(|_| Reply::new("200 OK\ncontent-length: 1\netag: W/\"1\"", "x")).await;
    assert_eq!(get(&*store, "a", None, None).await.unwrap().meta.etag, None);
}

#[tokio::test]
async fn a_body_that_breaks_off_ends_with_body_length() {
    let (_faulty, store) = always(|_| Reply::new("200 OK\ncontent-length: 100", "only this")).await;
    let got = get(&*store, "a", None, None).await.unwrap();
    assert_eq!(got.meta.len_bytes, 100);
    assert_eq!(bytes(got).await.unwrap_err(), StoreError::BodyLength);
}

#[tokio::test]
async fn a_body_shorter_or_longer_than_its_range_ends_with_body_length() {
    for body in [
        "9\r\nklmnopqrs\r\n0\r\n\r\n",
        "b\r\nklmnopqrstu\r\n0\r\n\r\n",
    ] {
        let (_faulty, store) = always(move |_| {
            let head =
                "206 Partial Content\ncontent-range: bytes 10-19/26\ntransfer-encoding: chunked";
            Reply::new(head, body)
        })
        .await;
        let got = get(&*store, "a", Some(TEN_TO_19), None).await.unwrap();
        assert_eq!(
            bytes(got).await.unwrap_err(),
            StoreError::BodyLength,
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_body_that_stalls_is_a_timeout() {
    let (_faulty, store) =
        always(|_| Reply::new("200 OK\ncontent-length: 100", "some").then(Then::Stall)).await;
    let got = get(&*store, "a", None, None).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), bytes(got)).await;
    assert_eq!(
        ended.expect("a time-out of half a second"),
        Err(StoreError::Timeout)
    );
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_timeout_within_the_settings() {
    let (faulty, store) = always(|_| Reply::silence()).await;
    let all = async {
        let refused = get(&*store, "a", None, None).await.unwrap_err();
        assert_eq!(refused, StoreError::Timeout);
        assert_eq!(head(&*store).await.unwrap_err(), StoreError::Timeout);
        let endpoint = faulty.endpoint.clone();
        assert_eq!(store.probe().await, Err(StoreFault::TimedOut { endpoint }));
    };
    let in_time = tokio::time::timeout(Duration::from_secs(5), all).await;
    assert!(in_time.is_ok(), "three calls of half a second each");
    assert_eq!(faulty.requests(), 3);
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable_at_once() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let store = open(settings(&endpoint, "media")).await;
    let begun = Instant::now();
    assert_eq!(
        get(&*store, "a", None, None).await.unwrap_err(),
        StoreError::Unavailable
    );
    assert_eq!(head(&*store).await.unwrap_err(), StoreError::Unavailable);
    assert_eq!(
        store.probe().await,
        Err(StoreFault::Unreachable { endpoint })
    );
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_server_that_closes_without_an_answer_is_unavailable() {
    let (_faulty, store) = always(|_| Reply::silence().then(Then::Close)).await;
    assert_eq!(
        get(&*store, "a", None, None).await.unwrap_err(),
        StoreError::Unavailable
    );
}

#[tokio::test]
async fn a_throttling_store_is_asked_once() {
    let slow_down = |_: &str| Reply::new("503 X\ncontent-length: 0\nretry-after: 7", "");
    let (faulty, store) = always(slow_down).await;
    let throttled = StoreError::Throttled {
        retry_after_secs: Some(7),
    };
    assert_eq!(get(&*store, "a", None, None).await.unwrap_err(), throttled);
    assert_eq!(head(&*store).await.unwrap_err(), throttled);
    assert_eq!(faulty.requests(), 2);
}

#[tokio::test]
async fn s3s_errors_are_told_apart() {
    for (status, code, error) in [
        (404, "NoSuchKey", StoreError::NotFound),
        (404, "NoSuchBucket", StoreError::Misconfigured),
        (301, "PermanentRedirect", StoreError::Misconfigured),
        (
            400,
            "AuthorizationHeaderMalformed",
            StoreError::Misconfigured,
        ),
        (403, "AccessDenied", StoreError::Denied),
        (403, "SignatureDoesNotMatch", StoreError::Denied),
        (412, "PreconditionFailed", StoreError::Changed),
        (500, "InternalError", StoreError::Unavailable),
    ] {
        let (_faulty, store) = always(move |_| Reply::error(status, code)).await;
        let refused = get(&*store, "a", None, None).await.unwrap_err();
        assert_eq!(refused, error, "{code}");
    }
}

#[tokio::test]
async fn an_error_page_that_is_not_s3s_is_told_by_its_status() {
    let page = |_: &str| Reply::new("502 Bad Gateway\ncontent-length: 13", "<html>no</p>\n");
    let (faulty, store) = always(page).await;
    assert_eq!(
        get(&*store, "a", None, None).await.unwrap_err(),
        StoreError::Unavailable
    );
    let endpoint = faulty.endpoint.clone();
    let (status, code) = (502, "no code".to_owned());
    let fault = StoreFault::Unexpected {
        endpoint,
        status,
        code,
    };
    assert_eq!(store.probe().await, Err(fault));
}

/// As S3 does, a HEAD has the status only.
fn denying(code: &'static str) -> impl Fn(&str) -> Reply + Send + Sync + 'static {
    move |request| match request.starts_with("head") {
        true => Reply::new("403 Forbidden", ""),
        false => Reply::error(403, code),
    }
}

#[tokio::test]
async fn denied_is_not_found_where_the_setting_says_so() {
    for (is_set, error) in [(false, StoreError::Denied), (true, StoreError::NotFound)] {
        let faulty = Faulty::start(denying("AccessDenied")).await;
        let mut settings = settings(&faulty.endpoint, "media");
        settings.denied_is_not_found = is_set;
        let store = open(settings).await;
        assert_eq!(get(&*store, "a", None, None).await.unwrap_err(), error);
        assert_eq!(head(&*store).await.unwrap_err(), error);
        let never = Some(Suffix { len_bytes: 0 });
        assert_eq!(get(&*store, "a", never, None).await.unwrap_err(), error);
    }
}

#[tokio::test]
async fn bad_credentials_are_never_not_found() {
    for code in ["InvalidAccessKeyId", "SignatureDoesNotMatch"] {
        let faulty = Faulty::start(denying(code)).await;
        let mut settings = settings(&faulty.endpoint, "media");
        settings.denied_is_not_found = true;
        let store = open(settings).await;
        let refused = get(&*store, "a", None, None).await.unwrap_err();
        assert_eq!(refused, StoreError::Denied, "{code}");
        assert_eq!(
            head(&*store).await.unwrap_err(),
            StoreError::Denied,
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_416_without_a_length_is_completed_by_a_head() {
    let (faulty, store) = always(|request| match request.starts_with("head") {
        true => Reply::new("200 OK\ncontent-length: 5", ""),
        false => Reply::error(416, "InvalidRange"),
    })
    .await;
    let refused = get(&*store, "a", Some(TEN_TO_19), None).await.unwrap_err();
    assert_eq!(refused, StoreError::RangeNotSatisfiable { len_bytes: 5 });
    assert_eq!(faulty.requests(), 2);
}

#[tokio::test]
async fn a_416_with_a_length_needs_no_more() {
    let head = "416 X\ncontent-range: bytes */0\ncontent-length: 0";
    let (faulty, store) = always(move |_| Reply::new(head, "")).await;
    let refused = get(&*store, "a", Some(TEN_TO_19), None).await.unwrap_err();
    assert_eq!(refused, StoreError::RangeNotSatisfiable { len_bytes: 0 });
    assert_eq!(faulty.requests(), 1);
}
