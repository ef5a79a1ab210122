//! Keys at a URL, against a real small server.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::{Value, json};

use crate::api::{Api, RULES, config, site};
use crate::jwt::{fixture, payload, signed, signing_key};

/// An identity provider's set of keys.
#[derive(Clone)]
struct Provider {
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
    url: String,
}

impl Provider {
    async fn start(set: String) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self {
            answer: Arc::new(Mutex::new((StatusCode::OK, set))),
            asked: Arc::default(),
            url: format!("http://{}/jwks", listener.local_addr().unwrap()),
        };
        let answer = async |State(provider): State<Self>| {
            provider.asked.fetch_add(1, Ordering::SeqCst);
            provider.answer.lock().unwrap().clone()
        };
        let router = Router::new().route("/jwks", get(answer));
        let router = router.with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    fn answers(&self, status: StatusCode, set: String) {
        *self.answer.lock().unwrap() = (status, set);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// The set with the keys of these `kid`s only.
fn set(kids: &[&str]) -> String {
    let mut set: Value = serde_json::from_slice(&fixture("jwks.json")).unwrap();
    let keys = set["keys"].as_array_mut().unwrap();
    keys.retain(|key| kids.iter().any(|kid| key["kid"] == *kid));
    assert_eq!(keys.len(), kids.len());
    set.to_string()
}

/// An API that has begun to fetch the keys by itself, so that no request's `kid` has led to it.
async fn api(provider: &Provider) -> Api {
    let issuer = format!(
        "[[signing.issuer]]\nissuer = \"https://remote.test\"\naudience = [\"countersign\"]\n\
         algorithms = [\"RS256\", \"ES256\", \"EdDSA\"]\njwks_url = \"{}\"\n",
        provider.url
    );
    let keys = "[[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\n\
                secret = \"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"\n";
    let api = Api::of(config(
        &site("media", "", keys),
        &format!("{issuer}{RULES}"),
    ))
    .await;
    while provider.asked() == 0 {
        tokio::task::yield_now().await;
    }
    api
}

/// The status for a token that names `kid`, signed by the key `name`.
async fn status(api: &Api, kid: &str, name: &str) -> u16 {
    let key = signing_key(name);
    let header = json!({ "alg": format!("{:?}", key.0), "kid": kid }).to_string();
    let token = signed(&header, &payload("remote", json!({})).to_string(), key);
    let request = api.request("GET", "/v1/keys").bearer_auth(token);
    api.send(request).await.status
}

#[tokio::test]
async fn a_new_key_is_fetched_for_its_kid_and_strangers_cannot_make_it_fetch_more() {
    let provider = Provider::start(set(&["rsa-1"])).await;
    let api = api(&provider).await;
    assert_eq!(status(&api, "rsa-1", "rsa").await, 200);
    assert_eq!(status(&api, "rsa-1", "other-rsa").await, 401);
    assert_eq!(provider.asked(), 1, "a known kid asks for nothing");
    provider.answers(StatusCode::OK, set(&["rsa-1", "ec-1"]));
    assert_eq!(status(&api, "ec-1", "ec").await, 200);
    assert_eq!(provider.asked(), 2);
    provider.answers(StatusCode::OK, set(&["rsa-1", "ec-1", "ed-1"]));
    for made_up in ["ed-1", "x", "y"] {
        assert_eq!(status(&api, made_up, "ed").await, 401);
    }
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn keys_stay_good_while_the_issuer_cannot_be_asked() {
    for (answer, text) in [
        (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
        (StatusCode::OK, "<html>".to_owned()),
        (StatusCode::OK, r#"{"keys":[]}"#.to_owned()),
        (
            StatusCode::OK,
            format!("{}{}", set(&["ec-1"]), " ".repeat(1 << 20)),
        ),
        (StatusCode::FOUND, set(&["ec-1"])),
    ] {
        let provider = Provider::start(set(&["rsa-1"])).await;
        let api = api(&provider).await;
        assert_eq!(status(&api, "rsa-1", "rsa").await, 200);
        provider.answers(answer, text);
        assert_eq!(status(&api, "ec-1", "ec").await, 401);
        assert_eq!(provider.asked(), 2);
        assert_eq!(status(&api, "rsa-1", "rsa").await, 200);
    }
}

#[tokio::test]
async fn an_issuer_that_is_down_at_the_start_is_believed_when_it_is_up() {
    let provider = Provider::start("down".to_owned()).await;
    let api = api(&provider).await;
    provider.answers(StatusCode::OK, set(&["ed-1"]));
    assert_eq!(status(&api, "ed-1", "ed").await, 200);
}
