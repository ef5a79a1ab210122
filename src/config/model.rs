//! The checked configuration: what the rest of the program is built from.

mod limits;
mod serving;
mod signing;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use countersign_token::{Key, Patterns, PolicyRule, PrivateKey, Reason};
use http::HeaderName;
use zeroize::Zeroizing;

pub use self::limits::{ConnectionLimits, FetchLimits, Http2Limits};
pub use self::serving::{CacheRule, DeniedNavigation, Destination, EdgeRevocation, Serving};
pub use self::signing::{
    ApiKey, BindIp, Issuer, IssuerKeys, Override, Permission, RateLimit, Rule, Signing,
};

use super::networks::Networks;
use crate::cookie::Attributes;

/// Text owned by the configuration, as the token crate's generic parameter.
pub type Text = Box<str>;

/// Everything that `countersign serve` needs.
#[derive(Debug)]
pub struct Config {
    /// `[delivery]`.
    pub delivery: Delivery,
    /// `[signing]`; `None` without it, and with `enabled = false`.
    pub signing: Option<Signing>,
    /// `[ops]`.
    pub ops: Ops,
    /// `[cache]`.
    pub cache: CacheSettings,
    /// `[revocations]`.
    pub revocations: RevocationSettings,
    /// `[uses]`.
    pub uses: UseSettings,
    /// `[log]`.
    pub log: Log,
    /// `[reload]`.
    pub reload: Reload,
    /// `[[site]]`, at least one.
    pub sites: Vec<Site>,
}

/// The listener that serves objects.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// `listen`, default `0.0.0.0:8080`.
    pub listen: SocketAddr,
    /// `header_timeout`, default 10 s: a request's head must have arrived by then.
    pub header_timeout: Duration,
    /// `idle_timeout`, default 75 s: how long a connection is kept after its last request.
    pub idle_timeout: Duration,
    /// `stall_timeout`, default 30 s: an answer of which no byte could be sent for so long is cut.
    pub stall_timeout: Duration,
    /// `workers`, default the number of cores: threads that serve objects.
    pub workers: usize,
    /// `[delivery.tls]`; `None`: clear text.
    pub tls: Option<TlsFiles>,
    /// `drain_delay`, default 0 s: how long listeners go on accepting after SIGTERM while `/readyz` is 503.
    pub drain_delay: Duration,
    /// `grace`, default 30 s: how long requests in flight may take after the listeners closed.
    pub grace: Duration,
    /// What is believed of the proxies in front.
    pub proxies: Proxies,
    /// `country_header`: in which trusted proxies tell the client's country; default none.
    pub country_header: Option<HeaderName>,
    /// `[delivery.guard]`.
    pub guard: GuardSettings,
    /// `[delivery.limits]`.
    pub limits: ConnectionLimits,
    /// `[delivery.http2]`.
    pub http2: Http2Limits,
}

/// When failures of one client's network are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardSettings {
    /// `max_failures`, default 100 a window: further ones are refused with 429; 0: no guard.
    pub max_failures: u32,
    /// `window`, default 1 min, whole seconds: from a network's first failure on.
    pub window: Duration,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            max_failures: 100,
            window: Duration::from_secs(60),
        }
    }
}

/// `[delivery.tls]`, `[signing.tls]`: what a listener proves itself with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// `cert_file`: PEM, the server's own certificate first.
    pub cert_file: PathBuf,
    /// `key_file`: PEM, the private key.
    pub key_file: PathBuf,
}

/// The proxies in front of a listener, and how they tell whom they speak for.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// `trusted_proxies`: their networks; default none.
    pub trusted: Networks,
    /// `client_ip_header`: the one header that they tell it in; default none.
    pub client_header: Option<ClientHeader>,
    /// `proxy_protocol`, default false: each connection starts with a PROXY header.
    pub proxy_protocol: bool,
}

/// The header in which proxies tell the client's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientHeader {
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// Any other: addresses, separated by commas, as in `X-Forwarded-For`.
    Addresses(HeaderName),
}

impl ClientHeader {
    /// A header by its name decides how its text is read.
    pub fn of(name: HeaderName) -> Self {
        if name == http::header::FORWARDED {
            Self::Forwarded
        } else {
            Self::Addresses(name)
        }
    }

    /// Its name.
    pub fn name(&self) -> HeaderName {
        match self {
            Self::Forwarded => http::header::FORWARDED,
            Self::Addresses(name) => name.clone(),
        }
    }
}

/// The listener of `/livez`, `/readyz`, `/metrics` and `/verify`.
#[derive(Clone, Debug)]
pub struct Ops {
    /// `listen`, default `127.0.0.1:9090`.
    pub listen: SocketAddr,
    /// `country_header`: in which the proxy that asks `/verify` tells the client's country; default none.
    pub country_header: Option<HeaderName>,
}

/// The in-memory cache, shared by all sites.
#[derive(Clone, Debug)]
pub struct CacheSettings {
    /// `max_bytes`, default 256 MiB: held at most, what arrives from stores included.
    pub max_bytes: u64,
    /// `block_bytes`, default 1 MiB: the piece in which objects are fetched and kept.
    pub block_bytes: u64,
    /// `read_ahead_blocks`, default 2: brought before a reader comes to them.
    pub read_ahead_blocks: u32,
    /// `fresh_for`, default 10 s: how long an object is served without asking the store again.
    pub fresh_for: Duration,
    /// `stale_while_revalidate`, default none: so long again while the store is asked (RFC 5861
    /// §3), but no longer than `fresh_for`.
    pub stale_while_revalidate: Duration,
    /// `stale_if_error`, default 10 min: so long again while the store cannot be asked (RFC 5861 §4).
    pub stale_if_error: Duration,
    /// `negative_for`, default 1 s: how long an object that the store does not have is not asked
    /// for again.
    pub negative_for: Duration,
}

/// What is revoked, and where that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationSettings {
    /// `file`: where revocations outlive the process; default nowhere.
    pub file: Option<PathBuf>,
    /// `max_entries`, default 100,000: in force at once.
    pub max_entries: usize,
}

impl Default for RevocationSettings {
    fn default() -> Self {
        Self {
            file: None,
            max_entries: 100_000,
        }
    }
}

/// How uses of tokens are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseSettings {
    /// `window`, default 5 min, whole seconds: a client's request that comes so soon after its last one is of the same use.
    pub window: Duration,
    /// `max_tokens`, default 100,000: whose uses are counted at once.
    pub max_tokens: usize,
}

impl Default for UseSettings {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(300),
            max_tokens: 100_000,
        }
    }
}

/// What is written to standard output.
#[derive(Clone, Debug)]
pub struct Log {
    /// `access`, default true: one JSON line a request.
    pub access: bool,
    /// `level`, default `info`: of the program's own messages on standard error.
    pub level: String,
}

/// When the configuration is read again.
#[derive(Clone, Debug)]
pub struct Reload {
    /// `watch`, default true: when a file changes; else on SIGHUP only.
    pub watch: bool,
    /// `interval`, default 10 s: how often the files' contents are looked at, told or not.
    pub interval: Duration,
    /// `settle`, default 500 ms: how long files must not be written to before they are believed.
    pub settle: Duration,
}

/// One site: names, a store, a key ring, policy, and how it answers.
#[derive(Debug)]
pub struct Site {
    /// Name and carriers, as the token crate checks them.
    pub token: countersign_token::Site<Text>,
    /// `hosts`: lower-case `host` or `host:port`; empty: any Host (only where there is one site).
    pub hosts: Vec<String>,
    /// `public_url`: scheme and authority, without a trailing `/`.
    pub public_url: String,
    /// `[site.store]`.
    pub store: StoreSettings,
    /// `store.max_fetches` and `store.max_wait`.
    pub fetch_limits: FetchLimits,
    /// `store.prefix`, put before the path without its first `/`; default none.
    pub store_prefix: String,
    /// `[[site.policy]]`, first match wins.
    pub policy: Vec<PolicyRule<Text>>,
    /// `keys` file or `[[site.key]]`.
    pub keys: KeyRing,
    /// `cut_at_expiry`, default false: a body that is still being sent when its token expires is cut off.
    pub cut_at_expiry: bool,
    /// `revoke_running`, default false: so is one whose token is revoked.
    pub revoke_running: bool,
    /// `[site.cors]`.
    pub cors: Cors,
    /// `[site.answers]`.
    pub answers: Answers,
    /// `[[site.cache]]`, `[site.denied_navigation]`, and the path's way to an object.
    pub serving: Serving,
    /// `[site.cookie]`.
    pub cookie: CookieSettings,
}

/// A checked ring and what signs with it.
#[derive(Debug)]
pub struct KeyRing {
    /// Passed `check_ring`.
    pub keys: Vec<Key<Text>>,
    /// Private halves of EdDSA keys, by `kid`.
    pub private: Vec<(String, PrivateKey)>,
}

/// Where a site's objects are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreSettings {
    /// `type = "fs"`.
    Fs {
        /// `root`: a folder; nothing outside it is ever served.
        root: PathBuf,
    },
    /// `type = "s3"`.
    S3(S3Settings),
}

/// An S3 bucket and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Settings {
    /// `bucket`.
    pub bucket: String,
    /// `endpoint`, for stores other than AWS: `http://127.0.0.1:9000`.
    pub endpoint: Option<String>,
    /// `region`; default the credential chain's.
    pub region: Option<String>,
    /// `path_style`, default false: `endpoint/bucket/key` instead of `bucket.endpoint/key`.
    pub path_style: bool,
    /// `access_key_id` with `secret_access_key`; default the AWS credential chain.
    pub credentials: Option<S3Credentials>,
    /// `connect_timeout`, default 3 s.
    pub connect_timeout: Duration,
    /// `read_timeout`, default 10 s: for the first byte, and between bytes.
    pub read_timeout: Duration,
    /// `denied_is_not_found`, default false: S3 answers 403 for a missing key where listing is not allowed.
    pub denied_is_not_found: bool,
}

/// Static S3 credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Credentials {
    /// `access_key_id`.
    pub access_key_id: String,
    /// `secret_access_key` or `secret_access_key_file`.
    pub secret_access_key: Secret,
}

/// `[site.cors]`: who may read answers from a script.
#[derive(Clone, Debug, Default)]
pub struct Cors {
    /// `allowed_origins`: exact origins, or the one word `*`; empty: no CORS.
    pub allowed_origins: Vec<String>,
    /// `allow_credentials`, default false; never together with `*`.
    pub allow_credentials: bool,
    /// `max_age`, default 10 min: how long a browser keeps a preflight's answer.
    pub max_age: Duration,
}

/// `[site.cookie]`: the cookie that the signing API makes. No clash among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieSettings {
    /// `prefix`, before `names.cookie`: empty (the default), `__Secure-` or `__Host-`.
    pub prefix: &'static str,
    /// The rest, with the defaults of [`Attributes`].
    pub attributes: Attributes,
}

/// `[site.answers]`: how the site answers.
#[derive(Clone, Debug)]
pub struct Answers {
    /// `show_reasons`, default true: `Countersign-Reason` and the problem's detail on denials.
    pub show_reasons: bool,
    /// `reason_status`: other statuses (401, 403, 404, 410) by reason.
    pub reason_status: Vec<(Reason, u16)>,
    /// `allow_active_types`: patterns whose objects a browser may run (HTML, SVG…); default none.
    pub allow_active_types: Option<Patterns<Text>>,
    /// `edge_verifies`, default false: the cache in front verifies tokens, so answers may be `public`.
    pub edge_verifies: bool,
    /// `cache_status`, default false: send `Cache-Status` (RFC 9211).
    pub cache_status: bool,
    /// `server_timing`, default false: send `Server-Timing`.
    pub server_timing: bool,
}

/// A secret: zeroised on drop, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself; never to be logged.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
