//! The signing API: who may ask, and what each of them may have signed.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use super::{Proxies, Secret, TlsFiles};

/// The signing API.
#[derive(Debug)]
pub struct Signing {
    /// `listen`, default `127.0.0.1:8081`.
    pub listen: SocketAddr,
    /// `[signing.tls]`; `None`: clear text.
    pub tls: Option<TlsFiles>,
    /// What is believed of the proxies in front.
    pub proxies: Proxies,
    /// `allowed_origins`: the API's own CORS list; default none.
    pub allowed_origins: Vec<String>,
    /// `[signing.rate_limit]`; `None`: callers ask as often as they like.
    pub rate_limit: Option<RateLimit>,
    /// `audit.file`: where grants and refusals are recorded; `None`: grants are told in the
    /// program's messages.
    pub audit_file: Option<PathBuf>,
    /// `[[signing.issuer]]`.
    pub issuers: Vec<Issuer>,
    /// `[[signing.api_key]]`.
    pub api_keys: Vec<ApiKey>,
    /// `[[signing.rule]]`, first match wins.
    pub rules: Vec<Rule>,
}

/// How much one caller may ask for. A batch counts as many as it has requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// `per_second`, default 100.
    pub per_second: NonZeroU32,
    /// `burst`, default 2,000: as much at once, after a rest.
    pub burst: NonZeroU32,
}

impl Default for RateLimit {
    fn default() -> Self {
        const fn number(number: u32) -> NonZeroU32 {
            match NonZeroU32::new(number) {
                Some(number) => number,
                None => NonZeroU32::MIN,
            }
        }
        Self {
            per_second: number(100),
            burst: number(2_000),
        }
    }
}

/// Whose JWTs are believed.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// `issuer`: the `iss` claim, exactly.
    pub issuer: String,
    /// `audience`: the `aud` claim must hold one of them.
    pub audience: Vec<String>,
    /// `algorithms`: `HS256` with a secret only; `RS256`, `PS256`, `ES256`, `EdDSA` with public keys only.
    pub algorithms: Vec<jsonwebtoken::Algorithm>,
    /// `secret` (or `secret_file`), `pem_file`, `jwks_file` or `jwks_url`.
    pub keys: IssuerKeys,
    /// `leeway`, default 0 s, for `exp` and `nbf`.
    pub leeway: Duration,
}

/// An issuer's keys, as read from the file.
#[derive(Clone, Debug)]
pub enum IssuerKeys {
    /// A shared secret of at least 32 bytes, for HS256.
    Secret(Secret),
    /// A public key in PEM.
    Pem(Vec<u8>),
    /// A JWK set (RFC 7517 §5).
    Jwks(String),
    /// `jwks_url`: where the set is; `https`, or `http` on this machine.
    JwksUrl(String),
}

/// A backend without an identity provider.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// `name`: the caller's name in the audit file, and its `sub`.
    pub name: String,
    /// `sha256` of the key, lower-case hex.
    pub sha256: [u8; 32],
    /// `claims`: what rules may look at, as if the caller had a JWT with them.
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// One of the rules that say what may be signed.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `name`, shown to a caller who asks for more than the rule gives.
    pub name: String,
    /// `when`: each claim equals the value, or is a list (or blank-separated string) that contains it.
    pub when: serde_json::Map<String, serde_json::Value>,
    /// `sites`: names; empty: all.
    pub sites: Vec<String>,
    /// `paths`: patterns in which `{claim}` stands for one path segment.
    pub paths: Vec<String>,
    /// `methods`, default `GET`.
    pub methods: Vec<String>,
    /// `max_ttl`: the longest lifetime.
    pub max_ttl: Duration,
    /// `bind_ip`: the grant gets the caller's network, of these prefix lengths.
    pub bind_ip: Option<BindIp>,
    /// `overrides`: which of `cd`, `ct`, `ver`, `bps` a request may set.
    pub overrides: Vec<Override>,
    /// `sub`: the claim that names the user; default `sub`.
    pub sub_claim: String,
    /// `backend`, default false: the caller is a backend, which may name any `sub`.
    pub backend: bool,
    /// `permissions`, default none: what else the caller may do, beside having URLs signed.
    pub permissions: Vec<Permission>,
}

/// A call of the signing API that only some callers may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// `explain`: see why a request is granted or denied.
    Explain,
    /// `revoke`: take tokens back, and see what is taken back.
    Revoke,
    /// `purge`: clear caches.
    Purge,
}

impl Permission {
    /// As the configuration writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Explain => "explain",
            Self::Revoke => "revoke",
            Self::Purge => "purge",
        }
    }
}

/// Prefix lengths for `bind_ip`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BindIp {
    /// For IPv4, default 32.
    pub v4: u8,
    /// For IPv6, default 64.
    pub v6: u8,
}

/// A field of an answer that a signing request may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Override {
    /// `download_as`.
    Cd,
    /// `content_type`.
    Ct,
    /// `version`.
    Ver,
    /// `max_bytes_per_sec`.
    Bps,
}
