//! Holds what the tests send and get to the API's own description.

use std::sync::LazyLock;

use boon::{Compiler, Schemas};
use countersign::sign::openapi_json;
use serde_json::{Map, Value, json};

use crate::api::Answer;

/// The description, in which no object has a member that is not described.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::from_str(openapi_json()).unwrap();
    close(&mut document);
    document
});

fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.contains_key("properties") {
                members
                    .entry("additionalProperties")
                    .or_insert(json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(values) => values.iter_mut().for_each(close),
        _ => {}
    }
}

/// What was sent, as far as it is described.
pub(crate) struct Sent {
    method: String,
    path: String,
    body: Option<Value>,
}

impl Sent {
    pub(crate) fn new(request: &reqwest::Request) -> Self {
        let body = request.body().and_then(reqwest::Body::as_bytes);
        Self {
            method: request.method().as_str().to_ascii_lowercase(),
            path: request.url().path().to_owned(),
            body: body.and_then(|body| serde_json::from_slice(body).ok()),
        }
    }
}

/// # Panics
/// If the answer is none that the description knows, or a request was granted that it does not.
pub(crate) fn check(sent: &Sent, answer: &Answer) {
    let what = format!("{} {}: {}", sent.method, sent.path, answer.status);
    if sent.method == "options" || !sent.path.starts_with("/v1/") {
        return;
    }
    let operation = operation(sent);
    let Some(operation) = operation.filter(|_| answer.status != 405) else {
        assert!(matches!(answer.status, 404 | 405), "{what}: not described");
        return conforms(
            &json!({ "$ref": "#/components/schemas/Problem" }),
            &answer.body,
            &what,
        );
    };
    let response = &operation["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{what}: this status is not described");
    let described = response["content"].as_object().cloned().unwrap_or_default();
    let kind = answer.header("content-type");
    match described.get(kind) {
        Some(content) => conforms(&content["schema"], &answer.body, &what),
        None => assert!(
            described.is_empty() && answer.body.is_null(),
            "{what}: {kind} is not described"
        ),
    }
    for name in response["headers"]
        .as_object()
        .unwrap_or(&Map::new())
        .keys()
    {
        let optional = name.starts_with("RateLimit");
        assert!(
            optional || answer.headers.contains_key(name),
            "{what}: no {name}"
        );
    }
    granted(operation, sent, answer, &format!("{what}, granted to"));
}

/// What was granted must be what the description allows. Of a batch each request by itself.
fn granted(operation: &Value, sent: &Sent, answer: &Answer, what: &str) {
    let (200..300, Some(body)) = (answer.status, &sent.body) else {
        return;
    };
    let asked = &operation["requestBody"]["content"]["application/json"]["schema"];
    let Some(results) = answer.body["results"].as_array() else {
        return conforms(asked, body, what);
    };
    let one = json!({ "$ref": "#/components/schemas/SignRequest" });
    for (result, request) in results.iter().zip(body["requests"].as_array().unwrap()) {
        if result["status"] == 200 {
            conforms(&one, request, what);
        }
    }
}

fn operation(sent: &Sent) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object()?;
    let is_it = |template: &str| {
        let mut segments = template.split('/');
        let mut asked = sent.path.split('/');
        let same = |(a, b): (&str, &str)| a == b || (a.starts_with('{') && !b.is_empty());
        segments.clone().count() == asked.clone().count()
            && segments.by_ref().zip(asked.by_ref()).all(same)
    };
    let found = paths.iter().filter(|(template, _)| is_it(template));
    // One that is written out goes before a template.
    let found = found.min_by_key(|(template, _)| template.contains('{'))?.1;
    found.get(&sent.method)
}

fn conforms(schema: &Value, body: &Value, what: &str) {
    let mut schema = schema.clone();
    schema["components"] = DOCUMENT["components"].clone();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let url = "urn:described";
    compiler.add_resource(url, schema).unwrap();
    let schema = compiler.compile(url, &mut schemas).unwrap();
    if let Err(fault) = schemas.validate(body, schema) {
        panic!("{what} {body}\n{fault:#}");
    }
}

fn sign_answer(status: u16, body: Value) {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    let sent = Sent {
        method: "post".to_owned(),
        path: "/v1/sign".to_owned(),
        body: None,
    };
    check(
        &sent,
        &Answer {
            status,
            headers,
            body,
        },
    );
}

#[test]
fn an_answer_as_described_passes() {
    let body = json!({ "url": "u", "token": "t", "path": "/p", "expires_at": 1, "kid": "k" });
    sign_answer(200, body);
}

#[test]
#[should_panic(expected = "kid")]
fn an_answer_without_a_member_is_caught() {
    let body = json!({ "url": "u", "token": "t", "path": "/p", "expires_at": 1 });
    sign_answer(200, body);
}

#[test]
#[should_panic(expected = "secret")]
fn an_answer_with_a_member_more_is_caught() {
    let body =
        json!({ "url": "u", "token": "t", "path": "/p", "expires_at": 1, "kid": "k", "secret": 1 });
    sign_answer(200, body);
}

#[test]
#[should_panic(expected = "this status is not described")]
fn a_status_that_is_not_described_is_caught() {
    sign_answer(418, Value::Null);
}
