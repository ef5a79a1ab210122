//! An issuer's keys, from a secret, a PEM file or a JWK set. What is public never serves as a secret.

use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind};

use super::IssuerFaultKind;
use crate::config::model::IssuerKeys;

/// The shortest HS256 secret (RFC 7518 §3.2).
pub(super) const MIN_SECRET_BYTES: usize = 32;
/// The shortest RSA modulus (RFC 7518 §3.3).
const MIN_RSA_BYTES: usize = 256;

pub(super) struct IssuerKey {
    pub(super) kid: Option<String>,
    /// A JWK's own `alg`.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) key: DecodingKey,
}

pub(super) fn keys(
    keys: &IssuerKeys,
    algorithms: &[Algorithm],
) -> Result<Vec<IssuerKey>, IssuerFaultKind> {
    let hmac = algorithms.contains(&Algorithm::HS256);
    let only_hmac = algorithms
        .iter()
        .all(|&algorithm| algorithm == Algorithm::HS256);
    match keys {
        IssuerKeys::Secret(_) if !hmac => Err(IssuerFaultKind::SecretWithoutHmac),
        IssuerKeys::Secret(secret) if only_hmac => Ok(vec![from_secret(secret.expose())?]),
        _ if hmac => Err(IssuerFaultKind::HmacWithPublicKey),
        IssuerKeys::Pem(pem) => Ok(vec![from_pem(pem, algorithms)?]),
        IssuerKeys::Jwks(text) => from_jwks(text, algorithms),
        IssuerKeys::JwksUrl(_) => Err(IssuerFaultKind::JwksUrl),
        IssuerKeys::Secret(_) => Err(IssuerFaultKind::HmacWithPublicKey),
    }
}

fn from_secret(secret: &str) -> Result<IssuerKey, IssuerFaultKind> {
    if secret.contains("-----BEGIN") || serde_json::from_str::<Jwk>(secret).is_ok() {
        return Err(IssuerFaultKind::SecretIsPublic);
    }
    let bytes = secret.len();
    if bytes < MIN_SECRET_BYTES {
        return Err(IssuerFaultKind::ShortSecret { bytes });
    }
    Ok(IssuerKey {
        kid: None,
        algorithm: None,
        key: DecodingKey::from_secret(secret.as_bytes()),
    })
}

fn from_pem(pem: &[u8], algorithms: &[Algorithm]) -> Result<IssuerKey, IssuerFaultKind> {
    let text = std::str::from_utf8(pem).map_err(|_| IssuerFaultKind::Pem)?;
    if text.contains("PRIVATE KEY-----") {
        return Err(IssuerFaultKind::PrivatePem);
    }
    // The library would take a certificate too, whose dates and names nobody would check.
    if !text.contains("BEGIN PUBLIC KEY-----") && !text.contains("BEGIN RSA PUBLIC KEY-----") {
        return Err(IssuerFaultKind::Pem);
    }
    let family = algorithms[0].family();
    if algorithms
        .iter()
        .any(|algorithm| algorithm.family() != family)
    {
        return Err(IssuerFaultKind::Pem);
    }
    let key = match family {
        AlgorithmFamily::Rsa => DecodingKey::from_rsa_pem(pem),
        AlgorithmFamily::Ec => DecodingKey::from_ec_pem(pem),
        AlgorithmFamily::Ed => DecodingKey::from_ed_pem(pem),
        AlgorithmFamily::Hmac => return Err(IssuerFaultKind::HmacWithPublicKey),
    };
    let key = key.map_err(|_| IssuerFaultKind::Pem)?;
    if !is_fit(&key) {
        return Err(IssuerFaultKind::UnfitKey);
    }
    Ok(IssuerKey {
        kid: None,
        algorithm: None,
        key,
    })
}

/// The keys of a set that fit; a set also holds others' (RFC 7517 §5), which are passed over.
pub(super) fn from_jwks(
    text: &str,
    algorithms: &[Algorithm],
) -> Result<Vec<IssuerKey>, IssuerFaultKind> {
    let set: JwkSet = serde_json::from_str(text).map_err(|_| IssuerFaultKind::Jwks)?;
    let keys: Vec<_> = set
        .keys
        .iter()
        .filter_map(|jwk| from_jwk(jwk, algorithms))
        .collect();
    if keys.is_empty() {
        Err(IssuerFaultKind::NoFittingJwk)
    } else {
        Ok(keys)
    }
}

fn from_jwk(jwk: &Jwk, algorithms: &[Algorithm]) -> Option<IssuerKey> {
    let common = &jwk.common;
    let signs = common
        .public_key_use
        .as_ref()
        .is_none_or(|used| *used == PublicKeyUse::Signature);
    let verifies = common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let right_curve = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => true,
        AlgorithmParameters::EllipticCurve(key) => key.curve == EllipticCurve::P256,
        AlgorithmParameters::OctetKeyPair(key) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let algorithm = match common.key_algorithm {
        None => None,
        Some(own) => Some(
            Algorithm::try_from(own)
                .ok()
                .filter(|own| algorithms.contains(own))?,
        ),
    };
    let key = DecodingKey::from_jwk(jwk).ok()?;
    let of_a_family = algorithms
        .iter()
        .any(|algorithm| algorithm.family() == key.family());
    (signs && verifies && right_curve && of_a_family && is_fit(&key)).then(|| IssuerKey {
        kid: common.key_id.clone(),
        algorithm,
        key,
    })
}

/// Whether a public key has the size that its family's algorithms want.
fn is_fit(key: &DecodingKey) -> bool {
    match (key.family(), key.kind()) {
        (AlgorithmFamily::Rsa, DecodingKeyKind::RsaModulusExponent { n, .. }) => {
            n.iter().skip_while(|&&byte| byte == 0).count() >= MIN_RSA_BYTES
        }
        // PKCS #1: the modulus, a short exponent, and a few bytes of framing.
        (AlgorithmFamily::Rsa, DecodingKeyKind::SecretOrDer(der)) => der.len() > MIN_RSA_BYTES,
        // SEC 1 §2.3.3, uncompressed.
        (AlgorithmFamily::Ec, DecodingKeyKind::SecretOrDer(point)) => {
            point.len() == 65 && point[0] == 4
        }
        (AlgorithmFamily::Ed, DecodingKeyKind::SecretOrDer(point)) => point.len() == 32,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::Algorithm::{self, ES256, EdDSA, HS256, PS256, RS256};

    use super::super::IssuerFaultKind as Fault;
    use super::keys;
    use crate::config::model::{IssuerKeys, Secret};

    const RSA: &str = include_str!("../../../../tests/fixtures/jwt/rsa-public.pem");
    const RSA_1024: &str = include_str!("../../../../tests/fixtures/jwt/rsa-1024-public.pem");
    const RSA_PRIVATE: &str = include_str!("../../../../tests/fixtures/jwt/rsa-private.pem");
    const EC: &str = include_str!("../../../../tests/fixtures/jwt/ec-public.pem");
    const P384: &str = include_str!("../../../../tests/fixtures/jwt/ec-p384-public.pem");
    const ED: &str = include_str!("../../../../tests/fixtures/jwt/ed-public.pem");
    const JWKS: &str = include_str!("../../../../tests/fixtures/jwt/jwks.json");

    fn secret(text: &str, algorithms: &[Algorithm]) -> Result<usize, Fault> {
        let source = IssuerKeys::Secret(Secret::new(text.to_owned()));
        keys(&source, algorithms).map(|keys| keys.len())
    }

    fn pem(text: &str, algorithms: &[Algorithm]) -> Result<usize, Fault> {
        let source = IssuerKeys::Pem(text.as_bytes().to_vec());
        keys(&source, algorithms).map(|keys| keys.len())
    }

    fn jwks(text: &str, algorithms: &[Algorithm]) -> Result<Vec<Option<String>>, Fault> {
        let source = IssuerKeys::Jwks(text.to_owned());
        keys(&source, algorithms).map(|keys| keys.into_iter().map(|key| key.kid).collect())
    }

    #[test]
    fn a_secret_is_long_and_secret() {
        assert_eq!(secret(&"x".repeat(32), &[HS256]), Ok(1));
        assert_eq!(
            secret(&"x".repeat(31), &[HS256]),
            Err(Fault::ShortSecret { bytes: 31 })
        );
        assert_eq!(
            secret(&"x".repeat(32), &[RS256]),
            Err(Fault::SecretWithoutHmac)
        );
        assert_eq!(
            secret(&"x".repeat(32), &[HS256, RS256]),
            Err(Fault::HmacWithPublicKey)
        );
        let set: serde_json::Value = serde_json::from_str(JWKS).unwrap();
        for public in [RSA, EC, ED, JWKS, &set["keys"][0].to_string()] {
            assert_eq!(secret(public, &[HS256]), Err(Fault::SecretIsPublic));
        }
    }

    #[test]
    fn a_pem_file_holds_one_fit_public_key() {
        assert_eq!(pem(RSA, &[RS256, PS256]), Ok(1));
        assert_eq!(pem(EC, &[ES256]), Ok(1));
        assert_eq!(pem(ED, &[EdDSA]), Ok(1));
        for (text, algorithms) in [(RSA, [ES256]), (EC, [EdDSA]), (ED, [RS256]), ("", [RS256])] {
            assert_eq!(pem(text, &algorithms), Err(Fault::Pem));
        }
        assert_eq!(pem(RSA, &[RS256, ES256]), Err(Fault::Pem));
        assert_eq!(pem(RSA, &[HS256]), Err(Fault::HmacWithPublicKey));
        assert_eq!(pem(RSA, &[HS256, RS256]), Err(Fault::HmacWithPublicKey));
        assert_eq!(pem(RSA_PRIVATE, &[RS256]), Err(Fault::PrivatePem));
        assert_eq!(pem(RSA_1024, &[RS256]), Err(Fault::UnfitKey));
        assert_eq!(pem(P384, &[ES256]), Err(Fault::UnfitKey));
        let certificate = RSA.replace("PUBLIC KEY", "CERTIFICATE");
        assert_eq!(pem(&certificate, &[RS256]), Err(Fault::Pem));
    }

    #[test]
    fn of_a_set_only_fitting_signing_keys_are_taken() {
        let kid = |name: &str| Some(name.to_owned());
        assert_eq!(jwks(JWKS, &[RS256]), Ok(vec![kid("rsa-1")]));
        let all = vec![kid("rsa-1"), kid("ec-1"), kid("ed-1")];
        assert_eq!(jwks(JWKS, &[EdDSA, ES256, PS256]), Ok(all));
        assert_eq!(jwks(JWKS, &[HS256]), Err(Fault::HmacWithPublicKey));
        assert_eq!(jwks(r#"{"keys":[]}"#, &[RS256]), Err(Fault::NoFittingJwk));
        assert_eq!(jwks("[]", &[RS256]), Err(Fault::Jwks));
        // The key says that it is for another algorithm, or for nothing of ours.
        for (from, to) in [
            ("\"ES256\"", "\"ES384\""),
            ("\"P-256\"", "\"P-384\""),
            ("\"alg\": \"ES256\"", "\"key_ops\": [\"sign\"]"),
        ] {
            let changed = JWKS.replace(from, to);
            assert_ne!(changed, JWKS);
            assert_eq!(jwks(&changed, &[ES256]), Err(Fault::NoFittingJwk), "{to}");
        }
    }
}
