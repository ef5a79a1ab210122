//! An issuer's keys from its JWKS URL (RFC 7517 §5, OpenID Connect Discovery 1.0 §3 `jwks_uri`):
//! fetched in the background, kept while the issuer cannot be reached, and fetched at once for a
//! `kid` that is not among them, but seldom: strangers can make up any.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use jsonwebtoken::Algorithm;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use tokio::time::Instant;

use super::keys::{IssuerKey, from_jwks};
use super::{IssuerFaultKind, KeysNow};

/// The largest set that is read.
const MAX_SET_BYTES: usize = 1 << 20;
/// How long a fetch may take in all.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// How old the keys become before they are fetched again: as long a key is believed that the
/// issuer has taken out.
const REFRESH: Duration = Duration::from_secs(300);
/// How soon a fetch that failed is tried again.
const RETRY: Duration = Duration::from_secs(30);
/// The shortest time between two fetches for an unknown `kid`.
const UNKNOWN_KID_PAUSE: Duration = Duration::from_secs(30);

/// The keys of one URL, of the kinds that `algorithms` need.
pub(in crate::sign::caller) struct Remote {
    url: Url,
    algorithms: Vec<Algorithm>,
    client: Client,
    keys: ArcSwap<Vec<IssuerKey>>,
    /// When a `kid` was last asked for; held while a fetch runs.
    asked: tokio::sync::Mutex<Option<Instant>>,
}

/// Why a fetch brought nothing.
#[derive(Debug, thiserror::Error)]
enum FetchFault {
    #[error("{0}")]
    Http(String),
    #[error("the answer is {0}")]
    Status(StatusCode),
    #[error("the set has more than {MAX_SET_BYTES} bytes")]
    TooLarge,
    #[error("the answer is no JWK set with a public signing key of the kinds in algorithms")]
    Set,
}

impl From<reqwest::Error> for FetchFault {
    /// With its causes, without the URL, whose query may hold a secret.
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        Self::Http(text)
    }
}

impl Remote {
    /// Starts without keys; [`keep_fresh`] brings them.
    fn new(url: &str, algorithms: &[Algorithm]) -> Result<Self, IssuerFaultKind> {
        let url = Url::parse(url).map_err(|_| IssuerFaultKind::JwksUrl)?;
        let is_plain = url.scheme() == "http";
        let client = Client::builder()
            // A redirect could lead to where nothing is encrypted.
            .redirect(Policy::none())
            .timeout(FETCH_TIMEOUT)
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")));
        // Plain HTTP is for this machine, which no proxy reaches.
        let client = if is_plain { client.no_proxy() } else { client };
        Ok(Self {
            url,
            algorithms: algorithms.to_vec(),
            client: client.build().map_err(|_| IssuerFaultKind::NoTls)?,
            keys: ArcSwap::default(),
            asked: tokio::sync::Mutex::new(None),
        })
    }

    /// The keys as they are now.
    pub(super) fn keys(&self) -> Arc<Vec<IssuerKey>> {
        self.keys.load_full()
    }

    /// Fetches the keys where `seen`, which lack a `kid`, are still the newest, and no `kid` was
    /// asked for within [`UNKNOWN_KID_PAUSE`].
    pub(in crate::sign::caller) async fn ask_for_kid(&self, seen: &KeysNow) {
        let mut asked = self.asked.lock().await;
        let is_early = asked.is_some_and(|at| at.elapsed() < UNKNOWN_KID_PAUSE);
        if is_early || !Arc::ptr_eq(&seen.0, &self.keys()) {
            return;
        }
        *asked = Some(Instant::now());
        self.fetch().await;
    }

    /// Whether it brought keys; where it did not, those of before stay.
    async fn fetch(&self) -> bool {
        match self.fetched().await {
            Ok(keys) => {
                self.keys.store(Arc::new(keys));
                true
            }
            Err(fault) => {
                let kept = self.keys.load().len();
                tracing::warn!(host = self.url.host_str(), %fault, kept, "the keys at a jwks_url were not fetched");
                false
            }
        }
    }

    async fn fetched(&self) -> Result<Vec<IssuerKey>, FetchFault> {
        let mut answer = self.client.get(self.url.clone()).send().await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchFault::Status(answer.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if bytes.len() + chunk.len() > MAX_SET_BYTES {
                return Err(FetchFault::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| FetchFault::Set)?;
        from_jwks(text, &self.algorithms).map_err(|_| FetchFault::Set)
    }
}

/// Fetches for as long as somebody holds the keys.
async fn keep_fresh(remote: Weak<Remote>) {
    while let Some(remote) = remote.upgrade() {
        let asked = remote.asked.lock().await;
        let pause = if remote.fetch().await { REFRESH } else { RETRY };
        drop(asked);
        drop(remote);
        tokio::time::sleep(pause).await;
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote")
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

/// The keys at every URL in use. They outlive a change of the configuration, so that an issuer
/// that cannot be reached just then stays known. Clones share everything.
#[derive(Clone, Debug, Default)]
pub struct RemoteKeys(Arc<Mutex<Vec<Weak<Remote>>>>);

impl RemoteKeys {
    /// The keys of this URL, fetched from now on if they are new. Within a runtime only.
    pub(super) fn get(
        &self,
        url: &str,
        algorithms: &[Algorithm],
    ) -> Result<Arc<Remote>, IssuerFaultKind> {
        let new = Remote::new(url, algorithms)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|remote| remote.strong_count() > 0);
        let same =
            |remote: &Arc<Remote>| remote.url == new.url && remote.algorithms == new.algorithms;
        if let Some(remote) = known.iter().filter_map(Weak::upgrade).find(same) {
            return Ok(remote);
        }
        let new = Arc::new(new);
        known.push(Arc::downgrade(&new));
        tokio::spawn(keep_fresh(Arc::downgrade(&new)));
        Ok(new)
    }
}
