//! Requests with faults, and what the answer says of them.

use serde_json::json;

use crate::api::{API_KEY, Api, NOW, site};

#[tokio::test]
async fn every_field_at_fault_is_pointed_at() {
    let api = Api::start().await;
    let answer = api
        .sign(json!({
            "path": "/a/../b", "expires_in": "soon", "nobody/knows~this": 1, "geo": ["XYZ"],
            "ip": ["10.0.0.1/8"], "methods": ["get"], "uses": 2_000_000, "sid": "a b", "sub": "",
            "download_as": "a/b", "content_type": "png", "version": "\n", "max_bytes_per_sec": 1,
            "qs": { "cs": "1" }, "hdr": { "Cookie": "x" }, "data": "x".repeat(257), "jti": "a b",
            "paths": ["/a", "b"], "carrier": "cookie", "stable": 1, "not_before": "now",
        }))
        .await;
    assert_eq!(
        (answer.status, answer.text("code")),
        (400, "invalid_request")
    );
    let expected = [
        "/carrier",
        "/content_type",
        "/data",
        "/download_as",
        "/expires_in",
        "/geo",
        "/hdr",
        "/ip",
        "/jti",
        "/max_bytes_per_sec",
        "/methods",
        "/nobody~1knows~0this",
        "/not_before",
        "/path",
        "/paths/1",
        "/qs",
        "/sid",
        "/stable",
        "/sub",
        "/uses",
        "/version",
    ];
    assert_eq!(answer.pointers(), expected, "{}", answer.body);
    for error in answer.body["errors"].as_array().unwrap() {
        assert!(!error["detail"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_no_request_could_ever_use_is_refused() {
    let api = Api::start().await;
    for (pointer, body) in [
        ("/expires_at", json!({ "path": "/x", "expires_at": NOW })),
        (
            "/expires_at",
            json!({ "path": "/x", "expires_in": 5, "expires_at": NOW + 5 }),
        ),
        (
            "/not_before",
            json!({ "path": "/x", "expires_in": 60, "not_before": NOW + 90 }),
        ),
        ("/geo", json!({ "path": "/x", "geo": ["XX"] })),
        ("/path", json!({ "path": "/cs=1/x" })),
        ("/path", json!({ "path": "/x", "paths": ["/y/*"] })),
        ("/path", json!({})),
        ("/path", json!({ "path": "/%zz\u{0}" })),
        (
            "/stable",
            json!({ "path": "/x", "stable": true, "uses": 1 }),
        ),
        ("/hdr", json!({ "path": "/x", "hdr": { "x-a": " b" } })),
        ("/ip", json!({ "path": "/x", "ip": [] })),
        ("/ip", json!({ "path": "/x", "ip": null })),
        (
            "",
            json!({ "path": "/x", "paths": vec![format!("/{}*", "x".repeat(900)); 3].into_iter().chain(["/x".to_owned()]).collect::<Vec<_>>() }),
        ),
    ] {
        let answer = api.sign(body.clone()).await;
        assert_eq!(
            (answer.status, answer.pointers()),
            (400, vec![pointer]),
            "{body} {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn key_and_site_bound_lifetimes_and_the_default_fits() {
    let key = "[[site.key]]\nkid = \"k\"\nalg = \"HS256\"\nmax_ttl = \"40m\"\nuntil = 1900003000\npaths = [\"/open/**\"]\n";
    let key = format!("{key}secret = \"{}\"\n", "3".repeat(64));
    let api = Api::with(&site("media", "", &key), crate::api::RULES).await;
    let answer = api.sign(json!({ "path": "/open/x" })).await;
    let exp = answer.body["expires_at"].as_u64().unwrap();
    assert!((NOW + 1_800..=NOW + 2_400).contains(&exp), "{exp}");
    let answer = api
        .sign(json!({ "path": "/open/x", "expires_in": "41m" }))
        .await;
    assert_eq!(
        (answer.status, answer.pointers()),
        (400, vec!["/expires_in"])
    );
    api.clock.set(NOW + 2_900);
    let answer = api.sign(json!({ "path": "/open/x" })).await;
    assert_eq!(answer.body["expires_at"], NOW + 3_000);
    let answer = api
        .sign(json!({ "path": "/open/x", "expires_at": NOW + 3_001 }))
        .await;
    assert_eq!(
        (answer.status, answer.pointers()),
        (400, vec!["/expires_at"])
    );
    let answer = api.sign(json!({ "path": "/shut/x" })).await;
    assert_eq!((answer.status, answer.pointers()), (400, vec!["/path"]));
    api.clock.set(NOW + 3_000);
    let answer = api.sign(json!({ "path": "/open/x" })).await;
    assert_eq!(
        (answer.status, answer.text("code")),
        (503, "no_signing_key")
    );
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused() {
    let api = Api::start().await;
    let post = || api.request("POST", "/v1/sign").bearer_auth(API_KEY);
    let json = || post().header("content-type", "application/json; charset=utf-8");
    for body in [
        "",
        "{",
        "[]",
        "\"x\"",
        "{\"path\":\"/a\",\"path\":\"/b\"}",
        "{\"path\":\"/a\"} {}",
    ] {
        let answer = api.send(json().body(body)).await;
        assert_eq!(
            (answer.status, answer.text("code")),
            (400, "invalid_request"),
            "{body}"
        );
    }
    let answer = api.send(post().body("{}")).await;
    assert_eq!(
        (answer.status, answer.text("code")),
        (415, "unsupported_media_type")
    );
    let answer = api
        .send(post().header("content-type", "text/plain").body("{}"))
        .await;
    assert_eq!(answer.status, 415);
    let large = format!("{{\"path\":\"/{}\"}}", "x".repeat(1 << 20));
    let answer = api.send(json().body(large)).await;
    assert_eq!((answer.status, answer.text("code")), (413, "too_large"));
}
