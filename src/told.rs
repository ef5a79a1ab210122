//! A verdict and its steps as JSON: what `verify --json`, `explain --json` and `POST /v1/explain`
//! tell. No secret and no signature that the request did not bring is part of it.

use countersign_token::{Outcome, Step, Verdict};
use serde_json::{Value, json};

use crate::vectors::fields_of;

/// A verdict in a word, the reason's word, and whether the request may go on.
pub fn outcome(verdict: &Verdict<'_>) -> (&'static str, Option<&'static str>, bool) {
    match verdict {
        Verdict::Granted(_) => ("granted", None, true),
        Verdict::Public(_) => ("public", None, true),
        Verdict::Reported(_, denial) => ("reported", Some(denial.reason().as_str()), true),
        Verdict::Denied(denial) => ("denied", Some(denial.reason().as_str()), false),
    }
}

/// `{outcome, reason?, path?, carrier?, fields?}`.
pub fn verdict(verdict: &Verdict<'_>) -> Value {
    let (word, reason, _) = outcome(verdict);
    let mut told = json!({ "outcome": word });
    let mut put = |name: &str, value: Value| told[name] = value;
    if let Some(reason) = reason {
        put("reason", reason.into());
    }
    match verdict {
        Verdict::Granted(grant) => {
            put("path", grant.path().as_str().into());
            put("carrier", grant.carrier().as_str().into());
            put("fields", fields_of(grant.fields()).into());
        }
        Verdict::Public(path) | Verdict::Reported(path, _) => put("path", path.as_str().into()),
        Verdict::Denied(denial) => {
            if let Some(path) = denial.path() {
                put("path", path.as_str().into());
            }
            if let Some(fields) = denial.fields() {
                put("fields", fields_of(fields).into());
            }
        }
    }
    told
}

/// `{name, outcome, note, reason?}`.
pub fn step(step: &Step) -> Value {
    let (outcome, reason) = match step.outcome {
        Outcome::Noted => ("noted", None),
        Outcome::Passed => ("passed", None),
        Outcome::Failed(reason) => ("failed", Some(reason.as_str())),
    };
    let mut json = json!({ "name": step.name, "outcome": outcome, "note": step.note });
    if let Some(reason) = reason {
        json["reason"] = reason.into();
    }
    json
}
