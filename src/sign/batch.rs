//! `POST /v1/sign/batch`: many requests, each answered by itself and in its place.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::call::{Asked, Call};
use super::grant::{Granted, grant};
use super::refusal::Refusal;
use super::request::parse;
use super::request::reader::Reader;
use crate::answer::problem::{FieldFault, Problem};

/// The most requests of one batch.
pub(super) const MAX_REQUESTS: usize = 1_000;
/// After so many the thread looks after other callers.
const TURN: usize = 16;

/// The answer; one result for each request, in their order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchResults)]
pub(super) struct Results {
    results: Vec<Outcome>,
}

/// What `POST /v1/sign` would have answered: its status, and its body under `grant` or `problem`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchResult)]
struct Outcome {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<Granted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// Signs each of `requests`. One that is refused does not hold the others up.
pub(super) async fn batch(call: &Call<'_>, asked: Asked) -> Result<Results, Refusal> {
    let mut reader = Reader::new(asked.members);
    let requests = match reader.take("requests") {
        Some(Value::Array(requests)) if (1..=MAX_REQUESTS).contains(&requests.len()) => requests,
        _ => {
            let detail = format!("must be a list of 1 to {MAX_REQUESTS} bodies of /v1/sign");
            reader.fault("requests", detail);
            Vec::new()
        }
    };
    let faults = reader.finish();
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    call.charge_batch(&asked.caller, requests.len())?;
    let mut results = Vec::with_capacity(requests.len());
    for (place, request) in requests.into_iter().enumerate() {
        if place % TURN == TURN - 1 {
            tokio::task::yield_now().await;
        }
        let granted = match request {
            Value::Object(members) => {
                call.asks_for(&members);
                grant(call, &asked.caller, asked.client, parse(members))
            }
            _ => Err(Refusal::Invalid(vec![FieldFault {
                pointer: String::new(),
                detail: "must be an object, a body of /v1/sign".to_owned(),
            }])),
        };
        call.trail.part(granted.as_ref().err());
        results.push(outcome(granted, &call.request_id));
    }
    Ok(Results { results })
}

fn outcome(granted: Result<Granted, Refusal>, request_id: &str) -> Outcome {
    match granted {
        Ok(grant) => Outcome {
            status: 200,
            grant: Some(grant),
            problem: None,
        },
        Err(refusal) => {
            let problem = refusal.problem(request_id);
            Outcome {
                status: problem.status.as_u16(),
                grant: None,
                problem: Some(problem),
            }
        }
    }
}
