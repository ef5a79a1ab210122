//! The object that a request is for, to be opened in memory or at its store.

use std::sync::Arc;
use std::time::Instant;

use super::terms;
use crate::answer::refusal::Refusal;
use crate::app::App;
use crate::cache::{CacheKey, Opened, OwnTime, Wanted};
use crate::sites::Site;
use crate::store::{ByteRange, StoreError};
use crate::verify::Pass;

/// An object's names, and how long it may be kept.
pub(super) struct Opening<'a> {
    app: &'a App,
    site: &'a Site,
    key: CacheKey,
    own_time: OwnTime,
}

impl<'a> Opening<'a> {
    /// The object of a request with this query.
    pub(super) fn new(app: &'a App, site: &'a Site, pass: &Pass, query: Option<&str>) -> Self {
        let version = pass.token().and_then(|token| token.ver());
        let key = CacheKey {
            site: Arc::clone(&site.name),
            store: site.store_number,
            path: Arc::clone(pass.path()),
            version: version.map(Into::into),
            variant: site.variant(query),
        };
        let own_time = own_time(site, pass.path());
        Self {
            app,
            site,
            key,
            own_time,
        }
    }

    /// The object as it is now.
    pub(super) async fn open(&self, wanted: Wanted) -> Result<Opened, Refusal> {
        let (objects, now) = (&self.app.objects, Instant::now());
        match objects.at_once(&self.key, self.own_time, wanted, now) {
            Some(opened) => Ok(opened),
            None => self.open_anyhow(wanted).await,
        }
    }

    /// This range of it, with the way to others of the same version.
    pub(super) async fn open_parts(&self, range: Option<ByteRange>) -> Result<Opened, Refusal> {
        self.open_anyhow(Wanted::Bytes(range)).await
    }

    async fn open_anyhow(&self, wanted: Wanted) -> Result<Opened, Refusal> {
        let absent = Refusal::Store(StoreError::NotFound);
        let store_key = self.site.store_key(&self.key.path).ok_or(absent)?;
        let (key, store) = (self.key.clone(), &self.site.store);
        let opened = self
            .app
            .objects
            .open(store, key, store_key, self.own_time, wanted);
        // It is large, and most requests do without.
        Box::pin(opened).await.map_err(Refusal::Store)
    }
}

/// How long the object of this path may be kept.
pub(super) fn own_time(site: &Site, path: &str) -> OwnTime {
    let rule = terms::cache_rule(site, path).and_then(|rule| rule.own);
    rule.map_or(OwnTime::Default, OwnTime::For)
}
