//! `[[signing.issuer]]`.

use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey};

use crate::config::getters::word;
use crate::config::kind::Kind;
use crate::config::model::{Issuer, IssuerKeys};
use crate::config::reader::Section;

const ALGORITHMS: [(&str, Algorithm); 5] = [
    ("HS256", Algorithm::HS256),
    ("RS256", Algorithm::RS256),
    ("PS256", Algorithm::PS256),
    ("ES256", Algorithm::ES256),
    ("EdDSA", Algorithm::EdDSA),
];

/// HS256's keys are as long as its digest at least (RFC 7518 §3.2).
const LEAST_SECRET_BYTES: usize = 32;

/// One issuer.
pub(super) fn issuer(section: &Section<'_>) -> Option<Issuer> {
    let issuer = section.required_text("issuer", "\"https://login.example\"");
    section.required("audience", "[\"countersign\"]");
    let audience = section.list("audience").unwrap_or_default();
    if section.find("audience").is_some() && audience.is_empty() {
        section.fault(
            "audience",
            "is empty; name who the tokens are for, e.g. [\"countersign\"]",
        );
    }
    section.required("algorithms", "[\"RS256\"]");
    let algorithms = section.checked_list("algorithms", |text| word(text, &ALGORITHMS));
    let algorithms = algorithms.unwrap_or_default();
    if section.find("algorithms").is_some() && algorithms.is_empty() {
        let message = "names none; write at least one, e.g. [\"RS256\"]";
        section.fault("algorithms", message);
    }
    let keys = keys(section, &algorithms);
    let leeway = section.duration("leeway").unwrap_or(Duration::ZERO);
    Some(Issuer {
        issuer: issuer?,
        audience: audience.into_iter().map(|(text, _)| text).collect(),
        algorithms,
        keys: keys?,
        leeway,
    })
}

/// Exactly one source of keys, of the kind that the algorithms need.
fn keys(section: &Section<'_>, algorithms: &[Algorithm]) -> Option<IssuerKeys> {
    let sources = ["secret", "secret_file", "pem_file", "jwks_file", "jwks_url"];
    for text in ["secret", "jwks_url"] {
        section.holds(text, || Kind::Text);
    }
    for file in ["secret_file", "pem_file", "jwks_file"] {
        section.holds(file, || Kind::Path);
    }
    let written: Vec<&str> = sources
        .into_iter()
        .filter(|name| section.find(name).is_some())
        .collect();
    match written[..] {
        ["secret" | "secret_file"] => {
            algorithms_fit(section, algorithms, true);
            secret(section)
        }
        ["pem_file"] => {
            algorithms_fit(section, algorithms, false);
            pem(section, algorithms)
        }
        ["jwks_file"] => {
            algorithms_fit(section, algorithms, false);
            jwks(section)
        }
        ["jwks_url"] => {
            algorithms_fit(section, algorithms, false);
            section.parsed("jwks_url", jwks_url)
        }
        [] => {
            let message =
                "has no keys; write one of secret_file, secret, pem_file, jwks_file, jwks_url";
            section.fault("", message);
            None
        }
        _ => {
            let written = written.join(", ");
            let message = format!("has several sources of keys ({written}); keep one");
            section.fault("", message);
            None
        }
    }
}

/// `https`, or `http` on this machine: whoever could change the set on its way could sign.
fn jwks_url(text: &str) -> Result<IssuerKeys, &'static str> {
    let why = "must be a URL with https (http on 127.0.0.1, [::1] or localhost only), without \
               user, password and fragment, e.g. \"https://login.example/.well-known/jwks.json\"";
    let url = reqwest::Url::parse(text).map_err(|_| why)?;
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse();
    let is_here = host == "localhost" || address.is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_here;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_good = is_safe && is_bare && !host.is_empty();
    is_good.then(|| IssuerKeys::JwksUrl(url.into())).ok_or(why)
}

/// HS256 goes with a secret and nothing else does: a public key must never serve as a secret.
fn algorithms_fit(section: &Section<'_>, algorithms: &[Algorithm], symmetric: bool) {
    for algorithm in algorithms {
        let message = match (symmetric, *algorithm == Algorithm::HS256) {
            (true, false) => format!("{algorithm:?} needs pem_file or jwks_file, not a secret"),
            (false, true) => "HS256 needs secret or secret_file, not a public key".to_owned(),
            _ => continue,
        };
        section.fault("algorithms", message);
    }
}

fn secret(section: &Section<'_>) -> Option<IssuerKeys> {
    let secret = section.secret("secret", "secret_file")?;
    let bytes = secret.expose().len();
    if bytes < LEAST_SECRET_BYTES {
        let inline = section.find("secret").is_some();
        let name = if inline { "secret" } else { "secret_file" };
        let message = format!(
            "has {bytes} bytes, must have {LEAST_SECRET_BYTES} or more; make one with: openssl rand -hex 32"
        );
        section.fault(name, message);
        return None;
    }
    Some(IssuerKeys::Secret(secret))
}

fn pem(section: &Section<'_>, algorithms: &[Algorithm]) -> Option<IssuerKeys> {
    let path = section.path("pem_file")?;
    let text = section.file_text("pem_file", &path)?;
    let shown = path.display();
    if text.contains("PRIVATE KEY") {
        let message = format!(
            "{shown}: holds a private key; a verifier needs the public one: openssl pkey -in KEY -pubout"
        );
        section.fault("pem_file", message);
        return None;
    }
    let pem = text.as_bytes();
    let rsa = DecodingKey::from_rsa_pem(pem).is_ok();
    let (ec, ed) = (
        DecodingKey::from_ec_pem(pem).is_ok(),
        DecodingKey::from_ed_pem(pem).is_ok(),
    );
    if !(rsa || ec || ed) {
        let message = format!("{shown}: holds no public key in PEM (-----BEGIN PUBLIC KEY-----)");
        section.fault("pem_file", message);
        return None;
    }
    for algorithm in algorithms {
        let fits = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => rsa,
            Algorithm::ES256 => ec,
            Algorithm::EdDSA => ed,
            _ => true,
        };
        if !fits {
            let message = format!("{algorithm:?} does not go with the kind of key in {shown}");
            section.fault("algorithms", message);
        }
    }
    Some(IssuerKeys::Pem(pem.to_vec()))
}

fn jwks(section: &Section<'_>) -> Option<IssuerKeys> {
    let path = section.path("jwks_file")?;
    let text = section.file_text("jwks_file", &path)?;
    let shown = path.display();
    let fault = |why: String| section.fault("jwks_file", format_args!("{shown}: {why}"));
    let set: JwkSet = match serde_json::from_str(&text) {
        Ok(set) => set,
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            fault(format!(
                "is no JWK set (line {line}, column {column}); it must be {{\"keys\": […]}}"
            ));
            return None;
        }
    };
    // Symmetric keys do not count: what is public must not sign.
    let usable = set.keys.iter().any(|jwk| {
        let symmetric = matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_));
        !symmetric && DecodingKey::from_jwk(jwk).is_ok()
    });
    if !usable {
        fault("holds no public key that can be used (RSA, P-256 or Ed25519)".to_owned());
        return None;
    }
    Some(IssuerKeys::Jwks(text.to_string()))
}
