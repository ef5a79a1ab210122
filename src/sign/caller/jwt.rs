//! Checking a JWT (RFC 7519, with the advice of RFC 8725).
//!
//! Only the signature is left to `jsonwebtoken`: its validation of claims reads the clock itself,
//! rounds floats, and skips what is absent.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Map, Value};

use super::issuer::{ALGORITHMS, Issuers, KeysNow, Remote, Trusted};
use super::{Caller, NotSignedIn};
use crate::sign::claims::Claims;
use crate::sign::json;

/// What is read of a header; `jwk`, `jku`, `x5u`, `x5c` are not.
struct Header {
    algorithm: Algorithm,
    kid: Option<String>,
}

/// A token whose text is well-formed, and nothing of which is believed yet.
struct Unverified<'t> {
    message: &'t str,
    signature: &'t str,
    header: Header,
    claims: Map<String, Value>,
}

/// The caller that a JWT proves at `now_unix_secs`. The caller sees to the length.
pub(super) fn verify(
    token: &str,
    issuers: &Issuers,
    now_unix_secs: u64,
) -> Result<Caller, NotSignedIn> {
    let token = read(token)?;
    // The unverified issuer only says whose keys are tried; several may share the name.
    let issuer = token.claims.get("iss").and_then(Value::as_str);
    let issuer = issuer.ok_or(NotSignedIn::Issuer)?.to_owned();
    let mut refused = NotSignedIn::Issuer;
    for trusted in issuers.named(&issuer) {
        let fault = match check_signature(&token, trusted) {
            Ok(()) => match check_claims(&token.claims, trusted, now_unix_secs) {
                Ok(()) => return Ok(caller(token.claims)),
                Err(fault) => fault,
            },
            // What an issuer whose key held has said is of more use than another's "not mine".
            Err(_) if is_about_claims(refused) => continue,
            Err(fault) => fault,
        };
        refused = fault;
    }
    Err(refused)
}

/// Where the key of a token that was refused may be by now: at the URLs of its issuer whose keys,
/// as far as they are known, are without its `kid`.
pub(super) fn may_have_key<'i>(
    token: &str,
    issuers: &'i Issuers,
) -> Vec<(&'i Arc<Remote>, KeysNow)> {
    let Ok(token) = read(token) else {
        return Vec::new();
    };
    let issuer = token.claims.get("iss").and_then(Value::as_str);
    let Header { algorithm, kid } = &token.header;
    let lacks_key = |trusted: &'i Trusted| {
        let keys = trusted.keys();
        let lacks = trusted.algorithms.contains(algorithm)
            && keys.keys_for(*algorithm, kid.as_deref()).next().is_none();
        trusted
            .remote()
            .filter(|_| lacks)
            .map(|remote| (remote, keys))
    };
    let named = issuers.named(issuer.unwrap_or_default());
    named.filter_map(lacks_key).collect()
}

const fn is_about_claims(fault: NotSignedIn) -> bool {
    matches!(
        fault,
        NotSignedIn::Audience | NotSignedIn::Time | NotSignedIn::Expired | NotSignedIn::NotYetValid
    )
}

fn read(token: &str) -> Result<Unverified<'_>, NotSignedIn> {
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(NotSignedIn::NotAJwt);
    };
    if header.is_empty() || payload.is_empty() || signature.is_empty() {
        return Err(NotSignedIn::NotAJwt);
    }
    let decode = |part: &str| {
        URL_SAFE_NO_PAD
            .decode(part)
            .map_err(|_| NotSignedIn::NotAJwt)
    };
    decode(signature)?;
    Ok(Unverified {
        message: &token[..header.len() + 1 + payload.len()],
        signature,
        header: read_header(&decode(header)?)?,
        claims: json::object(&decode(payload)?).map_err(|_| NotSignedIn::Claims)?,
    })
}

fn read_header(text: &[u8]) -> Result<Header, NotSignedIn> {
    let members = json::object(text).map_err(|_| NotSignedIn::Header)?;
    if members.contains_key("crit") {
        return Err(NotSignedIn::Critical);
    }
    let word = members.get("alg").and_then(Value::as_str);
    let word = word.ok_or(NotSignedIn::Header)?;
    let kid = match members.get("kid") {
        None => None,
        Some(Value::String(kid)) => Some(kid.clone()),
        Some(_) => return Err(NotSignedIn::Header),
    };
    let algorithm = ALGORITHMS.iter().find(|(name, _)| *name == word);
    let (_, algorithm) = *algorithm.ok_or(NotSignedIn::Algorithm)?;
    Ok(Header { algorithm, kid })
}

fn check_signature(token: &Unverified<'_>, issuer: &Trusted) -> Result<(), NotSignedIn> {
    let algorithm = token.header.algorithm;
    if !issuer.algorithms.contains(&algorithm) {
        return Err(NotSignedIn::Algorithm);
    }
    let keys = issuer.keys();
    let mut keys = keys
        .keys_for(algorithm, token.header.kid.as_deref())
        .peekable();
    if keys.peek().is_none() {
        return Err(NotSignedIn::Kid);
    }
    let message = token.message.as_bytes();
    let holds =
        |key| crypto::verify(token.signature, message, key, algorithm).is_ok_and(|holds| holds);
    if keys.any(holds) {
        Ok(())
    } else {
        Err(NotSignedIn::Signature)
    }
}

fn check_claims(
    claims: &Map<String, Value>,
    issuer: &Trusted,
    now: u64,
) -> Result<(), NotSignedIn> {
    if !is_for(claims.get("aud"), &issuer.audience) {
        return Err(NotSignedIn::Audience);
    }
    let exp = claims.get("exp").and_then(Value::as_u64);
    let exp = exp.ok_or(NotSignedIn::Time)?;
    let nbf = match claims.get("nbf") {
        None => 0,
        Some(nbf) => nbf.as_u64().ok_or(NotSignedIn::Time)?,
    };
    if now >= exp.saturating_add(issuer.leeway_secs) {
        Err(NotSignedIn::Expired)
    } else if now.saturating_add(issuer.leeway_secs) < nbf {
        Err(NotSignedIn::NotYetValid)
    } else {
        Ok(())
    }
}

/// Whether `aud`, a string or a list of strings, names one of ours.
fn is_for(aud: Option<&Value>, audience: &[String]) -> bool {
    let ours = |name: &str| audience.iter().any(|ours| ours == name);
    match aud {
        Some(Value::String(name)) => ours(name),
        Some(Value::Array(names)) => {
            names.iter().all(Value::is_string) && names.iter().filter_map(Value::as_str).any(ours)
        }
        _ => false,
    }
}

fn caller(claims: Map<String, Value>) -> Caller {
    let text = |name| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    Caller {
        authority: text("iss").to_owned(),
        name: text("sub").to_owned(),
        claims: Claims::new(claims),
    }
}
