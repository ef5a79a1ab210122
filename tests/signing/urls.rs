//! The URLs that come out, held against the verifier.

use std::collections::HashSet;

use countersign_token::{ClientAddress, Request, Scratch, Verdict, Verifier};
use serde_json::{Value, json};

use crate::api::{Api, NOW, RULES, config, site};

const KEY: &str = "[[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"\n";
/// RFC 8032 §7.1, test 1.
const ED_KEY: &str = "[[site.key]]\nkid = \"e1\"\nalg = \"EdDSA\"\nprivate = \"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\"\n";

/// The verifier's word on a request for the URL: the path, or the reason.
fn verdict(keys: &str, url: &str, headers: &[(&str, &str)]) -> String {
    let config = config(&site("media", "", keys), RULES);
    let site = &config.sites[0];
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    let target = url.strip_prefix("https://media.test").unwrap();
    let request = Request {
        method: "GET",
        target: target.as_bytes(),
        headers: headers.as_slice(),
        client: ClientAddress::parse("203.0.113.7"),
        country: Some("DE"),
    };
    let verifier = Verifier {
        site: &site.token,
        policy: &[],
        keys: &site.keys.keys,
        revocations: &(),
    };
    match verifier.verify(&request, NOW, &mut Scratch::new()) {
        Verdict::Granted(grant) => grant.path().as_str().to_owned(),
        Verdict::Denied(denial) => denial.reason().as_str().to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn every_carrier_opens_its_object() {
    for keys in [KEY, ED_KEY] {
        let api = Api::with(&site("media", "", keys), RULES).await;
        let sign = |carrier: &str| {
            let body =
                json!({ "path": "/a b/é+%20.jpg", "paths": ["/a~20b/**"], "carrier": carrier });
            api.sign(body)
        };
        for carrier in ["query", "path"] {
            let answer = sign(carrier).await;
            assert_eq!(
                verdict(keys, answer.text("url"), &[]),
                "/a b/é+%20.jpg",
                "{}",
                answer.body
            );
        }
        let answer = sign("header").await;
        let url = answer.text("url");
        assert_eq!(url, "https://media.test/a%20b/%C3%A9%2B%2520.jpg");
        assert_eq!(verdict(keys, url, &[]), "missing");
        let header = [("Countersign", answer.text("token"))];
        assert_eq!(verdict(keys, url, &header), "/a b/é+%20.jpg");
    }
}

#[tokio::test]
async fn signed_parameters_and_headers_hold() {
    let api = Api::start().await;
    let answer = api
        .sign(json!({
            "path": "/x", "qs": { "w": "1 & 2+é%", "h": "", "not there": null }, "hdr": { "x-app": "a b", "x-no": null },
            "geo": ["DE"], "ip": ["203.0.113.0/24"], "methods": ["GET"], "data": "d", "sid": "s",
            "download_as": "a*b!.jpg", "content_type": "image/jpeg", "version": "v1", "max_bytes_per_sec": 4096,
            "not_before": NOW, "uses": 3,
        }))
        .await;
    let url = answer.text("url");
    let app = [("X-App", "a b")];
    assert_eq!(verdict(KEY, url, &app), "/x", "{url}");
    assert_eq!(verdict(KEY, url, &[]), "bad_signature");
    assert_eq!(
        verdict(KEY, &url.replace("%26", "%27"), &app),
        "bad_signature"
    );
    assert_eq!(
        verdict(KEY, &format!("{url}&not%20there="), &app),
        "bad_signature"
    );
    assert_eq!(
        verdict(KEY, url, &[("X-App", "a b"), ("X-No", "")]),
        "bad_signature"
    );
    assert_eq!(
        verdict(KEY, &url.replace("/x?", "/y?"), &app),
        "bad_signature"
    );
}

#[tokio::test]
async fn the_answer_says_what_was_signed() {
    let api = Api::start().await;
    let answer = api
        .sign(json!({ "path": "/a b", "expires_at": "2030-03-17T17:56:40Z" }))
        .await;
    assert_eq!(answer.status, 200);
    let token = answer.text("token");
    assert_eq!(
        answer.body,
        json!({
            "url": format!("https://media.test/a%20b?cs={token}"),
            "token": token, "path": "/a b", "expires_at": NOW + 600, "kid": "k1",
        })
    );
}

async fn url(api: &Api, body: Value) -> String {
    api.sign(body).await.text("url").to_owned()
}

#[tokio::test]
async fn a_stable_url_is_the_same_on_every_node_and_inside_a_window() {
    let (one, two) = (Api::start().await, Api::start().await);
    let body =
        || json!({ "path": "/x", "expires_in": 400, "qs": { "b": "1", "a": "2" }, "sid": "s" });
    let first = url(&one, body()).await;
    assert_eq!(url(&two, body()).await, first);
    let mut seen = HashSet::new();
    for later in 0..100 {
        two.clock.set(NOW + later);
        seen.insert(url(&two, body()).await);
    }
    assert!(seen.contains(&first) && seen.len() <= 2, "{seen:?}");
    two.clock.set(NOW + 101);
    assert_ne!(url(&two, body()).await, first);
}

#[tokio::test]
async fn unstable_urls_expire_to_the_second_and_ids_are_random() {
    let api = Api::start().await;
    let answer = api
        .sign(json!({ "path": "/x", "expires_in": 400, "stable": false }))
        .await;
    assert_eq!(answer.body["expires_at"], NOW + 400);
    assert_eq!(answer.body["jti"], Value::Null);
    let mut ids = HashSet::new();
    for body in [
        json!({ "path": "/x", "uses": 1 }),
        json!({ "path": "/x", "jti": true }),
    ] {
        for _ in 0..2 {
            let answer = api.sign(body.clone()).await;
            assert_eq!(answer.text("jti").len(), 22);
            assert!(ids.insert(answer.text("jti").to_owned()));
        }
    }
    let answer = api
        .sign(json!({ "path": "/x", "jti": "order-7", "uses": 2 }))
        .await;
    assert_eq!(answer.text("jti"), "order-7");
    assert!(
        answer
            .text("token")
            .contains("~jti=order-7~sub=shop~uses=2~")
    );
}
