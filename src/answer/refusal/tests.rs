use countersign_token::Reason;
use http::{Method, StatusCode};
use http_body_util::BodyExt;

use super::{Manner, Refusal};
use crate::config::model::Answers;
use crate::store::StoreError;
use crate::verify::Denied;

fn answers(show_reasons: bool) -> Answers {
    Answers {
        show_reasons,
        reason_status: vec![(Reason::Expired, 410)],
        allow_active_types: None,
        edge_verifies: false,
        cache_status: false,
        server_timing: false,
    }
}

fn denied(reason: Reason) -> Refusal {
    Refusal::Denied(Box::new(Denied {
        reason,
        path: None,
        carrier: None,
        token: None,
        claimed_kid: None,
    }))
}

async fn told(refusal: Refusal, show: bool) -> (http::response::Parts, serde_json::Value) {
    let answers = answers(show);
    let manner = Manner {
        site: Some(("media.example", &answers)),
        now_unix_secs: 0,
    };
    let (parts, body) = refusal
        .into_response(&Method::GET, "id-1", manner)
        .into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn every_reason_is_a_problem_with_its_word_and_status() {
    for reason in Reason::ALL {
        let (parts, problem) = told(denied(reason), true).await;
        assert_eq!(problem["code"], reason.as_str());
        assert_eq!(parts.headers["countersign-reason"], reason.as_str());
        assert_eq!(parts.headers["cache-control"], "no-store");
        let status = if reason == Reason::Expired {
            410
        } else {
            reason.status()
        };
        assert_eq!(
            (parts.status.as_u16(), &problem["status"]),
            (status, &status.into())
        );
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| detail.len() > 10)
        );
    }
}

#[tokio::test]
async fn a_missing_token_is_challenged_for_its_site() {
    let (parts, _) = told(denied(Reason::Missing), false).await;
    assert_eq!(
        parts.headers["www-authenticate"],
        "Countersign realm=\"media.example\""
    );
    assert!(!parts.headers.contains_key("countersign-reason"));
}

#[tokio::test]
async fn details_are_told_only_where_the_site_shows_reasons() {
    let (_, problem) = told(denied(Reason::Revoked), false).await;
    assert!(problem.get("detail").is_none());
    assert_eq!(problem["request_id"], "id-1");
}

#[tokio::test]
async fn a_store_that_is_away_says_when_to_come_again() {
    let (parts, problem) = told(Refusal::Store(StoreError::Unavailable), true).await;
    assert_eq!(parts.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(parts.headers["retry-after"], "2");
    assert_eq!(problem["code"], "store_unavailable");
}

#[tokio::test]
async fn a_store_that_throttles_says_how_long_within_a_minute() {
    for (asked, told_secs) in [
        (None, "2"),
        (Some(0), "1"),
        (Some(7), "7"),
        (Some(9_999), "60"),
    ] {
        let error = StoreError::Throttled {
            retry_after_secs: asked,
        };
        let (parts, problem) = told(Refusal::Store(error), true).await;
        assert_eq!(problem["code"], "store_unavailable");
        assert_eq!(parts.headers["retry-after"], told_secs, "{asked:?}");
    }
    let (parts, problem) = told(Refusal::Store(StoreError::Overloaded), true).await;
    assert_eq!(
        (parts.status.as_u16(), &problem["code"]),
        (503, &"store_overloaded".into())
    );
    assert_eq!(parts.headers["retry-after"], "1");
}

#[tokio::test]
async fn head_has_the_same_length_and_no_body() {
    let get = denied(Reason::Expired).into_response(&Method::GET, "i", Manner::default());
    let head = denied(Reason::Expired).into_response(&Method::HEAD, "i", Manner::default());
    assert_eq!(get.headers(), head.headers());
    assert!(
        head.into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .is_empty()
    );
}
