//! The demo's caller of the signing API: a JWT for its user, and the curl line.

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use super::settings::{AUDIENCE, ISSUER};
use super::users::USER;
use crate::config::model::Secret;

/// How long the demo's JWT is good for.
const JWT_SECS: u64 = 24 * 3_600;

/// A JWT for the demo's user.
pub(super) fn bearer(secret: &Secret, now_unix_secs: u64) -> String {
    let claims = json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": USER,
        "scope": "media",
        "iat": now_unix_secs,
        "exp": now_unix_secs + JWT_SECS,
    });
    let key = EncodingKey::from_secret(secret.expose().as_bytes());
    // An HMAC over JSON made here cannot fail; without a JWT the call is refused, and says so.
    jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap_or_default()
}

/// The call as a shell command. JSON's own quotes are the only ones inside the single ones.
pub(super) fn curl(url: &str, bearer: &str, body: &Value) -> String {
    let body = body.to_string().replace('\'', "'\\''");
    format!(
        "curl -sS {url} \\\n  -H 'Authorization: Bearer {bearer}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )
}
