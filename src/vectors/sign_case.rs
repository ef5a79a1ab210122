//! One sign case.

use countersign_token::{CanonicalPath, PrivateKey, SignedFacts, Terms, sign};
use serde_json::{Map, Value, json};

use super::model::{SignCase, Unusable};

/// What the file says, as [`found`] would put it.
pub(super) fn expected(case: &SignCase) -> Value {
    match (&case.text, case.refuse) {
        (Some(text), false) => json!({"text": text}),
        _ => json!({"refuse": true}),
    }
}

/// What this build says.
pub(super) fn found(case: &SignCase) -> Value {
    match text(case) {
        Ok(text) => json!({"text": text}),
        Err(_) => json!({"refuse": true}),
    }
}

fn text(case: &SignCase) -> Result<String, Unusable> {
    let site = case.site.site()?;
    let key = case.key.key()?;
    let private = case
        .private
        .as_deref()
        .map(PrivateKey::from_hex)
        .transpose();
    let private = private.map_err(|fault| fault.to_string())?;
    let path = case.path.as_deref().map(CanonicalPath::new).transpose();
    let query = pairs(&case.query)?;
    let headers = pairs(&case.headers)?;
    let facts = SignedFacts {
        path: path.map_err(|fault| fault.to_string())?,
        query: &query,
        headers: &headers,
        revocations: Some(&case.site.revoked),
    };
    let terms = terms(&case.grant)?;
    sign(&terms, &facts, &site, &key, private.as_ref()).map_err(|fault| fault.to_string())
}

fn pairs(map: &Map<String, Value>) -> Result<Vec<(&str, &str)>, Unusable> {
    map.iter()
        .map(|(name, value)| Ok((name.as_str(), value.as_str().ok_or("a value is no text")?)))
        .collect()
}

fn terms(grant: &Map<String, Value>) -> Result<Terms, Unusable> {
    let mut terms = Terms::default();
    for (name, value) in grant {
        match name.as_str() {
            "exp" => terms.exp = number(value)?,
            "nbf" => terms.nbf = Some(number(value)?),
            "iat" => terms.iat = Some(number(value)?),
            "uses" => terms.uses = Some(number(value)?),
            "bps" => terms.bps = Some(number(value)?),
            "path" => terms.path = list(value)?,
            "ip" => terms.ip = list(value)?,
            "geo" => terms.geo = list(value)?,
            "method" => terms.method = list(value)?,
            "qs" => terms.qs = list(value)?,
            "hdr" => terms.hdr = list(value)?,
            "jti" => terms.jti = Some(word(value)?),
            "sub" => terms.sub = Some(word(value)?),
            "sid" => terms.sid = Some(word(value)?),
            "ver" => terms.ver = Some(word(value)?),
            "cd" => terms.cd = Some(word(value)?),
            "ct" => terms.ct = Some(word(value)?),
            "data" => terms.data = Some(word(value)?),
            unknown => return Err(format!("no field {unknown:?}")),
        }
    }
    Ok(terms)
}

fn number(value: &Value) -> Result<u64, Unusable> {
    value
        .as_u64()
        .ok_or_else(|| format!("{value} is no number"))
}

fn word(value: &Value) -> Result<String, Unusable> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("{value} is no text"))
}

/// A list that is there has members: a token has no empty one.
fn list(value: &Value) -> Result<Vec<String>, Unusable> {
    let members = value.as_array().filter(|members| !members.is_empty());
    members
        .ok_or_else(|| format!("{value} is no list with members"))?
        .iter()
        .map(word)
        .collect()
}
