//! The signing API: who may have which URL signed (docs/SIGNING.md).
//!
//! `caller → request → rule → widening → lifetime → token → URL`; nothing is kept but the audit line.

mod audit;
mod batch;
mod call;
mod caller;
mod claims;
mod cookies;
mod description;
mod explain;
mod grant;
mod handlers;
mod json;
mod keys;
mod lifetime;
mod purge;
mod rate;
mod refusal;
mod request;
mod revocations;
mod rules;
mod signer;
mod site;
mod stable;
mod template;
mod widening;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use axum::routing::{delete, get, post};
use http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use self::caller::{ApiKeys, Callers};
pub use self::caller::{
    IssuerFault, IssuerFaultKind, Issuers, MAX_BEARER_BYTES, RemoteKeys, issuers,
};
pub use self::description::openapi_json;
pub use self::lifetime::DEFAULT_LIFETIME_SECS;
pub use self::rate::CallerRates;
pub use self::rules::{RuleFault, RuleFaultKind, Rules, rules};
pub use self::template::TemplateFault;
use crate::clock::Clock;
use crate::config::model;
use crate::observe::AuditLog;
use crate::sites::Site;
use crate::state::{Purge, Revocations, State};

/// What the calls need.
#[derive(Debug)]
pub struct Signing {
    sites: Vec<Arc<Site>>,
    callers: Callers,
    rules: Rules,
    proxies: model::Proxies,
    allowed_origins: Vec<String>,
    clock: Clock,
    rate_limit: Option<model::RateLimit>,
    rates: Arc<CallerRates>,
    shared: Shared,
    audit: AuditLog,
}

/// What lives on when the configuration is read again.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Issuers' keys that stand at URLs.
    pub remote_keys: RemoteKeys,
    /// Who has asked for how much.
    pub rates: Arc<CallerRates>,
}

/// What the API changes and the delivery looks at.
#[derive(Clone, Debug)]
pub struct Shared {
    /// What is revoked.
    pub revocations: Arc<dyn Revocations>,
    /// What can be purged.
    pub caches: Arc<dyn Purge>,
}

/// A part of `[signing]` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningFault {
    /// `[[signing.issuer]]`.
    #[error("signing.issuer[{}]: {_0}", _0.place)]
    Issuer(IssuerFault),
    /// `[[signing.rule]]`.
    #[error("signing.rule[{}]: {_0}", _0.place)]
    Rule(RuleFault),
}

impl Signing {
    /// Parses the issuers' keys and the rules. Within a runtime, for keys at URLs.
    ///
    /// # Errors
    /// Every [`SigningFault`].
    pub fn new(
        signing: &model::Signing,
        sites: Vec<Arc<Site>>,
        clock: Clock,
    ) -> Result<Self, Vec<SigningFault>> {
        Self::keeping(signing, sites, clock, &Kept::default())
    }

    /// The same, with what an earlier one has left.
    ///
    /// # Errors
    /// Every [`SigningFault`].
    pub fn keeping(
        signing: &model::Signing,
        sites: Vec<Arc<Site>>,
        clock: Clock,
        kept: &Kept,
    ) -> Result<Self, Vec<SigningFault>> {
        match (
            issuers(&signing.issuers, &kept.remote_keys),
            rules(&signing.rules),
        ) {
            (Ok(issuers), Ok(rules)) => Ok(Self {
                sites,
                callers: Callers::new(issuers, ApiKeys::new(&signing.api_keys)),
                rules,
                proxies: signing.proxies.clone(),
                allowed_origins: signing.allowed_origins.clone(),
                clock,
                rate_limit: signing.rate_limit,
                rates: Arc::clone(&kept.rates),
                shared: Shared {
                    revocations: State::in_memory().revocations,
                    caches: Arc::new(()),
                },
                audit: AuditLog::off(),
            }),
            (issuers, rules) => {
                let issuers = issuers.err().into_iter().flatten();
                let rules = rules.err().into_iter().flatten();
                let issuers = issuers.map(SigningFault::Issuer);
                Err(issuers.chain(rules.map(SigningFault::Rule)).collect())
            }
        }
    }
}

impl Signing {
    /// The same API, over what the delivery looks at in place of a list and cache of its own.
    #[must_use]
    pub fn with_shared(self, shared: Shared) -> Self {
        Self { shared, ..self }
    }

    /// The same API, which records there what it grants and refuses.
    #[must_use]
    pub fn with_audit(self, audit: AuditLog) -> Self {
        Self { audit, ..self }
    }
}

/// The API. To be served with `ConnectInfo<SocketAddr>`: without it a rule with `bind_ip` refuses.
pub fn router(state: Signing) -> Router {
    let cors = cors(&state.allowed_origins);
    let router = Router::new()
        .route("/v1/sign", post(handlers::sign))
        .route("/v1/sign/batch", post(handlers::sign_batch))
        .route(
            "/v1/cookies",
            post(handlers::set_cookie).delete(handlers::clear_cookie),
        )
        .route("/v1/explain", post(handlers::explain_request))
        .route("/v1/keys", get(handlers::list_keys))
        .route(
            "/v1/revocations",
            get(handlers::list_revocations).post(handlers::revoke),
        )
        .route("/v1/revocations/{id}", delete(handlers::lift))
        .route("/v1/purge", post(handlers::purge_cache))
        .route("/openapi.json", get(description::document))
        .route("/docs", get(description::to_page))
        .route("/docs/", get(description::page))
        .route("/docs/{name}", get(description::asset))
        .fallback(handlers::not_found)
        .method_not_allowed_fallback(handlers::wrong_method)
        .with_state(Arc::new(state));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router
        .layer(from_fn(handlers::named))
        .layer(map_response(protect))
}

/// The API where it has been turned off: every path is unknown.
pub fn off() -> Router {
    let router = Router::new().fallback(handlers::not_found);
    router
        .layer(from_fn(handlers::named))
        .layer(map_response(protect))
}

/// Without credentials: callers send a header of their own, not cookies. `None` for an empty list.
fn cors(allowed_origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = allowed_origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    if origins.is_empty() {
        return None;
    }
    // The library's list panics on the word.
    let origins = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins)
    };
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::DELETE])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
            .expose_headers([
                header::WWW_AUTHENTICATE,
                header::RETRY_AFTER,
                HeaderName::from_static("ratelimit"),
                HeaderName::from_static("ratelimit-policy"),
            ])
            .max_age(Duration::from_secs(600)),
    )
}

/// No answer is kept by anybody, or read as another type.
async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
