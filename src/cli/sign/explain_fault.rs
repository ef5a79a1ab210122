//! Why something cannot be signed, by the flag to change.

use countersign_token::{Field, SignFault};

/// One message that names the flag and says what would be right.
pub(super) fn message(fault: SignFault, kid: &str) -> String {
    match fault {
        SignFault::KeyNotActive => {
            format!(
                "key {kid} is not active; set its state to \"active\", or choose another with --kid"
            )
        }
        SignFault::NoPrivateKey => {
            format!(
                "key {kid} has only its public half, which cannot sign; use the key file with `private`"
            )
        }
        SignFault::WrongPrivateKey => format!("key {kid}: private does not belong to public"),
        SignFault::PathRequired => "--path is missing; write it, or --paths".to_owned(),
        SignFault::Value { field } => format!("{}: must be {}", flag(field), field.rule()),
        SignFault::TooLong { bytes } => {
            format!(
                "the token would have {bytes} bytes, and 2048 are the most; use fewer or shorter values"
            )
        }
        SignFault::Unsendable { field } => format!(
            "{}: no request can carry this value (a control character, or blanks at an end)",
            flag(field)
        ),
        SignFault::NeverGranted { field } => never(field, kid),
    }
}

/// What no verifier could ever grant.
fn never(field: Field, kid: &str) -> String {
    match field {
        Field::Exp => {
            format!("--expires: lies outside the dates of key {kid} (its from and until)")
        }
        Field::Nbf => "--nbf: must be before --expires".to_owned(),
        Field::Path => format!(
            "--path or --paths: the paths of key {kid}, or the exclusions, leave nothing of it open"
        ),
        Field::Geo => "--geo: names XX or ZZ only, which stand for an unknown country".to_owned(),
        other => format!("{}: no verifier could ever grant this", flag(other)),
    }
}

fn flag(field: Field) -> String {
    match field {
        Field::Exp => "--expires".to_owned(),
        Field::Path => "--paths".to_owned(),
        Field::Cd => "--cd or --download-as".to_owned(),
        other => format!("--{}", other.as_str()),
    }
}
