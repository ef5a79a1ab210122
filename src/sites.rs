//! The sites of a process, found by host.

mod object_name;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::config::model;
use crate::keyed;
use crate::store::Store;

/// A site and its opened store.
#[derive(Debug)]
pub struct Site {
    /// Its name.
    pub name: Arc<str>,
    /// As configured.
    pub config: model::Site,
    /// Where its objects are.
    pub store: Arc<dyn Store>,
    /// Which opening of a store this is, among all of the process: cached objects belong to it.
    pub store_number: u64,
}

static OPENED: AtomicU64 = AtomicU64::new(0);

impl Site {
    /// A site over a store that was opened for it.
    pub fn new(config: model::Site, store: Arc<dyn Store>) -> Self {
        Self {
            name: config.token.name().into(),
            config,
            store,
            store_number: OPENED.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// The same store, and the same objects in the cache, with other settings around them.
    pub fn with_config(&self, config: model::Site) -> Self {
        Self {
            name: config.token.name().into(),
            config,
            store: Arc::clone(&self.store),
            store_number: self.store_number,
        }
    }
}

/// All sites.
#[derive(Debug)]
pub struct Sites {
    all: Vec<Arc<Site>>,
    by_host: keyed::Map<String, usize>,
}

impl Sites {
    /// The configuration has seen to it that no host is there twice.
    pub fn new(all: Vec<Arc<Site>>) -> Self {
        let of_site = |(place, site): (usize, &Arc<Site>)| {
            let hosts = site.config.hosts.clone();
            hosts.into_iter().map(move |host| (host, place))
        };
        Self {
            by_host: all.iter().enumerate().flat_map(of_site).collect(),
            all,
        }
    }

    /// The site of a request whose host is written as the configuration has it: by that alone.
    pub fn named(&self, host: &str) -> Option<&Arc<Site>> {
        self.all.get(*self.by_host.get(host)?)
    }

    /// The site of a request whose host is written as nearly all are: letters in lower case, figures,
    /// dots, hyphens, perhaps a port. `None` says nothing of any other.
    pub fn usual(&self, host: &str) -> Option<&Arc<Site>> {
        self.named(host).or_else(|| {
            let (name, port) = host.rsplit_once(':').unwrap_or((host, "0"));
            let is_usual = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
            let is_name = !name.is_empty() && name.bytes().all(is_usual);
            let is_port =
                port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
            self.find(host).filter(|_| is_name && is_port)
        })
    }

    /// The site of a lower-case `host` or `host:port`: by both, by the host alone, or the one site
    /// that takes any.
    pub fn find(&self, host: &str) -> Option<&Arc<Site>> {
        let without_port = host.rsplit_once(':').map_or(host, |(name, port)| {
            // The last colon of `[::1]` is no port's.
            if port.bytes().all(|byte| byte.is_ascii_digit()) {
                name
            } else {
                host
            }
        });
        let named = self
            .by_host
            .get(host)
            .or_else(|| self.by_host.get(without_port));
        match (named, self.all.as_slice()) {
            (Some(&place), sites) => sites.get(place),
            (None, [only]) if only.config.hosts.is_empty() => Some(only),
            _ => None,
        }
    }

    /// Every site.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Site>> {
        self.all.iter()
    }
}
