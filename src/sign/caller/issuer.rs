//! Issuers and their keys, parsed once at start. The algorithms are the issuer's, never a token's.

mod keys;
mod remote;

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey};

use self::keys::{IssuerKey, MIN_SECRET_BYTES, keys};
pub(super) use self::remote::Remote;
pub use self::remote::RemoteKeys;
use crate::config::model::{Issuer, IssuerKeys};

/// The words of `alg`. `none` is not among them.
pub(super) const ALGORITHMS: [(&str, Algorithm); 5] = [
    ("HS256", Algorithm::HS256),
    ("RS256", Algorithm::RS256),
    ("PS256", Algorithm::PS256),
    ("ES256", Algorithm::ES256),
    ("EdDSA", Algorithm::EdDSA),
];

/// Everybody whose JWTs are believed.
#[derive(Default)]
pub struct Issuers(Vec<Trusted>);

/// An issuer with its keys.
pub(super) struct Trusted {
    name: String,
    pub(super) audience: Vec<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) leeway_secs: u64,
    keys: Source,
}

/// Where an issuer's keys are.
enum Source {
    Configured(Arc<Vec<IssuerKey>>),
    Remote(Arc<Remote>),
}

/// An issuer's keys as they were at one time.
pub(super) struct KeysNow(Arc<Vec<IssuerKey>>);

/// An issuer that cannot be believed as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct IssuerFault {
    /// The issuer's place in the configuration, counted from 0.
    pub place: usize,
    /// What is wrong.
    pub kind: IssuerFaultKind,
}

/// What is wrong with an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerFaultKind {
    /// No `algorithms`.
    #[error("algorithms is empty; name what the issuer signs with, such as [\"RS256\"]")]
    NoAlgorithm,
    /// An algorithm other than the five.
    #[error("{0:?} is not supported; use HS256, RS256, PS256, ES256 or EdDSA")]
    Unsupported(Algorithm),
    /// No `audience`.
    #[error("audience is empty; name the aud that the issuer writes for this service")]
    NoAudience,
    /// HS256 with a public key, or beside a public-key algorithm.
    #[error("HS256 goes with a secret and no other algorithm, never with a public key")]
    HmacWithPublicKey,
    /// A secret, but not HS256.
    #[error("a secret is for HS256 only; other algorithms take pem_file or jwks_file")]
    SecretWithoutHmac,
    /// A secret shorter than RFC 7518 §3.2 asks for.
    #[error("the secret has {bytes} bytes; HS256 needs at least {MIN_SECRET_BYTES} random ones")]
    ShortSecret {
        /// What it has.
        bytes: usize,
    },
    /// The secret is a public key in PEM or JWK form.
    #[error("the secret is a public key, which everybody may know; use pem_file or jwks_file")]
    SecretIsPublic,
    /// The PEM holds a private key.
    #[error("the PEM file holds a private key; give the public one (openssl pkey -pubout)")]
    PrivatePem,
    /// No public key of the algorithms' kind.
    #[error("the PEM file holds no public key (BEGIN PUBLIC KEY) of the kind that algorithms name")]
    Pem,
    /// A key that is too short, or of another curve.
    #[error(
        "the key is too weak or of another curve: RSA needs 2048 bits, ES256 P-256, EdDSA Ed25519"
    )]
    UnfitKey,
    /// Not a JWK set.
    #[error("the JWKS file is no JWK set: {{\"keys\": [...]}}")]
    Jwks,
    /// Not a URL.
    #[error("jwks_url is no URL")]
    JwksUrl,
    /// The client for `jwks_url` cannot be made.
    #[error("jwks_url cannot be fetched: this machine's certificates cannot be read")]
    NoTls,
    /// No key of the set fits.
    #[error("the JWKS file holds no public signing key of the kinds that algorithms name")]
    NoFittingJwk,
}

/// Parses every issuer's keys; those at a URL are fetched from now on, or are in `remote` already.
///
/// # Errors
/// One [`IssuerFault`] for each issuer at fault.
pub fn issuers(configured: &[Issuer], remote: &RemoteKeys) -> Result<Issuers, Vec<IssuerFault>> {
    let mut faults = Vec::new();
    let mut parsed = Vec::new();
    for (place, issuer) in configured.iter().enumerate() {
        match trusted(issuer, remote) {
            Ok(issuer) => parsed.push(issuer),
            Err(kind) => faults.push(IssuerFault { place, kind }),
        }
    }
    if faults.is_empty() {
        Ok(Issuers(parsed))
    } else {
        Err(faults)
    }
}

impl Issuers {
    /// Those whose `iss` is exactly this.
    pub(super) fn named<'i, 'n>(
        &'i self,
        issuer: &'n str,
    ) -> impl Iterator<Item = &'i Trusted> + use<'i, 'n> {
        self.0.iter().filter(move |trusted| trusted.name == issuer)
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|trusted| trusted.name.as_str());
        f.debug_list().entries(names).finish()
    }
}

impl Trusted {
    /// The keys as they are now.
    pub(super) fn keys(&self) -> KeysNow {
        KeysNow(match &self.keys {
            Source::Configured(keys) => Arc::clone(keys),
            Source::Remote(remote) => remote.keys(),
        })
    }

    /// Where newer keys than these may be had.
    pub(super) fn remote(&self) -> Option<&Arc<Remote>> {
        match &self.keys {
            Source::Configured(_) => None,
            Source::Remote(remote) => Some(remote),
        }
    }
}

impl KeysNow {
    /// The keys that may have made a signature: of the algorithm's family, and of the token's
    /// `kid` where both have one.
    pub(super) fn keys_for<'k>(
        &'k self,
        algorithm: Algorithm,
        kid: Option<&'k str>,
    ) -> impl Iterator<Item = &'k DecodingKey> {
        self.0
            .iter()
            .filter(move |key| key.key.family() == algorithm.family())
            .filter(move |key| key.algorithm.is_none_or(|own| own == algorithm))
            .filter(move |key| match (key.kid.as_deref(), kid) {
                (Some(own), Some(kid)) => own == kid,
                _ => true,
            })
            .map(|key| &key.key)
    }
}

fn trusted(issuer: &Issuer, remote: &RemoteKeys) -> Result<Trusted, IssuerFaultKind> {
    let algorithms = &issuer.algorithms;
    if algorithms.is_empty() {
        return Err(IssuerFaultKind::NoAlgorithm);
    }
    let known = |&algorithm: &Algorithm| ALGORITHMS.iter().any(|&(_, known)| known == algorithm);
    if let Some(&other) = algorithms.iter().find(|algorithm| !known(algorithm)) {
        return Err(IssuerFaultKind::Unsupported(other));
    }
    if issuer.audience.is_empty() {
        return Err(IssuerFaultKind::NoAudience);
    }
    let keys = match &issuer.keys {
        IssuerKeys::JwksUrl(_) if algorithms.contains(&Algorithm::HS256) => {
            return Err(IssuerFaultKind::HmacWithPublicKey);
        }
        IssuerKeys::JwksUrl(url) => Source::Remote(remote.get(url, algorithms)?),
        configured => Source::Configured(Arc::new(keys(configured, algorithms)?)),
    };
    Ok(Trusted {
        name: issuer.issuer.clone(),
        audience: issuer.audience.clone(),
        algorithms: algorithms.clone(),
        leeway_secs: issuer.leeway.as_secs(),
        keys,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jsonwebtoken::Algorithm;

    use super::{IssuerFaultKind, RemoteKeys, issuers};
    use crate::config::model::{Issuer, IssuerKeys, Secret};

    fn issuer(audience: &[&str], algorithms: &[Algorithm]) -> Issuer {
        Issuer {
            issuer: "https://i.test".to_owned(),
            audience: audience.iter().map(|&name| name.to_owned()).collect(),
            algorithms: algorithms.to_vec(),
            keys: IssuerKeys::Secret(Secret::new("x".repeat(32))),
            leeway: Duration::ZERO,
        }
    }

    #[test]
    fn a_jwk_with_an_algorithm_of_its_own_is_for_that_one_only() {
        let set = include_str!("../../../tests/fixtures/jwt/jwks.json");
        let set = set.replace("\"use\": \"sig\"", "\"alg\": \"PS256\"");
        let mut issuer = issuer(
            &["a"],
            &[Algorithm::RS256, Algorithm::PS256, Algorithm::EdDSA],
        );
        issuer.keys = IssuerKeys::Jwks(set);
        let issuers = issuers(&[issuer], &RemoteKeys::default()).unwrap();
        let trusted = issuers.named("https://i.test").next().unwrap();
        let keys = |algorithm| trusted.keys().keys_for(algorithm, None).count();
        assert_eq!(keys(Algorithm::PS256), 1);
        assert_eq!(keys(Algorithm::RS256), 0);
        assert_eq!(keys(Algorithm::EdDSA), 1);
        assert_eq!(keys(Algorithm::HS256), 0);
    }

    #[test]
    fn every_issuer_at_fault_is_named() {
        let configured = [
            issuer(&["a"], &[]),
            issuer(&["a"], &[Algorithm::HS256]),
            issuer(&[], &[Algorithm::HS256]),
            issuer(&["a"], &[Algorithm::HS512]),
        ];
        let faults = issuers(&configured, &RemoteKeys::default()).unwrap_err();
        let faults: Vec<_> = faults
            .into_iter()
            .map(|fault| (fault.place, fault.kind))
            .collect();
        assert_eq!(
            faults,
            [
                (0, IssuerFaultKind::NoAlgorithm),
                (2, IssuerFaultKind::NoAudience),
                (3, IssuerFaultKind::Unsupported(Algorithm::HS512)),
            ]
        );
    }
}
