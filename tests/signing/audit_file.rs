//! The file with a line for each grant and each refusal.

use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt;
use http::{Request, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower_service::Service;

use crate::api::{API_KEY, Answer, Api, HS_SECRET, NOW, RULES};
use crate::jwt;

/// An API and its file.
struct Audited {
    api: Api,
    folder: TempDir,
}

impl Audited {
    /// The usual rules; the backend has every permission.
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = format!("audit.file = {:?}", folder.path().join("audit.jsonl"));
        let all = "backend = true\npermissions = [\"explain\", \"revoke\", \"purge\"]";
        let rules = RULES.replacen("backend = true", all, 1);
        let api = Api::with_top(&top, &rules).await;
        Self { api, folder }
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("audit.jsonl")).unwrap()
    }

    /// The file's lines, as soon as there are so many.
    async fn lines(&self, count: usize) -> Vec<Value> {
        for _ in 0..2_000 {
            if self.text().matches('\n').count() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let text = self.text();
        let lines = text.lines().map(serde_json::from_str);
        let lines = lines.collect::<Result<Vec<Value>, _>>().unwrap();
        assert_eq!(lines.len(), count, "{text}");
        lines
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.api.request(method, path).bearer_auth(API_KEY);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.api.send(request).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }
}

/// Holds a line against its call, outcome and further fields.
fn has(line: &Value, call: &str, outcome: &str, fields: Value) {
    let told = (&line["call"], &line["outcome"]);
    assert_eq!(told, (&call.into(), &outcome.into()), "{line}");
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(&line[name], value, "{name} in {line}");
    }
}

#[tokio::test]
async fn a_grant_is_a_line_with_who_what_and_until_when() {
    let audited = Audited::start().await;
    let paths = ["/a*", "-/ab"];
    let body = json!({ "path": "/a b", "paths": paths, "jti": "j1", "expires_in": 60 });
    let signed = audited.api.sign(body).await;
    assert_eq!(signed.status, 200, "{}", signed.body);
    audited
        .api
        .sign_as_ada(json!({ "path": "/users/ada/1" }))
        .await;
    let lines = audited.lines(2).await;
    let expected = json!({
        "time": "2030-03-17T17:46:40Z", "authority": "api_key", "caller": "shop",
        "client": "127.0.0.1", "rule": "backend", "site": "media", "path": "/a b",
        "paths": "/a*!-/ab", "exp": signed.body["expires_at"], "kid": "k1", "jti": "j1",
        "code": null, "detail": null, "pointers": null,
    });
    has(&lines[0], "sign", "granted", expected);
    let expected = json!({
        "authority": "https://hs.test", "caller": "ada", "rule": "own photos", "jti": null,
    });
    has(&lines[1], "sign", "granted", expected);
    assert_ne!(lines[0]["request_id"], lines[1]["request_id"]);
}

#[tokio::test]
async fn each_refusal_is_a_line_with_its_code_and_the_fields_at_fault() {
    let audited = Audited::start().await;
    let api = &audited.api;
    let unsigned = api
        .request("POST", "/v1/sign")
        .json(&json!({ "path": "/a" }));
    let answer = api.send(unsigned).await;
    assert_eq!(answer.status, 401);
    let late = jwt::good("hs", json!({ "exp": NOW }));
    api.sign_as(&late, &json!({ "path": "/a" })).await;
    let nobody = jwt::good("hs", json!({ "scope": "none" }));
    api.sign_as(&nobody, &json!({ "path": "/a" })).await;
    api.sign_as_ada(json!({ "path": "/users/bob/1", "sub": "bob" }))
        .await;
    api.sign(json!({ "path": "a", "site": "other", "uses": "one" }))
        .await;
    let half = api.request("POST", "/v1/sign").bearer_auth(API_KEY);
    let half = half
        .header("content-type", "application/json")
        .body("{\"path\":");
    api.send(half).await;
    let text = api
        .request("POST", "/v1/sign")
        .bearer_auth(API_KEY)
        .body("path");
    api.send(text).await;
    let lines = audited.lines(7).await;
    assert_eq!(lines[0]["request_id"], answer.body["request_id"]);
    let nobody = |detail: &str| {
        json!({
            "authority": null, "caller": null, "client": "127.0.0.1", "code": "not_signed_in",
            "detail": detail, "path": null, "pointers": null,
        })
    };
    let missing = "no bearer token; send \"Authorization: Bearer\" with a JWT or an API key";
    let names: Vec<_> = lines[0].as_object().unwrap().keys().collect();
    assert!(names.contains(&&"caller".to_owned()), "{names:?}");
    for (line, expected) in lines.iter().zip([
        nobody(missing),
        nobody("the JWT has expired"),
        json!({ "caller": "ada", "code": "not_allowed", "rule": null, "site": "media", "path": "/a" }),
        json!({
            "caller": "ada", "code": "not_allowed", "rule": "own photos", "path": "/users/bob/1",
            "exp": null, "kid": null,
        }),
        json!({ "caller": "shop", "code": "invalid_request", "site": "other", "path": "a" }),
        json!({ "caller": "shop", "code": "invalid_request", "path": null, "pointers": null }),
        json!({ "caller": "shop", "code": "unsupported_media_type" }),
    ]) {
        has(line, "sign", "refused", expected);
    }
    let pointers = |line: &Value| {
        let mut pointers = line["pointers"].as_array().unwrap().clone();
        pointers.sort_by_key(Value::to_string);
        Value::from(pointers)
    };
    assert_eq!(pointers(&lines[3]), json!(["/path", "/sub"]));
    assert_eq!(pointers(&lines[4]), json!(["/path", "/site", "/uses"]));
}

#[tokio::test]
async fn each_item_of_a_batch_is_a_line_and_a_refused_batch_is_one() {
    let audited = Audited::start().await;
    let requests = json!([{ "path": "/a", "jti": "j1" }, { "path": "b" }, 7, { "path": "/c" }]);
    let answer = audited
        .post("/v1/sign/batch", json!({ "requests": requests }))
        .await;
    assert_eq!(answer.status, 200);
    audited
        .post("/v1/sign/batch", json!({ "requests": [] }))
        .await;
    let lines = audited.lines(5).await;
    let granted = json!({ "caller": "shop", "client": "127.0.0.1", "path": "/a", "jti": "j1" });
    has(&lines[0], "batch", "granted", granted);
    let refused = json!({
        "caller": "shop", "path": "b", "code": "invalid_request", "pointers": ["/path"], "rule": null,
    });
    has(&lines[1], "batch", "refused", refused);
    let nothing = json!({ "path": null, "site": null, "code": "invalid_request" });
    has(&lines[2], "batch", "refused", nothing);
    has(
        &lines[3],
        "batch",
        "granted",
        json!({ "path": "/c", "jti": null, "code": null }),
    );
    let ids = lines[..4].iter().map(|line| &line["request_id"]);
    assert!(ids.clone().all(|id| *id == lines[0]["request_id"]));
    has(
        &lines[4],
        "batch",
        "refused",
        json!({ "pointers": ["/requests"] }),
    );
}

#[tokio::test]
async fn every_other_call_is_a_line_with_what_it_changed() {
    let audited = Audited::start().await;
    let cookie = json!({ "path": "/films/1", "paths": ["/films/**"] });
    assert_eq!(audited.post("/v1/cookies", cookie).await.status, 200);
    audited.call("DELETE", "/v1/cookies?site=media", None).await;
    let url = "https://media.test/a%20b?cs=1~kid=k1~exp=9~sig=AAAA";
    audited.post("/v1/explain", json!({ "url": url })).await;
    audited.call("GET", "/v1/keys", None).await;
    let revoked = json!({ "sub": "bob", "issued_before": NOW, "note": "has left" });
    let revoked = audited.post("/v1/revocations", revoked).await;
    assert_eq!(revoked.status, 201, "{}", revoked.body);
    audited.call("GET", "/v1/revocations?limit=1", None).await;
    let id = revoked.text("id");
    for status in [204, 404] {
        let lifted = audited
            .call("DELETE", &format!("/v1/revocations/{id}"), None)
            .await;
        assert_eq!(lifted.status, status);
    }
    audited
        .post("/v1/purge", json!({ "prefix": "/films/" }))
        .await;
    let purge = audited.api.request("POST", "/v1/purge");
    let purge = purge.bearer_auth(jwt::good("hs", json!({ "scope": "photos" })));
    audited.api.send(purge.json(&json!({ "all": true }))).await;
    let lines = audited.lines(10).await;
    for (line, (call, outcome, fields)) in lines.iter().zip([
        ("set_cookie", "granted", json!({ "path": "/films/1", "kid": "k1", "rule": "backend" })),
        ("clear_cookie", "granted", json!({ "site": "media", "kid": null })),
        ("explain", "granted", json!({ "path": "/a b", "site": "media", "rule": "backend" })),
        ("list_keys", "granted", json!({ "caller": "shop" })),
        (
            "revoke",
            "granted",
            json!({ "revocation": id, "revoked": { "sub": "bob", "issued_before": NOW }, "site": "media" }),
        ),
        ("list_revocations", "granted", json!({ "site": "media", "rule": "backend" })),
        ("lift", "granted", json!({ "revocation": id, "client": "127.0.0.1" })),
        ("lift", "refused", json!({ "revocation": id, "code": "not_found" })),
        ("purge", "granted", json!({ "extent": { "prefix": "/films/" }, "purged": 0 })),
        (
            "purge",
            "refused",
            json!({ "caller": "ada", "code": "not_permitted", "detail": "purge", "purged": null }),
        ),
    ]) {
        has(line, call, outcome, fields);
    }
}

#[tokio::test]
async fn nothing_secret_is_written() {
    let audited = Audited::start().await;
    let bearer = jwt::good("hs", json!({ "scope": "photos" }));
    let body = json!({ "path": "/users/ada/1", "data": "xMARKx", "hdr": { "x-a": "xMARKx" }, "jti": true });
    let signed = audited.api.sign_as(&bearer, &body).await;
    assert_eq!(signed.status, 200, "{}", signed.body);
    let (token, url) = (signed.text("token"), signed.text("url"));
    let target = url.strip_prefix("https://media.test").unwrap();
    let decoded = format!("/users/ada/1?cs={token}");
    for path in [url, target, &decoded, "/1?cs=1%7Ekid=k1%7Esig%3DxMARKx"] {
        audited.api.sign(json!({ "path": path })).await;
        audited
            .api
            .sign(json!({ "path": "/a", "site": path }))
            .await;
        audited.post("/v1/purge", json!({ "prefix": path })).await;
        audited.post("/v1/explain", json!({ "url": path })).await;
    }
    let headers = json!({ "Cookie": format!("cs={token}"), "Authorization": "xMARKx" });
    let body = json!({ "url": "/users/ada/1", "headers": headers });
    audited.post("/v1/explain", body).await;
    audited
        .post("/v1/revocations", json!({ "sub": "x", "note": "xMARKx" }))
        .await;
    audited
        .api
        .sign_as("a.xMARKx.c", &json!({ "path": "/" }))
        .await;
    audited.lines(20).await;
    let text = audited.text();
    let signature = token.split("sig=").nth(1).unwrap();
    for secret in [
        token, signature, &bearer, API_KEY, HS_SECRET, "sig=", "xMARKx",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn what_a_caller_writes_is_cut_at_its_bound() {
    let audited = Audited::start().await;
    let long = "x".repeat(5_000);
    let bearer = jwt::good("hs", json!({ "sub": long, "scope": "none" }));
    let mut body = json!({ "path": format!("/\u{1}{long}"), "site": long });
    for field in 0..100 {
        body[format!("{field}\u{1}{}", &long[..60])] = 1.into();
    }
    audited.api.sign_as(&bearer, &body).await;
    let path = format!("/v1/revocations/{long}");
    audited.call("DELETE", &path, None).await;
    let lines = audited.lines(2).await;
    assert_eq!(lines[0]["caller"], format!("{}…", &long[..256]));
    assert_eq!(lines[0]["pointers"].as_array().unwrap().len(), 16);
    let len = |line: &Value| line.to_string().len();
    assert!(len(&lines[0]) < 4_096, "{}", lines[0]);
    assert!(len(&lines[1]) < 512, "{}", lines[1]);
}

#[test]
fn a_call_that_is_abandoned_is_a_line_too() {
    // The one thread for what blocks is taken, so that the list cannot be changed meanwhile.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build();
    runtime.unwrap().block_on(async {
        let mut audited = Audited::start().await;
        let (free, taken) = std::sync::mpsc::channel::<()>();
        let thread = tokio::task::spawn_blocking(move || taken.recv());
        let request = Request::post("/v1/revocations")
            .header(header::HOST, "sign.test")
            .header(header::AUTHORIZATION, format!("Bearer {API_KEY}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(r#"{"jti":"j1"}"#))
            .unwrap();
        // Dropped while it waits, as for a client that has gone.
        assert!(audited.api.router.call(request).now_or_never().is_none());
        drop(free);
        assert!(thread.await.unwrap().is_err());
        let lines = audited.lines(1).await;
        let expected = json!({ "caller": "shop", "revoked": { "jti": "j1" }, "site": "media" });
        has(&lines[0], "revoke", "abandoned", expected);
    });
}

#[tokio::test]
async fn what_is_no_call_is_no_line() {
    let audited = Audited::start().await;
    assert_eq!(audited.call("GET", "/v1/sign", None).await.status, 405);
    assert_eq!(audited.call("GET", "/nothing", None).await.status, 404);
    audited.call("GET", "/v1/keys", None).await;
    has(
        &audited.lines(1).await[0],
        "list_keys",
        "granted",
        json!({}),
    );
}
