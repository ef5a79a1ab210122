//! What calls answer, where no type of theirs says it: explanations, which are made as JSON, and
//! the problems of a call by their statuses.

use std::collections::BTreeMap;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Object, Ref, RefOr, Type};
use utoipa::{IntoResponses, ToSchema};

/// A verdict, step by step.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never made")]
pub(in crate::sign) struct Explanation {
    /// What the delivery listener would do
    outcome: Outcome,
    /// Why not
    reason: Option<String>,
    /// The canonical path
    path: Option<String>,
    /// What brought the token
    carrier: Option<String>,
    /// The token's fields
    fields: Option<serde_json::Map<String, serde_json::Value>>,
    site: String,
    /// For which time, in Unix seconds
    at: u64,
    /// In the order of the verification
    steps: Vec<Step>,
}

/// granted: by a token; public: no token is needed; reported: served, though it would be denied.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "described, never made")]
pub(in crate::sign) enum Outcome {
    Granted,
    Public,
    Reported,
    Denied,
}

/// One step of a verification.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never made")]
pub(in crate::sign) struct Step {
    /// What was looked at
    name: String,
    outcome: StepOutcome,
    /// Why it failed
    reason: Option<String>,
    /// What was found, and what would have passed
    note: String,
}

#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "described, never made")]
pub(in crate::sign) enum StepOutcome {
    Noted,
    Passed,
    Failed,
}

/// How many objects were held.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, never made")]
pub(in crate::sign) struct Purged {
    site: String,
    purged: u64,
}

/// What any signed-in call may be refused with.
pub(in crate::sign) struct CallProblems;

/// What a call with a query may be refused with, too.
pub(in crate::sign) struct QueryProblems;

/// What a call that needs a permission may be refused with, too.
pub(in crate::sign) struct PermissionProblems;

/// What a call with a body may be refused with, too.
pub(in crate::sign) struct BodyProblems;

/// What a call that signs may be refused with, too.
pub(in crate::sign) struct SigningProblems;

/// What a call that changes revocations may be refused with, too.
pub(in crate::sign) struct RevocationProblems;

impl IntoResponses for CallProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            (
                "401",
                "`not_signed_in`: `detail` says what is wrong with the token",
            ),
            ("429", "`too_many_requests`: ask again after `Retry-After`"),
        ])
    }
}

impl IntoResponses for QueryProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[("400", "`invalid_request`: mend the parameters in `errors`")])
    }
}

impl IntoResponses for PermissionProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let detail = "`not_permitted`: the caller's rule lacks the permission in `detail`";
        problems(&[("403", detail)])
    }
}

impl IntoResponses for BodyProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("400", "`invalid_request`: mend the fields in `errors`"),
            ("408", "`body_missing`: the body did not arrive within 10 s"),
            (
                "413",
                "`too_large`: more than 1 MiB, or a batch beyond the rate limit's burst",
            ),
            ("415", "`unsupported_media_type`: send application/json"),
        ])
    }
}

impl IntoResponses for SigningProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            (
                "403",
                "`not_allowed`: beyond the caller's rule; or `revoked`",
            ),
            (
                "503",
                "`no_signing_key`, `no_randomness`: for the server's operator",
            ),
        ])
    }
}

impl IntoResponses for RevocationProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            (
                "503",
                "`revocation_not_kept`: the disk refused it, so it is not in force",
            ),
            ("507", "`revocations_full`: lift some, or give them ends"),
        ])
    }
}

fn problems(kinds: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    kinds
        .iter()
        .map(|(status, description)| ((*status).to_owned(), RefOr::T(problem(status, description))))
        .collect()
}

fn problem(status: &str, description: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", body.build());
    match status {
        "401" => response.header("WWW-Authenticate", header(Type::String, "RFC 6750 §3")),
        "429" => response.header("Retry-After", header(Type::Integer, "In seconds")),
        _ => response,
    }
    .build()
}

fn header(kind: Type, description: &str) -> utoipa::openapi::Header {
    HeaderBuilder::new()
        .schema(Some(Object::with_type(kind)))
        .description(Some(description))
        .build()
}
