//! The one line that signing leaves in the program's messages, where there is no audit file.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use http::{Request, header};
use serde_json::{Value, json};
use tower_service::Service;

use crate::api::{API_KEY, Api};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_signature_is_logged_without_its_token() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut router = Api::start().await.router;
    let mut send = async |bearer: &str| {
        let body = json!({ "path": "/a b", "jti": "j1" }).to_string();
        let request = Request::post("/v1/sign")
            .header(header::HOST, "sign.test")
            .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        let answer = router.call(request).await.unwrap();
        to_bytes(answer.into_body(), 1 << 20).await.unwrap()
    };
    let answer: Value = serde_json::from_slice(&send(API_KEY).await).unwrap();
    send("a.wrong.token").await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in [answer["token"].as_str().unwrap(), API_KEY, "a.wrong.token"] {
        assert!(!text.contains(secret), "{text}");
    }
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let audit: Vec<_> = lines
        .iter()
        .filter(|line| line["target"] == "countersign::audit")
        .collect();
    let [line] = audit[..] else {
        panic!("one line: {text}");
    };
    for (name, value) in [
        ("authority", "api_key"),
        ("caller", "shop"),
        ("rule", "backend"),
        ("site", "media"),
        ("path", "/a b"),
        ("kid", "k1"),
        ("jti", "j1"),
    ] {
        assert_eq!(line["fields"][name], value, "{line}");
    }
    assert_eq!(line["fields"]["exp"], answer["expires_at"]);
}
