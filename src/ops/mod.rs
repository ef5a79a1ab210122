//! The ops listener: `/livez`, `/readyz`, `/metrics`, `/verify`. No host check: it is for the
//! machine's own probes and proxies, and is never put before strangers.

mod verify;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::{any, get};
use http::{StatusCode, header};

use crate::app::App;
use crate::config::model::Ops;

/// The listener's routes.
pub fn router(app: Arc<App>, settings: &Ops) -> Router {
    let verifying = verify::Verifying {
        app: app.clone(),
        country_header: settings.country_header.clone(),
    };
    Router::new()
        .route(
            "/",
            get(|| async { "/livez\n/readyz\n/metrics\n/verify\n" }),
        )
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/verify", any(verify::verify).with_state(verifying))
        .with_state(app)
}

/// Ready from the first accept until SIGTERM. A store that is down does not make a node unready:
/// every node would be, and cached objects would be lost as well.
async fn ready(State(app): State<Arc<App>>) -> impl IntoResponse {
    if app.drain.is_ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    }
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let metrics = &app.observer.metrics;
    metrics.cached_bytes(app.objects.cached_bytes().await);
    metrics.evictions(app.objects.evictions());
    let uses = app.state.uses.figures();
    let revocations = app.state.revocations.known().len();
    metrics.remembered(revocations, uses.tokens, uses.open);
    let sites = app.sites();
    metrics.keys(sites.iter().flat_map(|site| {
        let name = site.config.token.name();
        site.config.keys.keys.iter().map(move |key| (name, key))
    }));
    let text = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, text)], app.observer.scrape())
}
