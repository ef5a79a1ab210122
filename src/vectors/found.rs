//! A verdict in the words of the file.

use countersign_token::{Field, Fields, Grant, Verdict};
use serde_json::{Map, Value, json};

pub(super) fn verdict(verdict: &Verdict<'_>) -> Value {
    match verdict {
        Verdict::Granted(grant) => json!({"allow": allow(grant)}),
        Verdict::Public(path) => json!({"public": {"path": path.as_str()}}),
        Verdict::Reported(_, denial) => json!({"report": denial.reason().as_str()}),
        Verdict::Denied(denial) => json!({"deny": denial.reason().as_str()}),
    }
}

fn allow(grant: &Grant<'_>) -> Map<String, Value> {
    let mut allow = fields(grant.fields());
    allow.insert("path".to_owned(), grant.path().as_str().into());
    allow.insert("carrier".to_owned(), grant.carrier().as_str().into());
    allow
}

/// Every field but `path`, unescaped: numbers as numbers, lists as arrays.
pub fn fields(fields: &Fields<'_>) -> Map<String, Value> {
    let value = |field| match field {
        Field::Path => None,
        Field::Exp | Field::Nbf | Field::Iat | Field::Uses | Field::Bps => {
            fields.number(field).map(Value::from)
        }
        Field::Ip | Field::Geo | Field::Method | Field::Qs | Field::Hdr => {
            let members = fields.list(field)?;
            Some(
                members
                    .map(|member| Value::from(member.to_string()))
                    .collect(),
            )
        }
        _ => fields.text(field).map(|text| Value::from(text.to_string())),
    };
    Field::ALL
        .into_iter()
        .filter_map(|field| Some((field.as_str().to_owned(), value(field)?)))
        .collect()
}
