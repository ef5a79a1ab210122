//! The ops listener: `/livez`, `/readyz`, `/metrics`, `/verify`, under any host: it is for the
//! machine's own probes and proxies, and is never put before strangers.

mod verify;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::{StatusCode, header};

use crate::app::App;
use crate::config::model::Ops;
use crate::observe::{CacheFigures, Filling, ListenerFigures, Remembered};
use crate::request::{any_host, names_an_object};

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
        .layer(from_fn(named))
}

/// A request names one host, whichever it is (RFC 9112 §3.2).
async fn named(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match any_host(&head) {
        Ok(()) if !names_an_object(&head) => StatusCode::BAD_REQUEST.into_response(),
        Ok(()) => next.run(Request::from_parts(head, body)).await,
        Err(fault) => (StatusCode::BAD_REQUEST, format!("{fault}\n")).into_response(),
    }
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

fn remembered(app: &App) -> Remembered {
    let now = app.clock.now_unix_secs();
    let revocations = app.state.revocations.figures(now);
    let uses = app.state.uses.figures(now);
    let filling = |count, max| Filling { count, max };
    Remembered {
        revocations: filling(revocations.in_force, revocations.max_entries),
        use_tokens: filling(uses.tokens, uses.max_tokens),
        open_uses: filling(uses.open, uses.max_open),
        revocation_failures: [
            ("full", revocations.full),
            ("not_kept", revocations.not_kept),
        ],
    }
}

fn cache(app: &App) -> CacheFigures {
    let (counted, arriving) = (app.objects.counted(), app.objects.arriving());
    CacheFigures {
        evictions: counted.evictions,
        blocks: counted.blocks,
        breaks: counted.breaks,
        arriving_blocks: arriving.blocks,
        arriving_bytes: arriving.bytes,
    }
}

fn listeners(app: &App) -> [ListenerFigures; 3] {
    app.gates.each().map(|(listener, gate)| {
        let figures = gate.figures();
        ListenerFigures {
            listener,
            connections: figures.connections,
            max_connections: figures.max_connections,
            max_requests: figures.max_requests,
            refused: figures.refused,
            closed: figures.closed,
        }
    })
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let metrics = &app.observer.metrics;
    metrics.cached_bytes(app.objects.cached_bytes());
    metrics.cache(&cache(&app));
    metrics.remembered(&remembered(&app));
    for figures in listeners(&app) {
        metrics.listener(&figures);
    }
    let sites = app.sites();
    metrics.keys(sites.iter().flat_map(|site| {
        let name = site.config.token.name();
        site.config.keys.keys.iter().map(move |key| (name, key))
    }));
    let text = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, text)], app.observer.scrape())
}
