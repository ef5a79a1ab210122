//! JWTs made by hand, so that wrong ones can be made too.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::api::{HS_SECRET, NOW};

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/jwt");
    std::fs::read(folder.join(name)).unwrap()
}

/// A key of the issuer's, or somebody's.
pub(crate) fn signing_key(name: &str) -> (Algorithm, EncodingKey) {
    let pem = |name: &str| fixture(&format!("{name}-private.pem"));
    match name {
        "hs" | "late" => (
            Algorithm::HS256,
            EncodingKey::from_secret(HS_SECRET.as_bytes()),
        ),
        "rsa" | "other-rsa" => (
            Algorithm::RS256,
            EncodingKey::from_rsa_pem(&pem(name)).unwrap(),
        ),
        "ec" => (
            Algorithm::ES256,
            EncodingKey::from_ec_pem(&pem(name)).unwrap(),
        ),
        "ed" | "other-ed" => (
            Algorithm::EdDSA,
            EncodingKey::from_ed_pem(&pem(name)).unwrap(),
        ),
        _ => panic!("no key {name}"),
    }
}

pub(crate) fn encode(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// `header` and `payload` as they are, signed.
pub(crate) fn signed(
    header: &str,
    payload: &str,
    (algorithm, key): (Algorithm, EncodingKey),
) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let signature = crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// The claims that pass at `https://NAME.test`, and these over them.
pub(crate) fn payload(issuer: &str, claims: Value) -> Value {
    let mut payload = json!({
        "iss": format!("https://{issuer}.test"),
        "aud": "countersign",
        "exp": NOW + 600,
        "sub": "ada",
        "scope": "openid photos",
    });
    for (name, value) in claims.as_object().unwrap() {
        payload[name] = value.clone();
    }
    payload
}

pub(crate) fn header(algorithm: &str) -> String {
    json!({ "alg": algorithm, "typ": "JWT" }).to_string()
}

/// A token of the issuer with this name, signed with the key of this name.
pub(crate) fn good(issuer: &str, claims: Value) -> String {
    let key = signing_key(issuer);
    let header = header(&format!("{:?}", key.0));
    signed(&header, &payload(issuer, claims).to_string(), key)
}
