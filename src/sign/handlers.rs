//! The calls, from request to answer. Who asks is known before a byte of the body is read.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, header};

use super::Signing;
use super::caller::{Caller, NotSignedIn};
use super::grant::{Granted, grant};
use super::json;
use super::keys::keys;
use super::refusal::{MAX_BODY_BYTES, Refusal};
use super::request::parse;
use crate::request::{Client, RequestId};

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// `POST /v1/sign`.
pub(super) async fn sign(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let request_id = RequestId::random().to_string();
    match try_sign(&state, request, &request_id).await {
        Ok(granted) => axum::Json(granted).into_response(),
        Err(refusal) => refusal.into_response(&request_id),
    }
}

async fn try_sign(state: &Signing, request: Request, request_id: &str) -> Result<Granted, Refusal> {
    let caller = identify(state, request.headers(), request_id).await?;
    let client = client(state, &request);
    if !is_json(request.headers()) {
        return Err(Refusal::ContentType);
    }
    let body = read(request.into_body()).await?;
    let members = json::object(&body).map_err(Refusal::Json)?;
    grant(state, &caller, client, parse(members), request_id)
}

/// `GET /v1/keys`, for everybody who is signed in.
pub(super) async fn list_keys(State(state): State<Arc<Signing>>, headers: HeaderMap) -> Response {
    let request_id = RequestId::random().to_string();
    match identify(&state, &headers, &request_id).await {
        Ok(_) => axum::Json(keys(&state.sites)).into_response(),
        Err(refusal) => refusal.into_response(&request_id),
    }
}

/// A path that is no call.
pub(super) async fn not_found() -> Response {
    Refusal::NotFound.into_response(&RequestId::random().to_string())
}

/// A call with another method.
pub(super) async fn wrong_method() -> Response {
    Refusal::Method.into_response(&RequestId::random().to_string())
}

async fn identify(
    state: &Signing,
    headers: &HeaderMap,
    request_id: &str,
) -> Result<Caller, Refusal> {
    let now = state.clock.now_unix_secs();
    state.callers.identify(headers, now).await.map_err(|fault| {
        if fault != NotSignedIn::Missing {
            tracing::debug!(request_id, %fault, "refused a bearer token");
        }
        Refusal::NotSignedIn(fault)
    })
}

/// Who asks, by the rules of the delivery listener. `None`: unknown.
fn client(state: &Signing, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let client = Client::of(peer.0.ip(), request.headers(), &state.proxies, None);
    Some(client.address?.ip())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    let read = tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES));
    read.await.map_err(|_| Refusal::Body)?.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>()) {
            Refusal::TooLarge
        } else {
            Refusal::Body
        }
    })
}
