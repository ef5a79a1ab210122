//! A verdict in the words that `countersign explain --json` has for it.

use countersign_token::{Field, Fields, Verdict};

use crate::output::Output;

/// `{outcome, reason?, path?, carrier?, fields?}`; without its brace where steps stand before it.
pub(crate) fn verdict(verdict: &Verdict<'_>, is_first: bool, output: &mut Output<'_>) {
    let (word, denial) = match verdict {
        Verdict::Granted(_) => ("granted", None),
        Verdict::Public(_) => ("public", None),
        Verdict::Reported(_, denial) => ("reported", Some(denial)),
        Verdict::Denied(denial) => ("denied", Some(denial)),
    };
    output.push_member(is_first, "outcome", word);
    if let Some(denial) = denial {
        output.push_member(false, "reason", denial.reason().as_str());
    }
    let (path, carrier, said) = match verdict {
        Verdict::Granted(grant) => (
            Some(grant.path()),
            Some(grant.carrier()),
            Some(grant.fields()),
        ),
        Verdict::Public(path) | Verdict::Reported(path, _) => (Some(*path), None, None),
        Verdict::Denied(denial) => (denial.path(), None, denial.fields()),
    };
    if let Some(path) = path {
        output.push_member(false, "path", path.as_str());
    }
    if let Some(carrier) = carrier {
        output.push_member(false, "carrier", carrier.as_str());
    }
    if let Some(said) = said {
        output.push_name(false, "fields");
        fields(said, output);
    }
    output.push(b"}");
}

/// Every field but `path`, unescaped: numbers as numbers, lists as arrays.
fn fields(fields: &Fields<'_>, output: &mut Output<'_>) {
    let mut is_first = true;
    for field in Field::ALL {
        let Some(text) = fields.text(field).filter(|_| field != Field::Path) else {
            continue;
        };
        output.push_name(is_first, field.as_str());
        is_first = false;
        match field {
            Field::Exp | Field::Nbf | Field::Iat | Field::Uses | Field::Bps => {
                output.push_number(fields.number(field).unwrap_or_default());
            }
            Field::Ip | Field::Geo | Field::Method | Field::Qs | Field::Hdr => {
                if let Some(members) = fields.list(field) {
                    let mut before = b"[";
                    for member in members {
                        output.push(before);
                        output.push_text(member.bytes());
                        before = b",";
                    }
                    output.push(b"]");
                }
            }
            _ => output.push_text(text.bytes()),
        }
    }
    output.push(b"}");
}
