//! `GET /v1/keys`: which keys sign and verify, and the public ones as JWKs. Never a secret.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_token::{Key, KeyState};
use serde::Serialize;
use utoipa::ToSchema;

use std::sync::Arc;

use crate::config::model::Text;
use crate::sites::Site;

/// Every site's keys, by the site's name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Keys<'s> {
    sites: BTreeMap<&'s str, SiteKeys<'s>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SiteKeys<'s> {
    keys: Vec<KeyFacts<'s>>,
    jwks: JwkSet<'s>,
}

/// Times in Unix seconds.
#[derive(Debug, Serialize, ToSchema)]
struct KeyFacts<'s> {
    kid: &'s str,
    alg: &'static str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_ttl_secs: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paths: Option<Vec<&'s str>>,
}

/// RFC 7517 §5.
#[derive(Debug, Serialize, ToSchema)]
struct JwkSet<'s> {
    keys: Vec<Jwk<'s>>,
}

/// RFC 8037 §2.
#[derive(Debug, Serialize, ToSchema)]
struct Jwk<'s> {
    kty: &'static str,
    crv: &'static str,
    #[serde(rename = "use")]
    used: &'static str,
    alg: &'static str,
    kid: &'s str,
    x: String,
}

pub(super) fn keys(sites: &[Arc<Site>]) -> Keys<'_> {
    let sites = sites
        .iter()
        .map(|site| (site.config.token.name(), site_keys(&site.config.keys.keys)))
        .collect();
    Keys { sites }
}

fn site_keys(keys: &[Key<Text>]) -> SiteKeys<'_> {
    SiteKeys {
        keys: keys.iter().map(facts).collect(),
        jwks: JwkSet {
            keys: keys.iter().filter_map(jwk).collect(),
        },
    }
}

fn facts(key: &Key<Text>) -> KeyFacts<'_> {
    KeyFacts {
        kid: key.kid(),
        alg: key.algorithm().as_str(),
        state: key.state().as_str(),
        from: key.from_unix_secs(),
        until: key.until_unix_secs(),
        max_ttl_secs: key.max_ttl_secs(),
        paths: key.paths().map(|paths| paths.members().collect()),
    }
}

/// A retired key verifies nothing, so nobody is told to believe it.
fn jwk(key: &Key<Text>) -> Option<Jwk<'_>> {
    let public = key
        .public_key()
        .filter(|_| key.state() != KeyState::Retired)?;
    Some(Jwk {
        kty: "OKP",
        crv: "Ed25519",
        used: "sig",
        alg: "EdDSA",
        kid: key.kid(),
        x: URL_SAFE_NO_PAD.encode(public),
    })
}
