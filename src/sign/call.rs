//! One call, from its request to what was asked. Who asks is known before a byte of the body is
//! read.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Signing;
use super::caller::{Caller, NotSignedIn};
use super::json;
use super::refusal::{MAX_BODY_BYTES, Refusal};
use crate::request::{Client, RequestId};

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A call that is being answered.
pub(super) struct Call<'s> {
    pub(super) state: &'s Signing,
    pub(super) request_id: String,
}

/// Who asks, and what for.
pub(super) struct Asked {
    pub(super) caller: Caller,
    /// `None`: unknown.
    pub(super) client: Option<IpAddr>,
    /// The body.
    pub(super) members: Map<String, Value>,
}

impl<'s> Call<'s> {
    pub(super) fn new(state: &'s Signing) -> Self {
        Self {
            state,
            request_id: RequestId::random().to_string(),
        }
    }

    /// The caller, of a call without a body.
    pub(super) async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let now = self.state.clock.now_unix_secs();
        let identified = self.state.callers.identify(headers, now).await;
        identified.map_err(|fault| {
            if fault != NotSignedIn::Missing {
                tracing::debug!(request_id = self.request_id, %fault, "refused a bearer token");
            }
            Refusal::NotSignedIn(fault)
        })
    }

    /// The caller and its JSON object.
    pub(super) async fn asked(&self, request: Request) -> Result<Asked, Refusal> {
        let caller = self.caller(request.headers()).await?;
        let client = client(self.state, &request);
        if !is_json(request.headers()) {
            return Err(Refusal::ContentType);
        }
        let body = read(request.into_body()).await?;
        Ok(Asked {
            caller,
            client,
            members: json::object(&body).map_err(Refusal::Json)?,
        })
    }

    /// The answer: JSON, or a problem.
    pub(super) fn answer(&self, result: Result<impl Serialize, Refusal>) -> Response {
        match result {
            Ok(told) => axum::Json(told).into_response(),
            Err(refusal) => refusal.into_response(&self.request_id),
        }
    }
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
