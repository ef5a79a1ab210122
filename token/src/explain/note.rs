//! The sentences of an explanation.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use crate::bytes::UPPER_HEX;
use crate::carrier::Carrier;
use crate::diagnosis::Diagnosis;
use crate::field::Field;
use crate::fields::Fields;
use crate::key::Key;
use crate::path::CanonicalPath;
use crate::reason::Reason;
use crate::site::Mode;
use crate::verify::max_ttl_secs;
use crate::watch::Facts;

pub(super) fn path(path: CanonicalPath<'_>) -> String {
    format!("canonical path {:?}, as a URL {path}", path.as_str())
}

pub(super) const fn located(reason: Reason) -> &'static str {
    match reason {
        Reason::Conflict => {
            "more than one explicit token: a request brings one, in path, query or header, and the parameter once"
        }
        _ => {
            "the path has no canonical form: it starts with \"/\", has no empty, \".\" or \"..\" segment, no \"\\\", no escaped \"/\", no bare \"#\", no control character, only whole escapes and UTF-8, and at most 1,024 bytes"
        }
    }
}

pub(super) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Required => "required: only a token that passes opens it",
        Mode::Optional => "optional: open without a token; an explicit one must pass",
        Mode::Public => "public: open, and tokens are not looked at",
        Mode::Report => "report: a denial is reported and not enforced",
    }
}

pub(super) fn token(carrier: Carrier, text: Option<&[u8]>) -> String {
    let carrier = carrier.as_str();
    match text {
        None => {
            format!("{carrier}: its value has a bad escape, stands in two lines, or is too long")
        }
        Some(text) => {
            let figures = crate::text::MAX_TOKEN_BYTES;
            format!("{carrier}: {} of at most {figures} bytes", text.len())
        }
    }
}

pub(super) fn fields(fields: &Fields<'_>) -> String {
    let mut told = String::new();
    for field in Field::ALL {
        if let Some(value) = fields.raw(field) {
            if !told.is_empty() {
                told.push(' ');
            }
            told.push_str(field.as_str());
            told.push('=');
            told.push_str(&printable(value));
        }
    }
    told
}

/// Every fault of a text, as `inspect` tells it.
pub(super) fn text(text: Option<Diagnosis>) -> String {
    match text {
        None => "cannot be read".to_owned(),
        // The site's names are no matter of the text.
        Some(text) if text.is_sound() => {
            "signs the site's own parameter or header, which hold the token".to_owned()
        }
        Some(text) => text.faults.join("; "),
    }
}

pub(super) fn key<T>(kid: &str, key: &Key<T>) -> String {
    let mut told = format!(
        "{kid:?}, {}, {}",
        key.algorithm().as_str(),
        key.state().as_str()
    );
    for (name, time) in [
        ("from", key.from_unix_secs()),
        ("until", key.until_unix_secs()),
    ] {
        if let Some(time) = time {
            told.push_str(&format!(", {name} {time}"));
        }
    }
    told
}

pub(super) fn signed(bytes: &[u8]) -> String {
    printable(bytes)
}

/// UTF-8 as it is; where it is none, or has controls, those bytes as `\xXX`.
fn printable(bytes: &[u8]) -> String {
    let mut told = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                let mut buffer = [0; 4];
                hex(character.encode_utf8(&mut buffer).as_bytes(), &mut told);
            } else {
                told.push(character);
            }
        }
        hex(chunk.invalid(), &mut told);
    }
    told
}

fn hex(bytes: &[u8], told: &mut String) {
    for byte in bytes {
        told.push_str("\\x");
        told.push(char::from(UPPER_HEX[usize::from(byte >> 4)]));
        told.push(char::from(UPPER_HEX[usize::from(byte & 15)]));
    }
}

pub(super) const fn check_name(reason: Reason) -> &'static str {
    match reason {
        Reason::KeyRetired => "key in use",
        Reason::Conflict => "signed values",
        Reason::BadSignature => "signature",
        Reason::Lifetime => "lifetime",
        Reason::NotYetValid => "not before",
        Reason::Expired => "expiry",
        Reason::Path => "path granted",
        Reason::Method => "method",
        Reason::Ip => "client address",
        Reason::Geo => "country",
        Reason::Revoked => "revocation",
        _ => "check",
    }
}

pub(super) fn check<T: AsRef<str>>(reason: Reason, facts: &Facts<'_, T>, passed: bool) -> String {
    let now = facts.now;
    let exp = facts.exp;
    let skew_secs = facts.site.skew_secs();
    match reason {
        Reason::KeyRetired if passed => "the key verifies at this time".to_owned(),
        Reason::KeyRetired => format!(
            "now is {now}; the key must not be retired, and now must be from its \"from\" (less {skew_secs} s) on and before its \"until\""
        ),
        Reason::Conflict if passed => "every signed parameter and header has one plain value".to_owned(),
        Reason::Conflict => {
            "a signed parameter stands twice or has a bad escape, or a signed header has a byte outside printable ASCII".to_owned()
        }
        Reason::BadSignature if passed => "holds".to_owned(),
        Reason::BadSignature => {
            "does not hold over the signed bytes above: another secret, site, path or signed value was signed, or the token was changed".to_owned()
        }
        Reason::Lifetime => lifetime(facts, passed),
        Reason::NotYetValid => match facts.fields.number(Field::Nbf) {
            None => "no nbf: valid from the start".to_owned(),
            Some(nbf) if passed => format!("nbf {nbf}, now {now}"),
            Some(nbf) => format!("valid in {} s: nbf {nbf}, now {now}, {skew_secs} s forgiven", nbf - now),
        },
        Reason::Expired if passed => format!("expires in {} s: exp {exp}, now {now}", exp - now),
        Reason::Expired => format!("expired {} s ago: exp {exp}, now {now}; exp must be above now", now - exp),
        Reason::Path => granted_path(facts),
        Reason::Method => granted(facts, Field::Method, "GET (and HEAD)", facts.method),
        Reason::Ip => {
            let client = facts.client.map(|client| client.ip().to_string());
            granted(facts, Field::Ip, "any client", client.as_deref().unwrap_or("unknown"))
        }
        Reason::Geo => granted(facts, Field::Geo, "any country", facts.country.unwrap_or("unknown")),
        Reason::Revoked if passed => "not revoked".to_owned(),
        _ => "its jti, sub, sid or kid is revoked, or it was issued before a time that is (a token without iat is older than any)".to_owned(),
    }
}

fn lifetime<T: AsRef<str>>(facts: &Facts<'_, T>, passed: bool) -> String {
    let exp = facts.exp;
    let left = exp.saturating_sub(facts.now);
    let skew_secs = facts.site.skew_secs();
    let most = max_ttl_secs(facts.site, facts.key);
    match (most, facts.key.until_unix_secs()) {
        (_, Some(until)) if !passed && exp > until => {
            format!("exp {exp} lies behind the key's end, {until}")
        }
        (Some(most), _) => {
            format!("{left} s left of at most {most} s (and {skew_secs} s forgiven)")
        }
        (None, _) => format!("{left} s left, without a limit"),
    }
}

fn granted_path<T: AsRef<str>>(facts: &Facts<'_, T>) -> String {
    let path = facts.path.as_str();
    let token = facts
        .fields
        .raw(Field::Path)
        .map_or_else(|| "exactly the signed path".to_owned(), printable);
    match facts.key.paths() {
        None => format!("{path:?} of {token}"),
        Some(key) => format!("{path:?} of {token}, and of the key's {}", key.as_str()),
    }
}

fn granted<T>(facts: &Facts<'_, T>, field: Field, default: &str, given: &str) -> String {
    let granted = facts
        .fields
        .raw(field)
        .map_or_else(|| default.to_owned(), printable);
    format!("{given} of {granted}")
}
