//! The demo's page, on the port of its media: `/` and `/_demo/…` are the page's, all else is
//! delivered.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::backend::{self, Wish};
use super::collections;
use super::links::{Lifetime, Links};
use super::media::Shown;
use super::signing::SigningApi;
use super::users::{OTHER_USER, USER};
use super::{api, settings};
use crate::app::App;
use crate::clock::Clock;
use crate::config::model::Secret;
use crate::deliver::{AnswerBody, deliver, whole};
use crate::server::{Addresses, Listeners};
use crate::sites::Site;

const HTML: &str = include_str!("page/index.html");
const SCRIPT: &str = include_str!("page/app.js");
const COLLECTIONS_SCRIPT: &str = include_str!("page/collections.js");
/// hls.js 1.7.4, its light build as its authors publish it; the licence is beside it.
const HLS_SCRIPT: &str = include_str!("assets/hls.light.min.js");
/// Built from wasm-edge/inspect, by `node wasm-edge/inspect/build.mjs --demo`.
const INSPECT: &str = include_str!("assets/inspect.html");
const STYLE: &str = include_str!("page/style.css");

pub(super) struct Page {
    site: Arc<Site>,
    clock: Clock,
    addresses: Addresses,
    shown: Vec<Shown>,
    samples: bool,
    jwt_secret: Secret,
}

impl Page {
    pub(super) fn new(
        site: Arc<Site>,
        clock: Clock,
        listeners: &Listeners,
        shown: Vec<Shown>,
        samples: bool,
        jwt_secret: Secret,
    ) -> Self {
        let addresses = listeners.addresses();
        Self {
            site,
            clock,
            addresses,
            shown,
            samples,
            jwt_secret,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("{}/", self.site.config.public_url)
    }

    fn signing_address(&self) -> SocketAddr {
        self.addresses.signing.unwrap_or(self.addresses.delivery)
    }

    fn signing_origin(&self) -> String {
        format!("http://{}", self.signing_address())
    }

    fn links(&self, now: u64) -> Links<'_> {
        Links {
            site: &self.site,
            base_url: self.site.config.public_url.as_str(),
            now,
            shown: self.shown.as_slice(),
            samples: self.samples,
        }
    }

    /// What the page's script reads; new links each time.
    pub(super) fn data(&self, lifetime: Lifetime) -> Value {
        let now = self.clock.now_unix_secs();
        let shown = self.shown.as_slice();
        let links = self.links(now);
        let path = shown
            .first()
            .map_or("/nothing-here-yet.txt", |shown| shown.path.as_str());
        let body = json!({"path": path, "expires_in": "15m"});
        let other = format!("/users/{OTHER_USER}/photo.jpg");
        let refused = self
            .samples
            .then(|| json!({"path": other, "expires_in": "15m"}));
        let url = format!("{}/v1/sign", self.signing_origin());
        let bearer = api::bearer(&self.jwt_secret, now);
        json!({
            "page": self.url(),
            "ops": format!("http://{}", self.addresses.ops),
            "version": env!("CARGO_PKG_VERSION"),
            "now": now,
            "user": USER,
            "site": settings::SITE,
            "links": links.all(lifetime),
            "open": backend::ROUTE,
            "gallery": if self.samples { collections::thumbnail_paths() } else { Vec::new() },
            "sign": {
                "curl": api::curl(&url, &bearer, &body),
                "url": url,
                "bearer": bearer,
                "body": body,
                "refused_body": refused,
            },
        })
    }

    pub(super) fn welcome(&self) -> String {
        let data = self.data(Lifetime::Hour);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut lines = vec![
            String::new(),
            format!("  Countersign demo: open  {}", self.url()),
            String::new(),
        ];
        for link in data["links"].as_array().into_iter().flatten() {
            let expect = &link["expect"];
            let code = expect["code"]
                .as_str()
                .map(|code| format!(" {code}"))
                .unwrap_or_default();
            let told = format!("{}{code}", expect["status"]);
            lines.push(format!(
                "  {:<15} {told:<18} {}",
                text(&link["name"]),
                text(&link["url"])
            ));
        }
        lines.extend([
            String::new(),
            "  Ask the signing API for a URL:".to_owned(),
            String::new(),
            text(&data["sign"]["curl"]),
            String::new(),
            format!("  Metrics: {}/metrics   Stop: Ctrl-C", text(&data["ops"])),
        ]);
        if self.shown.is_empty() {
            lines.push("  There is nothing to show here yet: put a photo into the folder, and start again.".to_owned());
        }
        lines.join("\n")
    }

    pub(super) async fn answer(
        &self,
        app: Arc<App>,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> Response<AnswerBody> {
        let own_host = request.headers().get(header::HOST).is_some_and(|host| {
            let hosts = &self.site.config.hosts;
            hosts.iter().any(|own| own.as_bytes() == host.as_bytes())
        });
        if let Some(wish) = Wish::of(&request).filter(|_| own_host && self.samples) {
            return self.open(wish).await;
        }
        if request.uri().path() == "/_demo/inspect.html"
            && own_host
            && request.method() == Method::GET
        {
            return self.inspect_page();
        }
        let page = match request.uri().path() {
            "/" => Some(("text/html; charset=utf-8", HTML.to_owned())),
            "/_demo/app.js" => Some(("text/javascript; charset=utf-8", SCRIPT.to_owned())),
            "/_demo/collections.js" => Some((
                "text/javascript; charset=utf-8",
                COLLECTIONS_SCRIPT.to_owned(),
            )),
            "/_demo/hls.js" => Some(("text/javascript; charset=utf-8", HLS_SCRIPT.to_owned())),
            "/_demo/style.css" => Some(("text/css; charset=utf-8", STYLE.to_owned())),
            "/_demo/data.json" => Some((
                "application/json",
                self.data(Lifetime::Countdown).to_string(),
            )),
            _ => None,
        };
        match page.filter(|_| own_host && request.method() == Method::GET) {
            Some((kind, text)) => self.page_response(kind, text),
            None => deliver(app, peer, request).await,
        }
    }

    /// The page that inspects tokens. Its own policy, in a `<meta>`, names the hashes of its script and
    /// connects to nothing; only what a `<meta>` cannot say is the header's.
    fn inspect_page(&self) -> Response<AnswerBody> {
        let mut response = self.page_response("text/html; charset=utf-8", INSPECT.to_owned());
        response.headers_mut().insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("frame-ancestors 'none'"),
        );
        response
    }

    /// What the demo's backend answers.
    async fn open(&self, wish: Wish) -> Response<AnswerBody> {
        let api = SigningApi {
            address: self.signing_address(),
            bearer: api::bearer(&self.jwt_secret, self.clock.now_unix_secs()),
        };
        match wish.grant(&api, &self.site.config.public_url).await {
            Ok((told, cookie)) => {
                let mut response = self.page_response("application/json", told.to_string());
                backend::put_cookie(response.headers_mut(), cookie);
                response
            }
            Err(fault) => {
                tracing::error!("the demo's backend: {fault}");
                let told = json!({"error": fault.to_string()}).to_string();
                let mut response = self.page_response("application/json", told);
                *response.status_mut() = StatusCode::BAD_GATEWAY;
                response
            }
        }
    }

    fn page_response(&self, kind: &'static str, text: String) -> Response<AnswerBody> {
        // The links' origin too: the page may have been opened by its other name, localhost.
        // Of blob: are the media that hls.js puts together.
        let (links, signing) = (&self.site.config.public_url, self.signing_origin());
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {links} data:; \
             media-src 'self' {links} blob:; connect-src 'self' {links} {signing}; \
             frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        );
        let mut response = Response::new(whole(Bytes::from(text)));
        *response.status_mut() = StatusCode::OK;
        let headers = response.headers_mut();
        let mut put = |name, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put(header::CONTENT_TYPE, kind);
        put(header::CONTENT_SECURITY_POLICY, &policy);
        put(header::CACHE_CONTROL, "no-store");
        put(header::REFERRER_POLICY, "no-referrer");
        put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        response
    }
}
