//! `POST /v1/explain`.

use serde_json::{Value, json};

use crate::api::{API_KEY, Answer, Api, NOW, RULES};
use crate::jwt;

async fn api() -> Api {
    let rules = RULES.replacen(
        "backend = true",
        "backend = true\npermissions = [\"explain\"]",
        1,
    );
    Api::with_rules(&rules).await
}

async fn explain(api: &Api, bearer: &str, body: Value) -> Answer {
    let request = api.request("POST", "/v1/explain").bearer_auth(bearer);
    api.send(request.json(&body)).await
}

fn failed(answer: &Answer) -> Vec<&Value> {
    let steps = answer.body["steps"].as_array().unwrap();
    let failed = steps.iter().filter(|step| step["outcome"] == "failed");
    failed.map(|step| &step["reason"]).collect()
}

#[tokio::test]
async fn a_verdict_is_told_step_by_step() {
    let api = api().await;
    let signed = api.sign(json!({ "path": "/a", "expires_in": 60 })).await;
    let url = signed.text("url");
    let granted = explain(&api, API_KEY, json!({ "url": url })).await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    assert_eq!(granted.text("outcome"), "granted");
    assert_eq!(granted.text("site"), "media");
    assert_eq!(granted.body["at"], NOW);
    assert!(failed(&granted).is_empty());
    let late = explain(&api, API_KEY, json!({ "url": url, "at": NOW + 60 })).await;
    assert_eq!(
        (late.text("outcome"), late.text("reason")),
        ("denied", "expired")
    );
    assert_eq!(failed(&late), ["expired"]);
    let cookie = format!("cs={}", signed.text("token"));
    let body = json!({ "url": "/a", "headers": { "Cookie": cookie } });
    assert_eq!(explain(&api, API_KEY, body).await.text("carrier"), "cookie");
}

#[tokio::test]
async fn a_forged_token_does_not_learn_the_signature_that_would_hold() {
    let api = api().await;
    let signed = api.sign(json!({ "path": "/a", "stable": true })).await;
    let (start, signature) = signed.text("url").rsplit_once("~sig=").unwrap();
    let forged = format!("{start}~sig={}", "A".repeat(signature.len()));
    let answer = explain(&api, API_KEY, json!({ "url": forged })).await;
    assert_eq!(answer.text("reason"), "bad_signature");
    let text = answer.body.to_string();
    assert!(!text.contains(signature), "{text}");
    let secret = "000102030405060708090a0b0c0d0e0f";
    assert!(!text.contains(secret), "{text}");
}

#[tokio::test]
async fn without_the_permission_nothing_is_explained() {
    let api = api().await;
    let ada = jwt::good("hs", json!({ "sub": "ada", "scope": "photos" }));
    for bearer in [ada, jwt::good("hs", json!({ "sub": "bob" }))] {
        let answer = explain(&api, &bearer, json!({ "url": "/a" })).await;
        assert_eq!((answer.status, answer.text("code")), (403, "not_permitted"));
    }
    // The usual rules give it to nobody.
    let answer = explain(&Api::start().await, API_KEY, json!({ "url": "/a" })).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn every_fault_of_the_description_is_found_at_once() {
    let api = api().await;
    let body = json!({
        "url": "a.jpg", "client_ip": "here", "at": "soon", "headers": { "a b": "c", "d": null },
        "method": 1, "extra": true,
    });
    let answer = explain(&api, API_KEY, body).await;
    assert_eq!(answer.status, 400);
    let expected = [
        "/at",
        "/client_ip",
        "/extra",
        "/headers/a b",
        "/headers/d",
        "/method",
        "/url",
    ];
    assert_eq!(answer.pointers(), expected);
    let answer = explain(&api, API_KEY, json!({ "url": "/a", "site": "other" })).await;
    assert_eq!(answer.pointers(), ["/site"]);
}

#[tokio::test]
async fn a_damaged_token_is_told_by_the_faults_of_its_text() {
    let api = api().await;
    let body = json!({ "url": "/a?cs=1~exp=7~kid=k1~sub=%C3%A4~sig=AAA" });
    let answer = explain(&api, API_KEY, body).await;
    assert_eq!(answer.text("reason"), "malformed");
    let steps = answer.body["steps"].as_array().unwrap();
    assert_eq!(
        steps.last().unwrap()["note"],
        "sub: 'ä' must be written ~C3~A4; sig: has 3 characters; 43 (HS256) or 86 (EdDSA) are \
         right, so it was cut off or is no signature; kid: must stand before exp"
    );
}
