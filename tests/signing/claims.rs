//! JWTs that are right, and each claim that is wrong.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::api::{API_KEY, Api, NOW};
use crate::jwt::{good, header, payload, signed, signing_key};

pub(crate) async fn status(api: &Api, bearer: &str) -> u16 {
    let body = json!({ "path": "/users/ada/a.jpg" });
    api.sign_as(bearer, &body).await.status
}

#[tokio::test]
async fn every_algorithm_is_accepted_from_its_issuer() {
    let api = Api::start().await;
    for issuer in ["hs", "rsa", "ec", "ed"] {
        assert_eq!(
            status(&api, &good(issuer, json!({}))).await,
            200,
            "{issuer}"
        );
    }
    let (_, key) = signing_key("rsa");
    let claims = payload("rsa", json!({})).to_string();
    let token = signed(&header("PS256"), &claims, (Algorithm::PS256, key));
    assert_eq!(status(&api, &token).await, 200, "PS256");
    assert_eq!(status(&api, API_KEY).await, 200, "API key");
}

#[tokio::test]
async fn a_jwks_key_is_chosen_by_its_kid_or_tried_without_one() {
    let api = Api::start().await;
    let claims = payload("jwks", json!({})).to_string();
    for (name, kid) in [("rsa", "rsa-1"), ("ec", "ec-1"), ("ed", "ed-1")] {
        let word = format!("{:?}", signing_key(name).0);
        let with = json!({ "alg": word, "kid": kid }).to_string();
        assert_eq!(
            status(&api, &signed(&with, &claims, signing_key(name))).await,
            200,
            "{kid}"
        );
        let without = signed(&header(&word), &claims, signing_key(name));
        assert_eq!(status(&api, &without).await, 200, "{name} without kid");
        for kid in ["rsa-enc", "oct-1", "nobody"] {
            let wrong = json!({ "alg": word, "kid": kid }).to_string();
            let token = signed(&wrong, &claims, signing_key(name));
            assert_eq!(status(&api, &token).await, 401, "{name} as {kid}");
        }
    }
}

#[tokio::test]
async fn issuers_of_one_name_are_tried_one_after_the_other() {
    let api = Api::start().await;
    let claims = payload("ed", json!({})).to_string();
    assert_eq!(
        status(&api, &signed(&header("EdDSA"), &claims, signing_key("ed"))).await,
        200
    );
    assert_eq!(
        status(&api, &signed(&header("HS256"), &claims, signing_key("hs"))).await,
        200
    );
    assert_eq!(
        status(&api, &signed(&header("RS256"), &claims, signing_key("rsa"))).await,
        401
    );
}

#[tokio::test]
async fn claims_that_are_right_in_another_form_pass() {
    let api = Api::start().await;
    for claims in [
        json!({ "aud": ["other", "countersign"] }),
        json!({ "nbf": NOW }),
        json!({ "exp": NOW + 1 }),
        json!({ "exp": u64::MAX }),
        json!({ "iat": "whatever" }),
    ] {
        assert_eq!(
            status(&api, &good("hs", claims.clone())).await,
            200,
            "{claims}"
        );
    }
}

#[tokio::test]
async fn a_wrong_claim_is_refused() {
    let api = Api::start().await;
    let mut rows = vec![
        json!({ "nbf": NOW + 1 }),
        json!({ "nbf": "1" }),
        json!({ "nbf": null }),
    ];
    rows.extend([json!(NOW), json!(NOW - 1), json!(0), json!(-1)].map(|exp| json!({ "exp": exp })));
    for exp in [
        json!("1900000600"),
        json!(1_900_000_600.5),
        json!(1.9e12),
        json!(1e30),
        json!(null),
        json!([NOW + 600]),
        json!({ "exp": NOW + 600 }),
        json!(true),
    ] {
        rows.push(json!({ "exp": exp }));
    }
    for iss in [
        json!("https://hs.tes"),
        json!("https://hs.test/"),
        json!("hs.test"),
        json!("HTTPS://hs.test"),
        json!(""),
        json!(["https://hs.test"]),
        json!(null),
        json!(1),
    ] {
        rows.push(json!({ "iss": iss }));
    }
    for aud in [
        json!("countersig"),
        json!("countersign2"),
        json!("Countersign"),
        json!("countersign "),
        json!("other countersign"),
        json!(""),
        json!([]),
        json!(["other"]),
        json!(["countersign", 1]),
        json!([["countersign"]]),
        json!({ "countersign": 1 }),
        json!(null),
    ] {
        rows.push(json!({ "aud": aud }));
    }
    for claims in rows {
        assert_eq!(
            status(&api, &good("hs", claims.clone())).await,
            401,
            "{claims}"
        );
    }
}

#[tokio::test]
async fn a_missing_or_doubled_claim_is_refused() {
    let api = Api::start().await;
    let key = || signing_key("hs");
    for name in ["iss", "aud", "exp"] {
        let mut claims = payload("hs", json!({}));
        claims.as_object_mut().unwrap().remove(name);
        let token = signed(&header("HS256"), &claims.to_string(), key());
        assert_eq!(status(&api, &token).await, 401, "no {name}");
    }
    let text = payload("hs", json!({})).to_string();
    for doubled in [
        format!("{},\"exp\":{}}}", &text[..text.len() - 1], NOW + 600),
        format!("{{\"exp\":1,{}", &text[1..]),
        format!("{{\"e\\u0078p\":1,{}", &text[1..]),
        format!("{{\"sub\":\"bob\",{}", &text[1..]),
        format!("{text} {text}"),
        format!("[{text}]"),
        "null".to_owned(),
        "\"x\"".to_owned(),
        String::new(),
    ] {
        let token = signed(&header("HS256"), &doubled, key());
        assert_eq!(status(&api, &token).await, 401, "{doubled}");
    }
}

#[tokio::test]
async fn time_is_the_clocks() {
    let api = Api::start().await;
    let token = good("hs", json!({}));
    api.clock.set(NOW + 599);
    assert_eq!(status(&api, &token).await, 200);
    api.clock.set(NOW + 600);
    let answer = api.sign_as(&token, &Value::Null).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").contains("expired"));
    assert_eq!(answer.text("detail"), "the JWT has expired");
}

#[tokio::test]
async fn clocks_may_differ_by_the_leeway_and_no_more() {
    let api = Api::start().await;
    for (claims, expected) in [
        (json!({ "exp": NOW - 29 }), 200),
        (json!({ "exp": NOW - 30 }), 401),
        (json!({ "nbf": NOW + 30 }), 200),
        (json!({ "nbf": NOW + 31 }), 401),
    ] {
        assert_eq!(
            status(&api, &good("late", claims.clone())).await,
            expected,
            "{claims}"
        );
    }
}

#[tokio::test]
async fn of_several_issuers_the_one_whose_key_held_says_what_is_wrong() {
    let api = Api::start().await;
    let token = good("ed", json!({ "exp": NOW }));
    let answer = api
        .sign_as(&token, &json!({ "path": "/users/ada/x" }))
        .await;
    assert_eq!(answer.text("detail"), "the JWT has expired");
}
