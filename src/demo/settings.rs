//! The demo's configuration: what `countersign serve` would read from a file.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use countersign_token::Key;
use tempfile::TempDir;

use super::{DemoFault, Options, Source};
use crate::config::model::{
    Answers, CacheSettings, Config, ConnectionLimits, CookieSettings, Cors, Delivery, FetchLimits,
    GuardSettings, Http2Limits, Issuer, IssuerKeys, KeyRing, Log, Ops, Proxies, RateLimit, Reload,
    RevocationSettings, Rule, Secret, Serving, Signing, Site, StoreSettings, UseSettings,
};
use crate::config::to_hex;
use crate::server::Listeners;

/// The site's name.
pub(super) const SITE: &str = "demo";
/// The issuer of the demo's JWT.
pub(super) const ISSUER: &str = "countersign-demo";
/// Its audience.
pub(super) const AUDIENCE: &str = "countersign-signing";
/// The longest lifetime that the demo's rule grants.
const MAX_TTL: Duration = Duration::from_secs(3_600);

/// What the demo's configuration is made of.
pub(super) struct Settings {
    store: StoreSettings,
    store_prefix: String,
    rule_paths: String,
    /// The shared secret of the demo's JWT.
    pub(super) jwt_secret: Secret,
    key_secret: Secret,
    delivery: SocketAddr,
    signing: SocketAddr,
    ops: SocketAddr,
}

impl Settings {
    pub(super) fn new(
        options: &Options,
        samples: Option<&TempDir>,
        listeners: &Listeners,
    ) -> Result<Self, DemoFault> {
        let (store, store_prefix) = match &options.source {
            Source::Samples => (
                samples.map(|samples| samples.path().to_owned()),
                String::new(),
            ),
            Source::Root(root) => (Some(root.clone()), String::new()),
            Source::S3(_, prefix) => (None, prefix.clone()),
        };
        let store = match (&options.source, store) {
            (Source::S3(s3, _), _) => StoreSettings::S3(s3.clone()),
            (_, root) => StoreSettings::Fs {
                root: root.unwrap_or_default(),
            },
        };
        let own_folder = matches!(options.source, Source::Samples);
        let addresses = listeners.addresses();
        Ok(Self {
            store,
            store_prefix,
            rule_paths: if own_folder { "/users/{sub}/**" } else { "/**" }.to_owned(),
            jwt_secret: random_hex()?,
            key_secret: random_hex()?,
            delivery: addresses.delivery,
            signing: addresses.signing.unwrap_or(addresses.delivery),
            ops: addresses.ops,
        })
    }

    pub(super) fn config(self) -> Result<Config, DemoFault> {
        let page = format!("http://{}", self.delivery);
        let port = self.delivery.port();
        let hosts = vec![
            format!("{}:{port}", Ipv4Addr::LOCALHOST),
            format!("localhost:{port}"),
        ];
        let origins = hosts
            .iter()
            .map(|host| format!("http://{host}"))
            .collect::<Vec<_>>();
        let key = Key::hs256("demo-1", self.key_secret.expose()).map_err(|_| random_fault())?;
        let names = countersign_token::Names::default();
        let token = countersign_token::Site::new(SITE.into(), names).map_err(|_| random_fault())?;
        let site = Site {
            token,
            hosts,
            public_url: page,
            store: self.store,
            fetch_limits: FetchLimits::default(),
            store_prefix: self.store_prefix,
            policy: Vec::new(),
            keys: KeyRing {
                keys: vec![key],
                private: Vec::new(),
            },
            cors: Cors {
                allowed_origins: origins.clone(),
                allow_credentials: false,
                max_age: Duration::from_secs(600),
            },
            cut_at_expiry: false,
            revoke_running: false,
            answers: Answers {
                show_reasons: true,
                reason_status: Vec::new(),
                allow_active_types: None,
                edge_verifies: false,
                cache_status: true,
                server_timing: true,
            },
            serving: Serving::default(),
            cookie: CookieSettings::default(),
        };
        Ok(Config {
            delivery: Delivery {
                listen: self.delivery,
                header_timeout: Duration::from_secs(10),
                idle_timeout: Duration::from_secs(75),
                stall_timeout: Duration::from_secs(30),
                workers: 1,
                tls: None,
                drain_delay: Duration::ZERO,
                grace: Duration::from_secs(2),
                proxies: Proxies::default(),
                country_header: None,
                guard: GuardSettings::default(),
                limits: ConnectionLimits::default(),
                http2: Http2Limits::default(),
            },
            signing: Some(signing(
                self.signing,
                origins,
                self.jwt_secret,
                self.rule_paths,
            )),
            ops: Ops {
                listen: self.ops,
                country_header: None,
            },
            cache: CacheSettings {
                max_bytes: 64 << 20,
                block_bytes: 1 << 20,
                read_ahead_blocks: 2,
                fresh_for: Duration::from_secs(10),
                stale_while_revalidate: Duration::ZERO,
                stale_if_error: Duration::ZERO,
                negative_for: Duration::ZERO,
            },
            revocations: RevocationSettings::default(),
            uses: UseSettings::default(),
            log: Log {
                access: false,
                level: "warn".to_owned(),
            },
            reload: Reload {
                watch: false,
                interval: Duration::from_secs(10),
                settle: Duration::from_millis(500),
            },
            sites: vec![site],
        })
    }
}

fn signing(
    listen: SocketAddr,
    allowed_origins: Vec<String>,
    secret: Secret,
    rule_paths: String,
) -> Signing {
    let claims = |name: &str, value: &str| {
        [(name.to_owned(), value.into())]
            .into_iter()
            .collect::<serde_json::Map<_, _>>()
    };
    Signing {
        listen,
        tls: None,
        proxies: Proxies::default(),
        allowed_origins,
        rate_limit: Some(RateLimit::default()),
        audit_file: None,
        issuers: vec![Issuer {
            issuer: ISSUER.to_owned(),
            audience: vec![AUDIENCE.to_owned()],
            algorithms: vec![jsonwebtoken::Algorithm::HS256],
            keys: IssuerKeys::Secret(secret),
            leeway: Duration::ZERO,
        }],
        api_keys: Vec::new(),
        rules: vec![Rule {
            name: "users sign their own files".to_owned(),
            when: claims("scope", "media"),
            sites: Vec::new(),
            paths: vec![rule_paths],
            methods: vec!["GET".to_owned()],
            max_ttl: MAX_TTL,
            bind_ip: None,
            overrides: vec![crate::config::model::Override::Cd],
            sub_claim: "sub".to_owned(),
            backend: false,
            permissions: Vec::new(),
        }],
    }
}

/// 32 random bytes in hexadecimal.
fn random_hex() -> Result<Secret, DemoFault> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(DemoFault::Random)?;
    Ok(Secret::new(to_hex(bytes.as_slice())))
}

/// A key of 32 random bytes is always one; if not, its bytes were no good.
fn random_fault() -> DemoFault {
    DemoFault::Random(getrandom::Error::UNEXPECTED)
}
