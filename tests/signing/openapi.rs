//! The description itself, and the page that shows it. What it says of each call is held to every
//! answer of these tests by `described.rs`.

use serde_json::{Value, json};

use crate::api::{API_KEY, Answer, Api};

async fn get(api: &Api, path: &str) -> (Answer, String) {
    let response = api.request("GET", path).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    (
        Answer {
            status,
            headers,
            body,
        },
        text,
    )
}

#[tokio::test]
async fn everybody_may_read_the_description() {
    let api = Api::start().await;
    let (answer, _) = get(&api, "/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "application/openapi+json;version=3.1"
    );
    assert_eq!(
        (
            answer.text("openapi"),
            answer.body["info"]["version"].as_str()
        ),
        ("3.1.0", Some(env!("CARGO_PKG_VERSION")))
    );
}

#[tokio::test]
async fn every_call_of_the_description_is_there_and_wants_a_token() {
    let api = Api::start().await;
    let (description, _) = get(&api, "/openapi.json").await;
    let mut calls = 0;
    for (path, methods) in description.body["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let path = path.replace("{id}", "1");
            let request = api.request(&method.to_uppercase(), &path).json(&json!({}));
            let answer = api.send(request).await;
            assert_eq!(
                (answer.status, answer.text("code")),
                (401, "not_signed_in"),
                "{method} {path}"
            );
            calls += 1;
        }
    }
    assert_eq!(calls, 10);
}

#[tokio::test]
async fn every_field_of_a_signing_request_is_described_and_known() {
    let api = Api::start().await;
    let (description, _) = get(&api, "/openapi.json").await;
    for (call, schema) in [
        ("/v1/sign", "SignRequest"),
        ("/v1/cookies", "CookieRequest"),
        ("/v1/explain", "ExplainRequest"),
        ("/v1/purge", "PurgeRequest"),
        ("/v1/revocations", "RevocationRequest"),
        ("/v1/sign/batch", "BatchRequest"),
    ] {
        let fields = description.body["components"]["schemas"][schema]["properties"]
            .as_object()
            .unwrap();
        assert!(!fields.is_empty());
        let body: Value = fields
            .keys()
            .map(|name| (name.clone(), json!([])))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let answer = api
            .send(api.request("POST", call).bearer_auth(API_KEY).json(&body))
            .await;
        let text = answer.body.to_string();
        assert!(
            answer.status >= 400 && !text.contains("no such field"),
            "{call}: {text}"
        );
    }
}

#[tokio::test]
async fn the_page_is_whole_without_another_host() {
    let api = Api::start().await;
    let (page, html) = get(&api, "/docs").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html")
    );
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; script-src 'self';")
    );
    let parts: Vec<_> = html
        .split(['"', '\''])
        .filter(|part| part.ends_with(".js") || part.ends_with(".css") || part.ends_with(".png"))
        .collect();
    assert!(parts.len() >= 4, "{html}");
    for part in parts {
        let path = format!("/docs/{}", part.strip_prefix("./").unwrap_or(part));
        let (answer, text) = get(&api, &path).await;
        assert_eq!((answer.status, text.is_empty()), (200, false), "{path}");
    }
    let (_, script) = get(&api, "/docs/swagger-initializer.js").await;
    assert!(script.contains("/openapi.json"), "{script}");
    for path in ["/docs/nothing.js", "/docs/..%2fopenapi.json", "/docs/a/b"] {
        assert_eq!(get(&api, path).await.0.status, 404, "{path}");
    }
}
