//! Attacks on JWTs, each of which must be refused as `invalid_token`.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use http::{Request, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tower_service::Service;

use crate::api::{API_KEY, Api};
use crate::jwt::{encode, fixture, good, payload, signed, signing_key};

const KINDS: [&str; 3] = ["rsa", "ec", "ed"];

fn claims(issuer: &str) -> String {
    payload(issuer, json!({})).to_string()
}

async fn refuse(api: &Api, attacks: Vec<(String, String)>) {
    assert!(!attacks.is_empty());
    for (name, token) in attacks {
        let answer = api
            .sign_as(&token, &json!({ "path": "/users/ada/a.jpg" }))
            .await;
        assert_eq!(answer.status, 401, "{name}");
        assert_eq!(answer.text("code"), "not_signed_in", "{name}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Bearer "), "{name}: {challenge}");
        assert!(
            challenge.contains("error=\"invalid_token\""),
            "{name}: {challenge}"
        );
        assert!(
            !answer.body.to_string().contains(&token),
            "{name}: the token is repeated"
        );
    }
}

#[tokio::test]
async fn no_algorithm_in_any_spelling() {
    let mut attacks = Vec::new();
    for issuer in ["hs", "rsa", "ec", "ed", "jwks"] {
        for word in [
            "none",
            "None",
            "NONE",
            "nOnE",
            "",
            "HS384",
            "hs256",
            "RS256 ",
            "HS256,none",
        ] {
            let header = encode(json!({ "alg": word }).to_string());
            let message = format!("{header}.{}", encode(claims(issuer)));
            attacks.push((
                format!("{word} at {issuer}, unsigned"),
                format!("{message}."),
            ));
            attacks.push((
                format!("{word} at {issuer}, signed"),
                format!("{message}.AAAA"),
            ));
        }
        for header in [
            "{}",
            "{\"alg\":null}",
            "{\"alg\":[\"HS256\"]}",
            "{\"alg\":0}",
            "[]",
        ] {
            let token = signed(header, &claims(issuer), signing_key("hs"));
            attacks.push((format!("{header} at {issuer}"), token));
        }
    }
    refuse(&Api::start().await, attacks).await;
}

/// Every form in which a public key may be at hand.
fn forms_of_public_key(kind: &str) -> Vec<(String, Vec<u8>)> {
    let pem = String::from_utf8(fixture(&format!("{kind}-public.pem"))).unwrap();
    let base64: String = pem
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    let der = STANDARD.decode(&base64).unwrap();
    let set: Value = serde_json::from_slice(&fixture("jwks.json")).unwrap();
    let jwk = set["keys"].as_array().unwrap().iter();
    let jwk = jwk
        .clone()
        .find(|jwk| jwk["kid"] == format!("{kind}-1"))
        .unwrap();
    let number = |name: &str| jwk[name].as_str().unwrap_or_default().as_bytes().to_vec();
    let tail = |len: usize| der[der.len().saturating_sub(len)..].to_vec();
    [
        ("PEM", pem.clone().into_bytes()),
        (
            "PEM without its last line feed",
            pem.trim_end().as_bytes().to_vec(),
        ),
        ("PEM with CRLF", pem.replace('\n', "\r\n").into_bytes()),
        ("base64 of DER", base64.into_bytes()),
        ("DER", der.clone()),
        ("PKCS #1", der[24.min(der.len())..].to_vec()),
        ("raw point of 32", tail(32)),
        ("raw point of 65", tail(65)),
        ("JWK", jwk.to_string().into_bytes()),
        ("JWK set", fixture("jwks.json")),
        ("n", number("n")),
        ("x", number("x")),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .into()
}

#[tokio::test]
async fn a_public_key_as_a_secret() {
    let mut attacks = Vec::new();
    for kind in KINDS {
        for (form, bytes) in forms_of_public_key(kind) {
            for issuer in [kind, "jwks"] {
                for kid in [None, Some(format!("{kind}-1"))] {
                    let header = json!({ "alg": "HS256", "kid": kid });
                    let header = if kid.is_some() {
                        header
                    } else {
                        json!({ "alg": "HS256" })
                    };
                    let key = (Algorithm::HS256, EncodingKey::from_secret(&bytes));
                    let token = signed(&header.to_string(), &claims(issuer), key);
                    attacks.push((
                        format!("HS256 over {kind} {form} at {issuer}, {kid:?}"),
                        token,
                    ));
                }
            }
        }
    }
    // The symmetric key of the set is not believed either.
    let secret = b"a shared secret that must never count here";
    for kid in ["oct-1", "rsa-1"] {
        let header = json!({ "alg": "HS256", "kid": kid }).to_string();
        let key = (Algorithm::HS256, EncodingKey::from_secret(secret));
        attacks.push((
            format!("oct key as {kid}"),
            signed(&header, &claims("jwks"), key),
        ));
    }
    refuse(&Api::start().await, attacks).await;
}

#[tokio::test]
async fn a_kid_is_compared_and_nothing_else() {
    let mut attacks = Vec::new();
    for kid in [
        json!("../../../../../../dev/null"),
        json!("/dev/null"),
        json!("file:///dev/null"),
        json!("x' UNION SELECT 'secret' --"),
        json!("rsa-1\u{0}"),
        json!("\u{0}"),
        json!("rsa-1 "),
        json!("RSA-1"),
        json!(""),
        json!("$(id)|id"),
        json!(1),
        json!(null),
        json!(["rsa-1"]),
        json!({ "rsa-1": 1 }),
    ] {
        let header = |alg: &str| json!({ "alg": alg, "kid": kid }).to_string();
        let token = signed(&header("RS256"), &claims("jwks"), signing_key("rsa"));
        attacks.push((format!("kid {kid}, the right key"), token));
        for secret in [&b""[..], b"\0", b"secret"] {
            let key = (Algorithm::HS256, EncodingKey::from_secret(secret));
            let token = signed(&header("HS256"), &claims("jwks"), key);
            attacks.push((format!("kid {kid}, secret {secret:?}"), token));
        }
    }
    refuse(&Api::start().await, attacks).await;
}

#[tokio::test]
async fn a_key_that_the_token_brings_along() {
    let (_, rsa) = signing_key("other-rsa");
    let (_, ed) = signing_key("other-ed");
    let jwk = |key: &EncodingKey, algorithm| {
        serde_json::to_value(jsonwebtoken::jwk::Jwk::from_encoding_key(key, algorithm).unwrap())
            .unwrap()
    };
    let mut attacks = Vec::new();
    for (issuer, algorithm, key) in [
        ("rsa", Algorithm::RS256, rsa.clone()),
        ("rsa", Algorithm::PS256, rsa.clone()),
        ("ed", Algorithm::EdDSA, ed.clone()),
        ("jwks", Algorithm::RS256, rsa),
        ("jwks", Algorithm::EdDSA, ed),
    ] {
        let own = jwk(&key, algorithm);
        for more in [
            json!({}),
            json!({ "jwk": own.clone() }),
            json!({ "jwk": own.clone(), "kid": "rsa-1" }),
            json!({ "jku": "https://evil.test/jwks.json" }),
            json!({ "jku": "https://rsa.test@evil.test/jwks.json", "kid": "rsa-1" }),
            json!({ "x5u": "https://evil.test/cert.pem" }),
            json!({ "x5c": ["MIIB"] }),
            json!({ "jwks": { "keys": [own] } }),
        ] {
            let mut header = more.clone();
            header["alg"] = json!(format!("{algorithm:?}"));
            let token = signed(
                &header.to_string(),
                &claims(issuer),
                (algorithm, key.clone()),
            );
            attacks.push((format!("{algorithm:?} at {issuer} with {more}"), token));
        }
    }
    refuse(&Api::start().await, attacks).await;
}

#[tokio::test]
async fn one_issuers_key_for_another_and_one_algorithm_for_another() {
    let mut attacks = Vec::new();
    for key in ["hs", "rsa", "ec", "ed"] {
        for issuer in ["hs", "rsa", "ec"]
            .into_iter()
            .filter(|issuer| *issuer != key)
        {
            let header = json!({ "alg": format!("{:?}", signing_key(key).0) }).to_string();
            let token = signed(&header, &claims(issuer), signing_key(key));
            attacks.push((format!("{key} key at {issuer}"), token));
        }
    }
    for (said, made) in [("PS256", Algorithm::RS256), ("RS256", Algorithm::PS256)] {
        let header = json!({ "alg": said }).to_string();
        let token = signed(&header, &claims("rsa"), (made, signing_key("rsa").1));
        attacks.push((format!("{made:?} as {said}"), token));
    }
    // Not among the algorithms of the set's issuer, though its RSA key could.
    let header = json!({ "alg": "PS256", "kid": "rsa-1" }).to_string();
    let token = signed(
        &header,
        &claims("jwks"),
        (Algorithm::PS256, signing_key("rsa").1),
    );
    attacks.push(("PS256 at jwks".to_owned(), token));
    refuse(&Api::start().await, attacks).await;
}

#[tokio::test]
async fn a_header_with_extensions_or_names_twice() {
    let mut attacks = Vec::new();
    for header in [
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":"a","kid":"b"}"#,
        r#"{"alg":"HS256"} x"#,
    ] {
        let token = signed(header, &claims("hs"), signing_key("hs"));
        attacks.push((header.to_owned(), token));
    }
    refuse(&Api::start().await, attacks).await;
}

#[tokio::test]
async fn text_that_is_no_jwt() {
    let token = good("ec", json!({}));
    let parts: Vec<_> = token.split('.').collect();
    let [head, body, signature] = parts[..] else {
        panic!("a JWT has three parts");
    };
    let zeros = encode([0; 64]);
    let attacks = [
        ("5 parts", format!("{token}.{signature}.{signature}")),
        (
            "5 parts of a JWE",
            "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn".to_owned(),
        ),
        ("4 parts", format!("{token}.")),
        ("an empty part in front", format!(".{token}")),
        ("2 parts", format!("{head}.{body}")),
        ("1 part", head.to_owned()),
        ("no signature", format!("{head}.{body}.")),
        ("no payload", format!("{head}..{signature}")),
        ("no header", format!(".{body}.{signature}")),
        ("dots", ".".repeat(8_000)),
        ("two dots", "..".to_owned()),
        ("zeros as ES256's r and s", format!("{head}.{body}.{zeros}")),
        (
            "a signature cut off",
            format!("{head}.{body}.{}", &signature[..43]),
        ),
        ("a signature and more", format!("{token}AAAA")),
        (
            "padding",
            format!("{head}.{body}.{}", URL_SAFE.encode([7; 64])),
        ),
        (
            "another payload",
            format!("{head}.{}.{signature}", encode(claims("ec") + " ")),
        ),
        ("a blank inside", format!("{head}. {body}.{signature}")),
        ("two tokens", format!("{token},{token}")),
        ("no base64", format!("{head}.{body}.$$$$")),
        ("the API key's digest", "3c0f".repeat(16)),
        (
            "a part of the API key",
            API_KEY[..API_KEY.len() - 1].to_owned(),
        ),
        ("the API key and more", format!("{API_KEY} x")),
        ("too long", "x".repeat(8_193)),
        ("too long, of dots", ".".repeat(65_536)),
    ];
    let attacks = attacks.map(|(name, token)| (name.to_owned(), token));
    refuse(&Api::start().await, attacks.into()).await;
}

#[tokio::test]
async fn a_megabyte_of_anything() {
    let mut router = Api::start().await.router;
    let kid = json!({ "alg": "RS256", "kid": "a".repeat(1 << 20) }).to_string();
    let long_kid = signed(&kid, &claims("jwks"), signing_key("rsa"));
    for token in [".".repeat(1 << 20), "a".repeat(1 << 20), long_kid] {
        let request = Request::post("/v1/sign")
            .header(header::HOST, "sign.test")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{\"path\":\"/users/ada/a\"}"))
            .unwrap();
        let answer = router.call(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
}
