//! How much a caller may ask for. The limits are such that no machine is slow enough to refill them
//! within a test.

use serde_json::{Value, json};

use crate::api::{API_KEY, Answer, Api, RULES};
use crate::jwt;

const THREE: &str = "rate_limit = { per_second = 1, burst = 3 }";

async fn batch(api: &Api, bearer: &str, count: usize) -> Answer {
    let requests = vec![json!({ "path": "/users/ada/1.jpg" }); count];
    let request = api.request("POST", "/v1/sign/batch").bearer_auth(bearer);
    api.send(request.json(&json!({ "requests": requests })))
        .await
}

/// What is left, by the answer's header.
fn left(answer: &Answer) -> u32 {
    let header = answer.header("ratelimit");
    let left = header.strip_prefix("\"caller\";r=").unwrap();
    left.split(';').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn past_the_burst_a_caller_is_told_to_wait_and_others_are_not() {
    let api = Api::with_top("rate_limit = { per_second = 1, burst = 20 }", RULES).await;
    let ask = async || api.sign(json!({ "path": "/a" })).await;
    let first = ask().await;
    assert_eq!((first.status, left(&first)), (200, 19));
    assert_eq!(first.header("ratelimit-policy"), "\"caller\";q=20;w=20");
    let mut last = first;
    for _ in 0..200 {
        last = ask().await;
        if last.status != 200 {
            break;
        }
    }
    assert_eq!((last.status, last.text("code")), (429, "too_many_requests"));
    assert_eq!((last.header("retry-after"), left(&last)), ("1", 0));
    assert!(last.text("detail").contains("ask again in 1 s"));
    assert_eq!(
        api.sign_as_ada(json!({ "path": "/users/ada/1" }))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn every_call_counts_whatever_comes_of_it() {
    let api = Api::with_top(THREE, RULES).await;
    let refused = api.sign(json!({ "nonsense": 1 })).await;
    assert_eq!((refused.status, left(&refused)), (400, 2));
    let keys = api.request("GET", "/v1/keys").bearer_auth(API_KEY);
    let keys = api.send(keys).await;
    assert_eq!(keys.status, 200);
    assert!(left(&keys) <= 2);
    let denied = api.request("GET", "/v1/revocations").bearer_auth(API_KEY);
    assert!(!api.send(denied).await.header("ratelimit").is_empty());
}

#[tokio::test]
async fn a_batch_counts_as_many_as_it_has_requests() {
    let api = Api::with_top("rate_limit = { per_second = 1, burst = 100 }", RULES).await;
    let answer = batch(&api, API_KEY, 60).await;
    assert_eq!((answer.status, left(&answer)), (200, 40));
    let answer = batch(&api, API_KEY, 60).await;
    assert_eq!(
        (answer.status, answer.text("code")),
        (429, "too_many_requests")
    );
    let wait_secs: u64 = answer.header("retry-after").parse().unwrap();
    assert!((10..=21).contains(&wait_secs), "{wait_secs}");
    let answer = batch(&api, API_KEY, 101).await;
    assert_eq!((answer.status, answer.text("code")), (413, "too_large"));
    assert!(answer.text("detail").contains("signing.rate_limit.burst"));
    let answer = batch(&api, API_KEY, 2).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn users_of_one_issuer_are_callers_of_their_own() {
    let api = Api::with_top("rate_limit = { per_second = 1, burst = 1 }", RULES).await;
    for user in ["ada", "bob"] {
        let bearer = jwt::good("hs", json!({ "sub": user, "scope": "photos" }));
        let body = json!({ "path": format!("/users/{user}/1") });
        assert_eq!(api.sign_as(&bearer, &body).await.status, 200);
    }
}

#[tokio::test]
async fn who_is_not_signed_in_learns_of_no_limit_and_uses_none_up() {
    let api = Api::with_top(THREE, RULES).await;
    for _ in 0..10 {
        let answer = api.sign_as("wrong", &json!({ "path": "/a" })).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (401, ""));
    }
    assert_eq!(left(&api.sign(json!({ "path": "/a" })).await), 2);
}

#[tokio::test]
async fn with_zero_a_second_nobody_is_counted() {
    let api = Api::with_top("rate_limit = { per_second = 0, burst = 1 }", RULES).await;
    for _ in 0..5 {
        let answer = api.sign(json!({ "path": "/a" })).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (200, ""));
    }
    assert_ne!(batch(&api, API_KEY, 10).await.body["results"], Value::Null);
}
