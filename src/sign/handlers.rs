//! The calls, each from request to answer.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;

use super::Signing;
use super::audit::Action;
use super::batch::{Results, batch};
use super::call::Call;
use super::cookies::{self, CookieEnded, CookieSet};
use super::description::answers::{
    BodyProblems, CallProblems, Explanation, PermissionProblems, Purged, QueryProblems,
    RevocationProblems, SigningProblems,
};
use super::description::bodies::{
    BatchRequest, CookieRequest, ExplainRequest, PageQuery, PurgeRequest, RevocationRequest,
    SignRequest, SiteQuery,
};
use super::explain::explain;
use super::grant::{Granted, grant};
use super::keys::{Keys, keys};
use super::purge::purge;
use super::refusal::Refusal;
use super::request::parse;
use super::revocations::{self, List as RevocationList, Told as RevocationTold};
use crate::answer::problem::Problem;
use crate::request::{RequestId, any_host, names_an_object};

/// `POST /v1/sign`.
#[utoipa::path(
    post,
    path = "/v1/sign",
    tag = "sign",
    summary = "Sign a URL",
    request_body = SignRequest,
    responses(
        (status = 200, description = "The signed URL", body = Granted),
        CallProblems,
        BodyProblems,
        SigningProblems,
    ),
)]
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
#[utoipa::path(
    post,
    path = "/v1/sign/batch",
    tag = "sign",
    summary = "Sign many URLs",
    request_body = BatchRequest,
    responses(
        (status = 200, description = "A result for each request, in their order; look at each `status`", body = Results),
        CallProblems,
        BodyProblems,
    ),
)]
pub(super) async fn sign_batch(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::Batch, &request);
    let results = match call.asked(request).await {
        Ok(asked) => batch(&call, asked).await,
        Err(refusal) => Err(refusal),
    };
    call.answer(results)
}

/// `POST /v1/cookies`.
#[utoipa::path(
    post,
    path = "/v1/cookies",
    tag = "sign",
    summary = "Sign a cookie",
    request_body = CookieRequest,
    responses(
        (status = 200, description = "The cookie, with its `Set-Cookie`", body = CookieSet, headers(("Set-Cookie" = String, description = "As `cookie.set_cookie`"))),
        CallProblems,
        BodyProblems,
        SigningProblems,
    ),
)]
pub(super) async fn set_cookie(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::SetCookie, &request);
    let asked = call.asked(request).await;
    cookies::answer(&call, asked.and_then(|asked| cookies::set(&call, asked)))
}

/// `DELETE /v1/cookies`, for everybody who is signed in.
#[utoipa::path(
    delete,
    path = "/v1/cookies",
    tag = "sign",
    summary = "End the cookie in this browser",
    params(SiteQuery),
    responses(
        (status = 200, description = "The ended cookie, with its `Set-Cookie`", body = CookieEnded, headers(("Set-Cookie" = String, description = "As `cookie.set_cookie`"))),
        CallProblems,
        QueryProblems,
    ),
)]
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
#[utoipa::path(
    post,
    path = "/v1/explain",
    tag = "operate",
    summary = "Explain why a request is granted or denied",
    request_body = ExplainRequest,
    responses(
        (status = 200, description = "The verdict, step by step", body = Explanation),
        CallProblems,
        BodyProblems,
        PermissionProblems,
    ),
)]
pub(super) async fn explain_request(
    State(state): State<Arc<Signing>>,
    request: Request,
) -> Response {
    let call = Call::new(&state, Action::Explain, &request);
    let asked = call.asked(request).await;
    call.answer(asked.and_then(|asked| explain(&call, asked)))
}

/// `GET /v1/keys`, for everybody who is signed in.
#[utoipa::path(
    get,
    path = "/v1/keys",
    tag = "sign",
    summary = "List keys, and the public ones as JWKs",
    responses(
        (status = 200, description = "Every site's keys; never a secret", body = Keys),
        CallProblems,
    ),
)]
pub(super) async fn list_keys(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::ListKeys, &request);
    let caller = call.caller(request.headers()).await;
    call.answer(caller.map(|_| keys(&state.sites)))
}

/// `POST /v1/revocations`, for callers with the permission.
#[utoipa::path(
    post,
    path = "/v1/revocations",
    tag = "operate",
    summary = "Revoke tokens",
    request_body = RevocationRequest,
    responses(
        (status = 201, description = "The entry; every request that begins now sees it", body = RevocationTold),
        CallProblems,
        BodyProblems,
        PermissionProblems,
        RevocationProblems,
    ),
)]
pub(super) async fn revoke(State(state): State<Arc<Signing>>, request: Request) -> Response {
    let call = Call::new(&state, Action::Revoke, &request);
    let revoked = match call.asked(request).await {
        Ok(asked) => revocations::revoke(&call, asked).await,
        Err(refusal) => Err(refusal),
    };
    call.respond(revoked.map(|revoked| (StatusCode::CREATED, axum::Json(revoked))))
}

/// `GET /v1/revocations`, for callers with the permission.
#[utoipa::path(
    get,
    path = "/v1/revocations",
    tag = "operate",
    summary = "List revocations",
    params(PageQuery),
    responses(
        (status = 200, description = "A page, in the order in which they were made", body = RevocationList),
        CallProblems,
        QueryProblems,
        PermissionProblems,
    ),
)]
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
#[utoipa::path(
    delete,
    path = "/v1/revocations/{id}",
    tag = "operate",
    summary = "Lift a revocation",
    params(("id" = String, Path, description = "The entry's id"), SiteQuery),
    responses(
        (status = 204, description = "Lifted"),
        CallProblems,
        QueryProblems,
        PermissionProblems,
        (status = 404, description = "`not_found`: no such entry at this site", body = Problem, content_type = "application/problem+json"),
        RevocationProblems,
    ),
)]
pub(super) async fn lift(
    State(state): State<Arc<Signing>>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let call = Call::new(&state, Action::Lift, &request);
    let query = query.unwrap_or_default();
    let lifted = match call.caller(request.headers()).await {
        Ok(caller) => match id {
            Ok(Path(id)) => revocations::lift(&call, &caller, &id, &query).await,
            // No text, so no entry's.
            Err(_) => Err(Refusal::NotFound),
        },
        Err(refusal) => Err(refusal),
    };
    call.respond(lifted.map(|()| StatusCode::NO_CONTENT))
}

/// `POST /v1/purge`, for callers with the permission.
#[utoipa::path(
    post,
    path = "/v1/purge",
    tag = "operate",
    summary = "Purge the cache",
    request_body = PurgeRequest,
    responses(
        (status = 200, description = "How many objects were held", body = Purged),
        CallProblems,
        BodyProblems,
        PermissionProblems,
    ),
)]
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

/// Every call names one host, whichever it is (RFC 9112 §3.2).
pub(super) async fn named(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let refusal = match any_host(&head) {
        Ok(()) if names_an_object(&head) => {
            return next.run(Request::from_parts(head, body)).await;
        }
        Ok(()) => Refusal::NotFound,
        Err(fault) => Refusal::Host(fault),
    };
    refusal.into_response(&RequestId::random().to_string())
}

/// A call with another method.
pub(super) async fn wrong_method() -> Response {
    Refusal::Method.into_response(&RequestId::random().to_string())
}
