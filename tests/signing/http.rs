//! Statuses, headers and CORS.

use crate::api::{API_KEY, Api};
use serde_json::json;

#[tokio::test]
async fn without_a_token_the_challenge_has_no_error() {
    let api = Api::start().await;
    for request in [
        api.request("POST", "/v1/sign")
            .json(&json!({ "path": "/x" })),
        api.request("GET", "/v1/keys"),
        api.request("GET", "/v1/keys").basic_auth("a", Some("b")),
        api.request("GET", &format!("/v1/keys?access_token={API_KEY}")),
    ] {
        let answer = api.send(request).await;
        assert_eq!((answer.status, answer.text("code")), (401, "not_signed_in"));
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"countersign\""
        );
    }
    let twice = api
        .request("GET", "/v1/keys")
        .bearer_auth(API_KEY)
        .bearer_auth(API_KEY);
    let answer = api.send(twice).await;
    assert!(answer.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn every_answer_is_kept_by_nobody() {
    let api = Api::start().await;
    for (method, path, bearer, status) in [
        ("POST", "/v1/sign", API_KEY, 200),
        ("POST", "/v1/sign", "wrong", 401),
        ("GET", "/v1/keys", API_KEY, 200),
        ("GET", "/v1/sign", API_KEY, 405),
        ("DELETE", "/v1/keys", API_KEY, 405),
        ("GET", "/", API_KEY, 404),
        ("POST", "/v1/sign/", API_KEY, 404),
    ] {
        let request = api
            .request(method, path)
            .bearer_auth(bearer)
            .json(&json!({ "path": "/x" }));
        let answer = api.send(request).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(
            answer.header("cache-control"),
            "no-store",
            "{method} {path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let kind = if status == 200 {
            "application/json"
        } else {
            "application/problem+json"
        };
        assert_eq!(answer.header("content-type"), kind, "{method} {path}");
        if status == 405 {
            let allow = if path == "/v1/sign" {
                "POST"
            } else {
                "GET,HEAD"
            };
            assert_eq!(answer.header("allow"), allow);
        }
        if status != 200 {
            assert_eq!(answer.body["status"], status);
            assert!(!answer.text("request_id").is_empty());
        }
    }
}

#[tokio::test]
async fn listed_origins_may_ask_and_others_may_not() {
    let api = Api::start().await;
    let preflight = |origin: &str| {
        api.request("OPTIONS", "/v1/sign")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            )
    };
    let answer = api.send(preflight("https://app.test")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://app.test"
    );
    assert_eq!(
        answer.header("access-control-allow-headers"),
        "authorization,content-type"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = api.send(preflight("https://app.test.evil")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let request = api
        .request("GET", "/v1/keys")
        .header("origin", "https://app.test");
    let answer = api.send(request).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://app.test"
    );
}

#[tokio::test]
async fn a_name_that_is_no_text_is_nothing_that_is_there() {
    let api = Api::start().await;
    for (path, bearer, status) in [
        ("/v1/revocations/%FF", "wrong", 401),
        ("/docs/%FF", "wrong", 404),
    ] {
        let request = api.request("DELETE", path).bearer_auth(bearer);
        let request = if status == 404 {
            api.request("GET", path)
        } else {
            request
        };
        let answer = api.send(request).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}
