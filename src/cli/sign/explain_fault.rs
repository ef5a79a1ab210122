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
        SignFault::Value { field } => format!("{}: {}", flag(field), right(field)),
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

/// TOKEN.md §1's table in a line each.
pub(in crate::cli) fn right(field: Field) -> &'static str {
    match field {
        Field::Exp | Field::Nbf | Field::Iat => "must be a moment of Unix time, 1 to 10 figures",
        Field::Path => {
            "must be 1 to 16 patterns such as /a/*.jpg or /a/**, at least one without leading \"-\"; \
             other bytes than A-Za-z0-9-._/: as ~XX"
        }
        Field::Ip => {
            "must be 1 to 16 addresses or networks in their shortest plain form, bits beyond the \
             prefix zero: 203.0.113.0/24, 2001:db8::/64"
        }
        Field::Geo => {
            "must be 1 to 16 countries of two upper-case letters; all plain, or all with \"-\""
        }
        Field::Method => "must be 1 to 16 methods of upper-case letters: GET,POST",
        Field::Qs => "must be 1 to 16 parameter names of at most 64 bytes, not the token's own",
        Field::Hdr => {
            "must be 1 to 16 header names of a-z 0-9 -, of one's own (not host, cookie, connection, \
             proxy-… or the token's)"
        }
        Field::Jti | Field::Sid => "must be 1 to 64 of A-Z a-z 0-9 . _ -",
        Field::Sub | Field::Ver => "must be text of 1 to 128 bytes without control characters",
        Field::Uses => "must be 1 to 1000000, beside --jti",
        Field::Cd => {
            "must be inline or attachment, or either with : and a file name of at most 180 bytes in \
             all, without / and \\"
        }
        Field::Ct => "must be type/subtype, with any `; name=value`, at most 100 bytes",
        Field::Bps => "must be 1024 to 9999999999",
        Field::Data => "must be text of 1 to 256 bytes without control characters",
        Field::Kid => "must be 1 to 32 of A-Z a-z 0-9 . _ -",
    }
}
