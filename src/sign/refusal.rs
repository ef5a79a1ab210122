//! Why a call was refused, and the problem that says so (RFC 9457, RFC 6750 §3).

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::caller::NotSignedIn;
use super::json::JsonFault;
use super::rate::RateFault;
use crate::answer::problem::{FieldFault, Problem};
use crate::config::model::Permission;
use crate::request::HostFault;
use crate::state::RevocationFault;

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    NotSignedIn(NotSignedIn),
    /// Fields at fault.
    Invalid(Vec<FieldFault>),
    Json(JsonFault),
    ContentType,
    TooLarge,
    /// The body did not come, or not in time.
    Body,
    /// No rule is the caller's.
    NoRule,
    /// The fields that ask for more than the caller's rule gives.
    BeyondRule {
        rule: String,
        faults: Vec<FieldFault>,
    },
    /// The caller's rule for the site does not give this.
    NotPermitted(Permission),
    /// What was asked for is revoked, or who asks.
    Revoked,
    /// A revocation was neither made nor lifted.
    Revocation(RevocationFault),
    NoSigningKey,
    NoRandomness,
    /// The caller asks too fast, or for more at once than it ever may.
    Rate(RateFault),
    NotFound,
    Method,
    Host(HostFault),
}

impl Refusal {
    pub(super) fn into_response(self, request_id: &str) -> Response {
        let challenge = match self {
            Self::NotSignedIn(fault) => Some(challenge(fault)),
            _ => None,
        };
        let wait_secs = match self {
            Self::Rate(RateFault::TooFast { wait_secs, .. }) => Some(wait_secs),
            _ => None,
        };
        let mut response = self.problem(request_id).into_response().map(Body::from);
        if let Some(challenge) = challenge {
            let headers = response.headers_mut();
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        if let Some(wait_secs) = wait_secs {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, wait_secs.into());
        }
        response
    }

    pub(super) fn problem(self, request_id: &str) -> Problem {
        let (status, code, title) = self.kind();
        let problem = Problem::new(status, code, title, request_id);
        match self {
            Self::NotSignedIn(fault) => problem.with_detail(fault.to_string()),
            Self::Invalid(errors) => Problem { errors, ..problem },
            Self::Json(fault) => problem.with_detail(format!("the body: {fault}")),
            Self::ContentType => problem.with_detail("send the body as application/json"),
            Self::TooLarge => {
                problem.with_detail(format!("the body has more than {MAX_BODY_BYTES} bytes"))
            }
            Self::NoRule => problem.with_detail("no rule lets this caller sign for this site"),
            Self::BeyondRule { rule, faults } => Problem {
                errors: faults,
                ..problem.with_detail(format!("the rule \"{rule}\" does not give all of this"))
            },
            Self::NotPermitted(permission) => problem.with_detail(format!(
                "the caller's rule for this site does not have the permission \"{}\"",
                permission.as_str()
            )),
            Self::Revocation(fault) => problem.with_detail(fault.to_string()),
            Self::Revoked => problem
                .with_detail("the user, session, token id or signing key is revoked at this site"),
            Self::NoSigningKey => problem.with_detail("the site has no active signing key now"),
            Self::Rate(RateFault::TooFast { limit, wait_secs }) => problem.with_detail(format!(
                "the caller has used up its {} calls a second and burst of {}; ask again in {wait_secs} s",
                limit.per_second, limit.burst
            )),
            Self::Rate(RateFault::BeyondBurst { burst }) => problem.with_detail(format!(
                "a caller may ask for {burst} at once (signing.rate_limit.burst); send smaller batches"
            )),
            Self::Host(fault) => problem.with_detail(fault.to_string()),
            Self::Body | Self::NoRandomness | Self::NotFound | Self::Method => problem,
        }
    }

    /// The problem's `code`.
    pub(super) const fn code(&self) -> &'static str {
        self.kind().1
    }

    const fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotSignedIn(_) => (StatusCode::UNAUTHORIZED, "not_signed_in", "Not signed in"),
            Self::Invalid(_) | Self::Json(_) => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "The request is not valid",
            ),
            Self::Host(_) => (StatusCode::BAD_REQUEST, "bad_host", "Bad Host"),
            Self::ContentType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body is not JSON",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "The body is too large",
            ),
            Self::Body => (
                StatusCode::REQUEST_TIMEOUT,
                "body_missing",
                "The body did not arrive",
            ),
            Self::NoRule | Self::BeyondRule { .. } => (
                StatusCode::FORBIDDEN,
                "not_allowed",
                "Not allowed to sign this",
            ),
            Self::NotPermitted(_) => (StatusCode::FORBIDDEN, "not_permitted", "Not permitted"),
            Self::Revoked => (StatusCode::FORBIDDEN, "revoked", "Revoked"),
            Self::Revocation(RevocationFault::Full) => (
                StatusCode::INSUFFICIENT_STORAGE,
                "revocations_full",
                "No room for another revocation",
            ),
            Self::Revocation(RevocationFault::NotKept) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "revocation_not_kept",
                "The revocation could not be kept",
            ),
            Self::NoSigningKey => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no_signing_key",
                "Nothing to sign with",
            ),
            Self::NoRandomness => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no_randomness",
                "No random numbers to be had",
            ),
            Self::Rate(RateFault::TooFast { .. }) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests",
            ),
            Self::Rate(RateFault::BeyondBurst { .. }) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "Too many requests in one batch",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "No such call or entry"),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Not with this method",
            ),
        }
    }
}

/// The longest body.
pub(super) const MAX_BODY_BYTES: usize = 1 << 20;

/// No `error` where no credentials were sent (RFC 6750 §3.1).
const fn challenge(fault: NotSignedIn) -> &'static str {
    match fault {
        NotSignedIn::Missing => "Bearer realm=\"countersign\"",
        NotSignedIn::Expired => {
            "Bearer realm=\"countersign\", error=\"invalid_token\", error_description=\"the token has expired\""
        }
        _ => "Bearer realm=\"countersign\", error=\"invalid_token\"",
    }
}
