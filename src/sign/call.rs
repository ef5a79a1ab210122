//! One call, from its request to what was asked. Who asks is known before a byte of the body is
//! read.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Signing;
use super::audit::{Action, Trail};
use super::caller::{Caller, NotSignedIn};
use super::json;
use super::rate::{Allowance, RateFault};
use super::refusal::{MAX_BODY_BYTES, Refusal};
use super::site::find_site;
use crate::answer::problem::FieldFault;
use crate::config::model::{RateLimit, Site};
use crate::request::{Client, RequestId};

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A call that is being answered. Whatever its end is, the audit file has a line of it.
pub(super) struct Call<'s> {
    pub(super) state: &'s Signing,
    pub(super) request_id: String,
    /// What the caller has left, once it is known who it is.
    allowance: Mutex<Option<Allowance>>,
    pub(super) trail: Trail<'s>,
    /// `None`: unknown.
    client: Option<IpAddr>,
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
    pub(super) fn new(state: &'s Signing, action: Action, request: &Request) -> Self {
        let request_id = RequestId::random().to_string();
        let client = client(state, request);
        Self {
            state,
            trail: Trail::new(state, &request_id, action, client),
            request_id,
            client,
            allowance: Mutex::new(None),
        }
    }

    /// The caller, of a call without a body. It counts as one of what the caller may ask for.
    pub(super) async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let now = self.state.clock.now_unix_secs();
        let identified = self.state.callers.identify(headers, now).await;
        let identified = identified.inspect(|caller| self.trail.signed_in(caller));
        let caller = identified.map_err(|fault| {
            if fault != NotSignedIn::Missing {
                tracing::debug!(request_id = self.request_id, %fault, "refused a bearer token");
            }
            Refusal::NotSignedIn(fault)
        })?;
        self.charge(&caller)?;
        Ok(caller)
    }

    /// Counts a batch of `count`, of which one is counted already.
    pub(super) fn charge_batch(&self, caller: &Caller, count: usize) -> Result<(), Refusal> {
        let Some(limit) = self.state.rate_limit else {
            return Ok(());
        };
        let charged = self.state.rates.charge_rest(caller, limit, count);
        self.note_allowance(limit, charged)
    }

    /// Counts one.
    fn charge(&self, caller: &Caller) -> Result<(), Refusal> {
        let Some(limit) = self.state.rate_limit else {
            return Ok(());
        };
        let charged = self.state.rates.charge(caller, limit, NonZeroU32::MIN);
        self.note_allowance(limit, charged.map(Some))
    }

    fn note_allowance(
        &self,
        limit: RateLimit,
        charged: Result<Option<Allowance>, RateFault>,
    ) -> Result<(), Refusal> {
        let mut allowance = self
            .allowance
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match charged {
            Ok(left) => {
                *allowance = left.or(*allowance);
                Ok(())
            }
            Err(fault) => {
                allowance.get_or_insert(Allowance::spent(limit));
                Err(Refusal::Rate(fault))
            }
        }
    }

    /// The caller and its JSON object.
    pub(super) async fn asked(&self, request: Request) -> Result<Asked, Refusal> {
        let caller = self.caller(request.headers()).await?;
        if !is_json(request.headers()) {
            return Err(Refusal::ContentType);
        }
        let body = read(request.into_body()).await?;
        let members = json::object(&body).map_err(Refusal::Json)?;
        self.asks_for(&members);
        Ok(Asked {
            caller,
            client: self.client,
            members,
        })
    }

    /// Notes the site and path of a body, as they stand.
    pub(super) fn asks_for(&self, members: &Map<String, Value>) {
        let text = |name| members.get(name).and_then(Value::as_str);
        self.trail.note(|about| {
            text("site").into_iter().for_each(|site| about.site(site));
            text("path").into_iter().for_each(|path| about.path(path));
        });
    }

    /// The site of this name; without one, the only one.
    pub(super) fn find_site(&self, name: Option<&str>) -> Result<&'s Site, FieldFault> {
        let found = find_site(&self.state.sites, name);
        let named = found.as_ref().map_or(name, |site| Some(site.token.name()));
        named.inspect(|name| self.trail.note(|about| about.site(name)));
        found
    }

    /// The answer: JSON, or a problem.
    pub(super) fn answer(&self, result: Result<impl Serialize, Refusal>) -> Response {
        self.respond(result.map(axum::Json))
    }

    /// The answer, with what the caller has left, and its line in the audit file.
    pub(super) fn respond(&self, result: Result<impl IntoResponse, Refusal>) -> Response {
        self.trail.end(result.as_ref().err());
        let mut response = match result {
            Ok(told) => told.into_response(),
            Err(refusal) => refusal.into_response(&self.request_id),
        };
        let allowance = *self
            .allowance
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(allowance) = allowance {
            allowance.tell(response.headers_mut());
        }
        response
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
