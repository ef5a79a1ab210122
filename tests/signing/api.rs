//! The API, served on a port of its own from a configuration file.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use countersign::clock::Clock;
use countersign::config::{Config, Inputs};
use countersign::observe::AuditLog;
use countersign::sign::{Signing, router};
use countersign::sites::Site;
use countersign::store;
use serde_json::{Value, json};

use crate::{described, jwt};

/// The time at which every test begins.
pub(crate) const NOW: u64 = 1_900_000_000;
/// The secret of the issuer `https://hs.test`.
pub(crate) const HS_SECRET: &str = "a secret of a test, of 40 and more bytes";
/// The key of the backend `shop`.
pub(crate) const API_KEY: &str = "cs_test.api.key";

const SITE_KEY: &str = r#"
[[site.key]]
kid = "k1"
alg = "HS256"
secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
"#;

/// A site `media` at `https://media.test`; `extra` goes on inside `[[site]]`.
pub(crate) fn site(name: &str, extra: &str, keys: &str) -> String {
    format!(
        "[[site]]\nname = \"{name}\"\nhosts = [\"{name}.test\"]\npublic_url = \"https://{name}.test\"\n\
         {extra}\n[site.store]\ntype = \"fs\"\nroot = \".\"\n{keys}\n"
    )
}

/// Every kind of issuer, and a backend; `top` goes into `[signing]`.
fn callers(top: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/jwt");
    let issuer = |name: &str, algorithms: &str, keys: &str| {
        format!(
            "[[signing.issuer]]\nissuer = \"https://{name}.test\"\naudience = [\"countersign\"]\n\
             algorithms = {algorithms}\n{keys}\n"
        )
    };
    let file = |kind: &str, name: &str| format!("{kind} = {:?}", fixtures.join(name));
    let digest = sha256_hex(API_KEY);
    [
        format!("[signing]\nallowed_origins = [\"https://app.test\"]\n{top}\n"),
        issuer("hs", "[\"HS256\"]", &format!("secret = \"{HS_SECRET}\"")),
        issuer("rsa", "[\"RS256\", \"PS256\"]", &file("pem_file", "rsa-public.pem")),
        issuer("ec", "[\"ES256\"]", &file("pem_file", "ec-public.pem")),
        issuer("ed", "[\"EdDSA\"]", &file("pem_file", "ed-public.pem")),
        issuer("jwks", "[\"RS256\", \"ES256\", \"EdDSA\"]", &file("jwks_file", "jwks.json")),
        issuer("late", "[\"HS256\"]", &format!("secret = \"{HS_SECRET}\"\nleeway = \"30s\"")),
        // A second issuer of the same name, with another key and audience.
        issuer("ed", "[\"HS256\"]", &format!("secret = \"{HS_SECRET}\"")),
        format!("[[signing.api_key]]\nname = \"shop\"\nsha256 = \"{digest}\"\nclaims = {{ role = \"backend\" }}\n"),
    ]
    .concat()
}

fn sha256_hex(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Users sign their own; the backend signs everything for everybody.
pub(crate) const RULES: &str = r#"
[[signing.rule]]
name = "backend"
when = { role = "backend" }
paths = ["/**"]
max_ttl = "30d"
backend = true
methods = ["GET", "PUT"]
overrides = ["cd", "ct", "ver", "bps"]

[[signing.rule]]
name = "own photos"
when = { scope = "photos" }
paths = ["/users/{sub}/**", "-/users/{sub}/private/**"]
max_ttl = "2h"
"#;

/// A running API.
pub(crate) struct Api {
    address: SocketAddr,
    /// The same API without a socket.
    pub(crate) router: Router,
    /// Its time.
    pub(crate) clock: Clock,
    client: reqwest::Client,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }

    /// The pointers of the fields at fault, sorted.
    pub(crate) fn pointers(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().into_iter().flatten();
        let mut pointers: Vec<_> = errors
            .filter_map(|error| error["pointer"].as_str())
            .collect();
        pointers.sort_unstable();
        pointers
    }
}

/// The configuration of these sites and rules.
pub(crate) fn config(sites: &str, rules: &str) -> Config {
    config_with("", sites, rules)
}

fn config_with(top: &str, sites: &str, rules: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countersign.toml");
    std::fs::write(&file, format!("{sites}{}{rules}", callers(top))).unwrap();
    let inputs = Inputs {
        file: Some(file),
        ..Inputs::default()
    };
    match Config::load(&inputs) {
        Ok((config, _)) => config,
        Err(faults) => panic!("{faults}"),
    }
}

impl Api {
    /// One site, the usual rules.
    pub(crate) async fn start() -> Self {
        Self::with(&site("media", "", SITE_KEY), RULES).await
    }

    /// One site, these rules.
    pub(crate) async fn with_rules(rules: &str) -> Self {
        Self::with(&site("media", "", SITE_KEY), rules).await
    }

    pub(crate) async fn with(sites: &str, rules: &str) -> Self {
        Self::of(config(sites, rules)).await
    }

    /// One site, these settings of `[signing]` and rules.
    pub(crate) async fn with_top(top: &str, rules: &str) -> Self {
        Self::of(config_with(top, &site("media", "", SITE_KEY), rules)).await
    }

    pub(crate) async fn of(config: Config) -> Self {
        let mut sites = Vec::new();
        for site in config.sites {
            let store = store::open(&site.store).await.unwrap();
            sites.push(Arc::new(Site::new(site, store)));
        }
        let clock = Clock::fixed(NOW);
        let settings = config.signing.unwrap();
        let audit = settings.audit_file.as_deref();
        let audit = audit.map_or(AuditLog::off(), |file| AuditLog::open(file).unwrap());
        let signing = Signing::new(&settings, sites, clock.clone()).unwrap();
        let router = router(signing.with_audit(audit));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router
            .clone()
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            address,
            router,
            clock,
            client: reqwest::Client::new(),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        self.client.request(method.parse().unwrap(), url)
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let sent = described::Sent::new(&request);
        let response = client.execute(request).await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let answer = Answer {
            status,
            headers,
            body,
        };
        described::check(&sent, &answer);
        answer
    }

    /// `POST /v1/sign` with any bearer.
    pub(crate) async fn sign_as(&self, bearer: &str, body: &Value) -> Answer {
        let request = self
            .request("POST", "/v1/sign")
            .bearer_auth(bearer)
            .json(body);
        self.send(request).await
    }

    /// As the backend.
    pub(crate) async fn sign(&self, body: Value) -> Answer {
        self.sign_as(API_KEY, &body).await
    }

    /// As the user `ada`.
    pub(crate) async fn sign_as_ada(&self, body: Value) -> Answer {
        let claims = json!({ "sub": "ada", "scope": "photos" });
        self.sign_as(&jwt::good("hs", claims), &body).await
    }
}
