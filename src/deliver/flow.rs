//! What happens to a body while it is being sent: it is held to its token's rate, and cut where its
//! token ends or is revoked.

use std::sync::Arc;
use std::time::Duration;

use countersign_token::Revocations as _;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Response;

use crate::answer::body::Body;
use crate::app::App;
use crate::sites::Site;
use crate::verify::{Pass, Token};

/// The answer, with a body that keeps to its token and site.
pub(super) fn apply(
    app: &App,
    site: &Site,
    pass: &Pass,
    response: Response<Body>,
) -> Response<Body> {
    let Some(token) = pass.token() else {
        return response;
    };
    response.map(|body| {
        let body = match token.bps {
            Some(bytes_per_sec) => body.paced(bytes_per_sec),
            None => body,
        };
        let body = if site.config.cut_at_expiry {
            body.cut_by(expired(app, token))
        } else {
            body
        };
        if site.config.revoke_running {
            body.cut_by(revoked(app, site, token))
        } else {
            body
        }
    })
}

fn expired(app: &App, token: &Token) -> BoxFuture<'static, ()> {
    let left_secs = token.exp.saturating_sub(app.clock.now_unix_secs());
    let observer = app.observer.clone();
    async move {
        tokio::time::sleep(Duration::from_secs(left_secs)).await;
        observer.metrics.stream_cut("expired");
    }
    .boxed()
}

fn revoked(app: &App, site: &Site, token: &Arc<Token>) -> BoxFuture<'static, ()> {
    let mut changes = app.state.revocations.known().changes();
    let (revocations, clock) = (app.state.revocations.clone(), app.clock.clone());
    let (site, token) = (Arc::clone(&site.name), Arc::clone(token));
    let observer = app.observer.clone();
    async move {
        loop {
            let now = clock.now_unix_secs();
            let revokes = revocations.known().at(&site, now);
            // Asked before waiting too: it may have come since the verdict.
            if revokes.revokes(&token.identity()) {
                return observer.metrics.stream_cut("revoked");
            }
            if changes.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }
    .boxed()
}
