//! The document of an edge, docs/EDGE.md.

use countersign_token::{Key, KeyState, Reason};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::config::model::{Config, Secret, Site, Text};
use crate::config::to_hex;

/// The form's version; a reader refuses another.
const VERSION: u64 = 1;

/// The wanted sites. `secrets` holds one entry for each key of each site, in their order.
///
/// # Errors
/// A key of HS256 without `with_secrets`.
pub(super) fn document(
    config: &Config,
    secrets: &[Option<Secret>],
    wanted: impl Fn(&Site) -> bool,
    with_secrets: bool,
) -> Result<Value, String> {
    let mut secrets = secrets.iter();
    let mut sites = Vec::new();
    for site in &config.sites {
        let of_keys: Vec<Option<&Secret>> = site
            .keys
            .keys
            .iter()
            .map(|_| secrets.next().and_then(Option::as_ref))
            .collect();
        if !wanted(site) {
            continue;
        }
        let pairs = site.keys.keys.iter().zip(of_keys);
        let keys = pairs.map(|(key, secret)| match secret {
            Some(secret) if key.state() == KeyState::Retired => {
                key_json(key, Some(&stand_in(secret)))
            }
            secret => key_json(key, secret.filter(|_| with_secrets).map(Secret::expose)),
        });
        sites.push(json!({
            "site": site_json(site),
            "keys": keys.collect::<Result<Vec<_>, _>>()?,
            "hosts": site.hosts,
            "public_url": site.public_url,
            "status": statuses(site),
            "show_reasons": site.answers.show_reasons,
            "edge_revocation": site.serving.edge_revocation.as_str(),
            "cache_key": { "parameters": site.serving.cache_key_params },
            "cors": {
                "allowed_origins": site.cors.allowed_origins,
                "allow_credentials": site.cors.allow_credentials,
                "max_age": site.cors.max_age.as_secs(),
            },
        }));
    }
    Ok(json!({ "version": VERSION, "sites": sites }))
}

/// As `site` of the vectors (TOKEN.md §8).
fn site_json(site: &Site) -> Value {
    let token = &site.token;
    let rule = |rule: &countersign_token::PolicyRule<Text>| {
        json!({
            "paths": rule.paths.members().collect::<Vec<_>>(),
            "mode": rule.mode.as_str(),
        })
    };
    let mut told = json!({
        "name": token.name(),
        "param": token.param(),
        "header": token.header(),
        "cookie": token.cookie(),
        "skew": token.skew_secs(),
        "policy": site.policy.iter().map(rule).collect::<Vec<_>>(),
    });
    if let Some(secs) = token.max_ttl_secs() {
        told["max_ttl"] = secs.into();
    }
    told
}

/// In place of a retired key's secret, which no edge needs: its tokens are denied as `key_retired`
/// before their signature is looked at. It tells nothing of the secret, and signs nothing.
fn stand_in(secret: &Secret) -> String {
    let digest = Sha256::new()
        .chain_update("countersign: in place of a retired key's secret\0")
        .chain_update(secret.expose());
    to_hex(&digest.finalize())
}

/// As a key of the vectors (TOKEN.md §8).
fn key_json(key: &Key<Text>, secret: Option<&str>) -> Result<Value, String> {
    let mut told = json!({
        "kid": key.kid(),
        "alg": key.algorithm().as_str(),
        "state": key.state().as_str(),
    });
    match (key.public_key(), secret) {
        (Some(public), _) => told["public"] = to_hex(&public).into(),
        (None, Some(secret)) => told["secret"] = secret.into(),
        (None, None) => {
            return Err(format!(
                "key {} is HS256: an edge needs its secret, and who has that can sign for every path; \
                 rotate to EdDSA (countersign keys rotate --alg EdDSA), or insist with --with-secrets",
                key.kid()
            ));
        }
    }
    let numbers = [
        ("from", key.from_unix_secs()),
        ("until", key.until_unix_secs()),
        ("max_ttl", key.max_ttl_secs()),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            told[name] = number.into();
        }
    }
    if let Some(paths) = key.paths() {
        told["paths"] = paths.members().collect();
    }
    Ok(told)
}

/// The status of every reason, the site's own where it has one.
fn statuses(site: &Site) -> Map<String, Value> {
    let status = |reason: Reason| {
        let own = site.answers.reason_status.iter();
        let own = own.rev().find(|(of, _)| *of == reason);
        own.map_or(reason.status(), |(_, status)| *status)
    };
    Reason::ALL
        .into_iter()
        .map(|reason| (reason.as_str().to_owned(), status(reason).into()))
        .collect()
}
