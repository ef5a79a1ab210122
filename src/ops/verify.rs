//! `/verify`: a verdict for a proxy that delivers itself (nginx `auth_request`, Traefik
//! `forwardAuth`, Envoy `ext_authz`). It tells of the request in headers:
//!
//! | nginx | Traefik | is |
//! |---|---|---|
//! | `X-Original-URI` | `X-Forwarded-Uri` | the target, as the client sent it |
//! | `X-Original-Method` | `X-Forwarded-Method` | the method; default `GET` |
//! | `X-Original-Host`, else `Host` | `X-Forwarded-Host`, else `Host` | names the site, where there are several |
//! | `X-Real-IP` | `X-Real-IP` | the client's address; default unknown |
//! | `ops.country_header` | `ops.country_header` | the client's country; default unknown |
//!
//! The proxy must set (or clear) what it uses, as a client may send any of them. A request that has
//! the target in both forms, or one of a form's headers twice, is refused: one is the client's. All other headers are the
//! request's own. A token with `ver`, `cd`, `ct`, `uses` or `bps` is refused as `unsupported`. The answer is 200, 401 or 403, as `auth_request` wants them, with
//! `Countersign-Reason`, and on 200 `Countersign-Path`, the path to serve.

use std::sync::Arc;

use axum::extract::State;
use countersign_token::{ClientAddress, Reason, Request};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::app::App;
use crate::request::{Country, Lines};
use crate::verify::{Decision, decide_facts};

/// What the handler needs.
#[derive(Clone)]
pub(super) struct Verifying {
    pub(super) app: Arc<App>,
    /// In which the proxy tells the client's country.
    pub(super) country_header: Option<HeaderName>,
}

pub(super) async fn verify(
    State(Verifying {
        app,
        country_header,
    }): State<Verifying>,
    headers: HeaderMap,
) -> Response<String> {
    let told = match (
        headers.get("x-original-uri"),
        headers.get("x-forwarded-uri"),
    ) {
        (Some(_), None) => ["x-original-uri", "x-original-method", "x-original-host"],
        (None, Some(_)) => ["x-forwarded-uri", "x-forwarded-method", "x-forwarded-host"],
        (Some(_), Some(_)) => return answer(StatusCode::FORBIDDEN, "conflict", None),
        (None, None) => return answer(StatusCode::FORBIDDEN, "no_target", None),
    };
    // Of two lines one is the client's, so none is believed.
    let is_twice = |name: &&str| headers.get_all(*name).iter().nth(1).is_some();
    if told.iter().any(is_twice) {
        return answer(StatusCode::FORBIDDEN, "conflict", None);
    }
    let [target, method, host] = told.map(|name| only(&headers, name));
    let Some(target) = target else {
        return answer(StatusCode::FORBIDDEN, "bad_path", None);
    };
    let host = host.or_else(|| only(&headers, "host")).unwrap_or_default();
    let Some(site) = app.sites().find(&host.to_ascii_lowercase()).cloned() else {
        return answer(StatusCode::FORBIDDEN, "unknown_host", None);
    };
    let method = method.unwrap_or("GET");
    if !["GET", "HEAD"].contains(&method) {
        return answer(StatusCode::FORBIDDEN, "method_not_allowed", None);
    }
    let country = country_header.and_then(|name| Country::of(&headers, &name));
    let request = Request {
        method,
        target: target.as_bytes(),
        headers: Lines::Map(&headers),
        client: only(&headers, "x-real-ip").and_then(ClientAddress::parse),
        country: country.as_ref().map(Country::as_str),
    };
    let now = app.clock.now_unix_secs();
    let revoked = app.state.revocations.known();
    let revoked = revoked.at(site.config.token.name(), now);
    match decide_facts(&site.config, &revoked, &request, now) {
        // A proxy cannot carry these out, and ignoring them would widen the grant (TOKEN.md §7).
        Decision::Pass(pass) if pass.token().is_some_and(|token| token.changes_answer()) => {
            answer(StatusCode::FORBIDDEN, Reason::Unsupported.as_str(), None)
        }
        Decision::Pass(pass) => answer(StatusCode::OK, "none", Some(pass.url_path())),
        Decision::Denied(denied) => {
            let status = match denied.reason {
                Reason::Missing => StatusCode::UNAUTHORIZED,
                _ => StatusCode::FORBIDDEN,
            };
            answer(status, denied.reason.as_str(), None)
        }
    }
}

/// A header that is there once and as text.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?;
    let text = std::str::from_utf8(line.as_bytes()).ok()?;
    lines.next().is_none().then_some(text)
}

fn answer(status: StatusCode, reason: &'static str, path: Option<&str>) -> Response<String> {
    let mut response = Response::new(format!("{reason}\n"));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("countersign-reason", HeaderValue::from_static(reason));
    headers.insert(
        http::header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    );
    if let Some(path) = path.and_then(|path| HeaderValue::from_str(path).ok()) {
        headers.insert("countersign-path", path);
    }
    response
}
