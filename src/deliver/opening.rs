//! The object that a request is for, to be opened in memory or at its store.

use super::terms;
use crate::answer::refusal::Refusal;
use crate::app::App;
use crate::cache::{CacheKey, Opened, OwnTime, Wanted};
use crate::sites::Site;
use crate::store::{StoreError, StoreKey};
use crate::verify::Pass;

/// An object's names, and how long it may be kept.
pub(super) struct Opening<'a> {
    app: &'a App,
    site: &'a Site,
    key: CacheKey,
    store_key: StoreKey,
    own_time: OwnTime,
}

impl<'a> Opening<'a> {
    /// The object of a request with this query.
    pub(super) fn new(
        app: &'a App,
        site: &'a Site,
        pass: &Pass,
        query: Option<&str>,
    ) -> Result<Self, Refusal> {
        let version = pass.token().and_then(|token| token.ver.as_deref());
        let key = CacheKey {
            site: site.config.token.name().into(),
            store: site.store_number,
            path: pass.path().into(),
            version: version.map(Into::into),
            variant: site.variant(query),
        };
        let own_time = terms::cache_rule(site, pass)
            .and_then(|rule| rule.own)
            .map_or(OwnTime::Default, OwnTime::For);
        Ok(Self {
            app,
            site,
            key,
            store_key: site
                .store_key(pass.path())
                .ok_or(Refusal::Store(StoreError::NotFound))?,
            own_time,
        })
    }

    /// The object as it is now.
    pub(super) async fn open(&self, wanted: Wanted) -> Result<Opened, Refusal> {
        let (key, store_key) = (self.key.clone(), self.store_key.clone());
        let (objects, store) = (&self.app.objects, &self.site.store);
        let opened = objects.open(store, key, store_key, self.own_time, wanted);
        opened.await.map_err(Refusal::Store)
    }
}
