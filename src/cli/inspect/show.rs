//! A reading for people and for programs.

use std::time::Duration;

use countersign_token::{Diagnosis, Field, Piece};
use serde_json::{Map, Value, json};

use super::carriers::Found;
use crate::config::rfc3339;

/// `{carrier, well_formed, reason?, faults, version, fields, signature_bytes?}`; numbers as
/// numbers, lists as arrays, escapes decoded.
pub(super) fn json(found: &Found, reading: &Diagnosis) -> Value {
    let fields: Map<String, Value> = reading
        .pieces
        .iter()
        .map(|piece| (piece.name.clone(), value(piece)))
        .collect();
    json!({
        "carrier": found.carrier,
        "well_formed": reading.is_sound(),
        "reason": reading.reason.map(|reason| reason.as_str()),
        "faults": reading.faults,
        "version": reading.version,
        "fields": fields,
        "signature_bytes": signature_bytes(reading),
    })
}

/// A line a field, and the faults.
pub(super) fn text(found: &Found, reading: &Diagnosis, path: Option<&str>, now: u64) -> String {
    let mut lines = vec![line("carrier", &found.carrier)];
    lines.extend(path.map(|path| line("URL path", path)));
    lines.extend(
        reading
            .version
            .map(|version| line("version", &version.to_string())),
    );
    for piece in &reading.pieces {
        lines.push(line(&piece.name, &told(piece, now)));
    }
    if reading.is_sound() && !reading.pieces.iter().any(|piece| piece.name == "path") {
        lines.push(line("path", "the URL's own, which is signed"));
    }
    lines.extend(signature_bytes(reading).map(|bytes| {
        let kind = if bytes == 32 { "HS256" } else { "EdDSA" };
        line("sig", &format!("{bytes} bytes, as {kind} has"))
    }));
    lines.extend(reading.reason.map(|reason| line("form", reason.as_str())));
    let faults = reading.faults.iter().map(|fault| format!("  - {fault}"));
    lines.extend(faults);
    lines.join("\n")
}

/// Control characters would speak to the terminal.
fn line(name: &str, text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|char| if char.is_control() { '\u{fffd}' } else { char })
        .collect();
    format!("{name:<9} {plain}")
}

fn signature_bytes(reading: &Diagnosis) -> Option<usize> {
    match reading.signature.as_ref().map(String::len)? {
        43 => Some(32),
        86 => Some(64),
        _ => None,
    }
}

fn is_list(field: Field) -> bool {
    use Field::{Geo, Hdr, Ip, Method, Path, Qs};
    matches!(field, Path | Ip | Geo | Method | Qs | Hdr)
}

fn members(piece: &Piece) -> Vec<String> {
    let in_pattern = piece.field == Some(Field::Path);
    let member = |member| unescaped(member, in_pattern);
    piece.value.split('!').map(member).collect()
}

fn value(piece: &Piece) -> Value {
    use Field::{Bps, Exp, Iat, Nbf, Uses};
    match piece.field {
        None => Value::from(piece.value.as_str()),
        Some(Exp | Nbf | Iat | Uses | Bps) => {
            figure(&piece.value).map_or_else(|| piece.value.as_str().into(), Value::from)
        }
        Some(field) if is_list(field) => Value::from(members(piece)),
        Some(_) => unescaped(&piece.value, false).into(),
    }
}

fn told(piece: &Piece, now: u64) -> String {
    match piece.field {
        Some(Field::Exp | Field::Nbf | Field::Iat) => match figure(&piece.value) {
            Some(secs) => moment(piece.field, secs, now),
            None => piece.value.clone(),
        },
        Some(field) if is_list(field) => members(piece).join(", "),
        Some(_) => unescaped(&piece.value, false),
        None => piece.value.clone(),
    }
}

/// A number in its one spelling.
fn figure(value: &str) -> Option<u64> {
    let number: u64 = value.parse().ok()?;
    (number.to_string() == value).then_some(number)
}

/// `2030-03-17T17:46:40Z, in 3h 20m`.
fn moment(field: Option<Field>, secs: u64, now: u64) -> String {
    let apart = humantime::format_duration(Duration::from_secs(secs.abs_diff(now))).to_string();
    let apart = apart.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let when = match (secs > now, field == Some(Field::Exp)) {
        (true, _) => format!("in {apart}"),
        (false, true) => format!("expired {apart} ago"),
        (false, false) => format!("{apart} ago"),
    };
    format!("{}, {when}", rfc3339(secs))
}

/// `~XX` decoded; in a pattern but for `~21` and `~2A`, which would read as its own signs.
fn unescaped(text: &str, in_pattern: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('~') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = behind
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) if !(in_pattern && b"!*".contains(&byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(b'~');
                rest = behind;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_but_for_what_would_read_as_a_sign_of_a_pattern() {
        assert_eq!(unescaped("a~20b~C3~A4", false), "a bä");
        assert_eq!(unescaped("/~2A/*~20", true), "/~2A/* ");
        assert_eq!(unescaped("~2A~", false), "*~");
    }

    #[test]
    fn a_moment_is_told_with_its_distance() {
        let told = moment(Some(Field::Exp), 1_900_000_000, 1_900_003_661);
        assert_eq!(told, "2030-03-17T17:46:40Z, expired 1h 1m ago");
        let told = moment(Some(Field::Nbf), 1_900_000_000, 1_899_999_940);
        assert_eq!(told, "2030-03-17T17:46:40Z, in 1m");
    }
}
