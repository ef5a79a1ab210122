//! The parts of a running server that another configuration replaces.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use axum::Router;

use super::ServerFault;
use super::certificates::Certificates;
use crate::app::App;
use crate::config::model::{self, Config};
use crate::observe::{Observer, Watched};
use crate::sign::{self, Kept, Shared};
use crate::sites::{Site, Sites};
use crate::store::{self, Gate, GateEvent, GateWatch, Probed, StoreFault};

/// How long a signal waits for log files.
const MAX_REOPEN: Duration = Duration::from_secs(1);

/// The signing API as it is now; `None` where it is off.
pub(super) type SigningSlot = Arc<ArcSwapOption<Router>>;

/// What replaces the sites and the signing API of a running [`super::Server`].
#[derive(Clone, Debug)]
pub struct Live {
    pub(super) app: Arc<App>,
    pub(super) signing: SigningSlot,
    pub(super) signing_kept: Kept,
    /// Those of the start, which the listener knows.
    pub(super) signing_proxies: model::Proxies,
    pub(super) certificates: Certificates,
}

impl Live {
    /// Takes the sites, their keys and stores, and who may have what signed from `config`; all
    /// other settings are not looked at. Requests that have started keep what they started with.
    /// Stores whose settings are the same stay open.
    ///
    /// # Errors
    /// Every [`ServerFault`]; then nothing is replaced.
    pub async fn replace(&self, mut config: Config) -> Result<(), Vec<ServerFault>> {
        let before = self.app.sites();
        if let Some(signing) = &mut config.signing {
            signing.proxies = self.signing_proxies.clone();
        }
        let sites = open_sites(config.sites, Some(&before), &self.app.observer).await?;
        for site in &sites {
            if !before.iter().any(|old| is_same_store(old, &site.config)) {
                probe(site).await.map_err(|fault| vec![fault])?;
            }
        }
        let signing = config.signing.as_ref();
        let router =
            signing.map(|signing| signing_api(signing, &sites, &self.app, &self.signing_kept));
        let router = router.transpose().map_err(|fault| vec![fault])?;
        let objects = &self.app.objects;
        objects.divide(sites.iter().map(|site| &site.config));
        tell_fetch_limits(&sites, Some(&before), &self.app.observer);
        self.app.replace_sites(Sites::new(sites));
        self.signing.store(router.map(Arc::new));
        Ok(())
    }

    /// Reads certificates again. Each listener for itself: a wrong pair keeps the one before.
    pub fn reread_certificates(&self) {
        self.certificates.reread();
    }

    /// Lets go of log files that were renamed. A disk that hangs holds nothing up for long.
    pub async fn reopen_logs(&self) {
        let audit = self.app.observer.audit.clone();
        let reopened = tokio::task::spawn_blocking(move || audit.reopen());
        let _ = tokio::time::timeout(MAX_REOPEN, reopened).await;
    }

    /// Where it is told how that went.
    pub fn observer(&self) -> &Observer {
        &self.app.observer
    }
}

/// Opens every site's store, or takes the one that a site of this name has open.
pub(super) async fn open_sites(
    configured: Vec<model::Site>,
    before: Option<&Sites>,
    observer: &Arc<Observer>,
) -> Result<Vec<Arc<Site>>, Vec<ServerFault>> {
    let mut sites = Vec::with_capacity(configured.len());
    let mut faults = Vec::new();
    for site in configured {
        let name = site.token.name();
        let same = before.and_then(|sites| sites.iter().find(|old| is_same_store(old, &site)));
        if let Some(old) = same {
            sites.push(Arc::new(old.with_config(site)));
            continue;
        }
        match store::open(&site.store).await {
            Ok(store) => {
                // Within the gate, so that every attempt is a call of its own.
                let store = Arc::new(Watched::new(name, store, Arc::clone(observer)));
                let watch = Arc::new(observer.metrics.gate(name));
                let store = Gate::new(store, &site.store, &site.fetch_limits, watch);
                let store = Arc::new(store);
                sites.push(Arc::new(Site::new(site, store)));
            }
            Err(fault) => faults.push(ServerFault::Store {
                site: name.to_owned(),
                fault,
            }),
        }
    }
    if faults.is_empty() {
        Ok(sites)
    } else {
        Err(faults)
    }
}

/// Tells of the limits of stores that were opened, once they are in force: until then those of the
/// stores before them are.
pub(super) fn tell_fetch_limits(sites: &[Arc<Site>], before: Option<&Sites>, observer: &Observer) {
    let is_kept = |site: &Site| {
        before.is_some_and(|sites| sites.iter().any(|old| is_same_store(old, &site.config)))
    };
    for site in sites.iter().filter(|site| !is_kept(site)) {
        let limit = GateEvent::Limit(site.config.fetch_limits.max_fetches);
        let gate = observer.metrics.gate(site.config.token.name());
        gate.happened(limit);
    }
}

/// Whether an open site has the very objects that `site` asks for, under the same paths.
fn is_same_store(old: &Site, site: &model::Site) -> bool {
    old.config.token.name() == site.token.name()
        && old.config.store == site.store
        && old.config.fetch_limits == site.fetch_limits
        && old.config.store_prefix == site.store_prefix
        && old.config.serving.cut_prefix == site.serving.cut_prefix
        && old.config.serving.index == site.serving.index
}

pub(super) fn signing_api(
    signing: &model::Signing,
    sites: &[Arc<Site>],
    app: &App,
    kept: &Kept,
) -> Result<Router, ServerFault> {
    let shared = Shared {
        revocations: Arc::clone(&app.state.revocations),
        caches: Arc::new(app.objects.clone()),
    };
    sign::Signing::keeping(signing, sites.to_vec(), app.clock.clone(), kept)
        .map(|signing| signing.with_audit(app.observer.audit.clone()))
        .map(|signing| sign::router(signing.with_shared(shared)))
        .map_err(ServerFault::Signing)
}

/// Asks a site's store whether it can be read. One that cannot be reached may come back, and only
/// gets a warning.
///
/// # Errors
/// [`ServerFault::Store`] for what is set up wrong.
pub async fn probe(site: &Site) -> Result<(), ServerFault> {
    let name = site.config.token.name();
    match site.store.probe().await {
        Ok(Probed::Readable) => Ok(()),
        Ok(Probed::ListingDenied) => {
            tracing::info!(
                site = name,
                "the store denies listing, so a missing object may look denied: see denied_is_not_found"
            );
            Ok(())
        }
        Err(fault @ (StoreFault::Unreachable { .. } | StoreFault::TimedOut { .. })) => {
            tracing::warn!(site = name, "{fault}");
            Ok(())
        }
        Err(fault) => Err(ServerFault::Store {
            site: name.to_owned(),
            fault,
        }),
    }
}
