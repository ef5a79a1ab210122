//! The calls, each from request to answer.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, Request, State};
use axum::response::Response;
use http::StatusCode;

use super::Signing;
use super::audit::Action;
use super::batch::batch;
use super::call::Call;
use super::cookies;
use super::explain::explain;
use super::grant::grant;
use super::keys::keys;
use super::purge::purge;
use super::refusal::Refusal;
use super::request::parse;
use super::revocations;
use crate::request::RequestId;

/// `POST /v1/sign`.
pub(super) async fn sign(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::Sign, &request);
    let asked = call.asked(request).await;
    let granted = asked.and_then(|asked| {
        let request = parse(asked.members);
        grant(&call, &asked.caller, asked.client, request)
    });
    call.answer(granted)
}

/// `POST /v1/sign/batch`.
pub(super) async fn sign_batch(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::Batch, &request);
    let results = match call.asked(request).await {
        Ok(asked) => batch(&call, asked).await,
        Err(refusal) => Err(refusal),
    };
    call.answer(results)
}

/// `POST /v1/cookies`.
pub(super) async fn set_cookie(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::SetCookie, &request);
    let asked = call.asked(request).await;
    cookies::answer(&call, asked.and_then(|asked| cookies::set(&call, asked)))
}

/// `DELETE /v1/cookies`, for everybody who is signed in.
pub(super) async fn clear_cookie(
    State(state): State<Arc<Signing>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let call = Call::new(&state, Action::ClearCookie, &request);
    let caller = call.caller(request.headers()).await;
    let told = caller.and_then(|_| cookies::clear(&call, query.as_deref()));
    cookies::answer(&call, told)
}

/// `POST /v1/explain`, for callers with the permission.
pub(super) async fn explain_request(
    State(state): State<Arc<Signing>>,
    request: Request,
) -> Response {
    let call = Call::new(&state, Action::Explain, &request);
    let asked = call.asked(request).await;
    call.answer(asked.and_then(|asked| explain(&call, asked)))
}

/// `GET /v1/keys`, for everybody who is signed in.
pub(super) async fn list_keys(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::ListKeys, &request);
    let caller = call.caller(request.headers()).await;
    call.answer(caller.map(|_| keys(&state.sites)))
}

/// `POST /v1/revocations`, for callers with the permission.
pub(super) async fn revoke(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::Revoke, &request);
    let revoked = match call.asked(request).await {
        Ok(asked) => revocations::revoke(&call, asked).await,
        Err(refusal) => Err(refusal),
    };
    call.respond(revoked.map(|revoked| (StatusCode::CREATED, axum::Json(revoked))))
}

/// `GET /v1/revocations`, for callers with the permission.
pub(super) async fn list_revocations(
    State(state): State<Arc<Signing>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let call = Call::new(&state, Action::ListRevocations, &request);
    let query = query.unwrap_or_default();
    let caller = call.caller(request.headers()).await;
    call.answer(caller.and_then(|caller| revocations::list(&call, &caller, &query)))
}

/// `DELETE /v1/revocations/{id}`, for callers with the permission.
pub(super) async fn lift(
    State(state): State<Arc<Signing>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let call = Call::new(&state, Action::Lift, &request);
    let query = query.unwrap_or_default();
    let lifted = match call.caller(request.headers()).await {
        Ok(caller) => revocations::lift(&call, &caller, &id, &query).await,
        Err(refusal) => Err(refusal),
    };
    call.respond(lifted.map(|()| StatusCode::NO_CONTENT))
}

/// `POST /v1/purge`, for callers with the permission.
pub(super) async fn purge_cache(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::Purge, &request);
    let purged = match call.asked(request).await {
        Ok(asked) => purge(&call, asked).await,
        Err(refusal) => Err(refusal),
    };
    call.answer(purged)
}

/// A path that is no call.
pub(super) async fn not_found() -> Response {
    Refusal::NotFound.into_response(&RequestId::random().to_string())
}

/// A call with another method.
pub(super) async fn wrong_method() -> Response {
    Refusal::Method.into_response(&RequestId::random().to_string())
}
