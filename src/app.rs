//! What every request shares: the sites, the cache, the time, the log, the end.

use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use http::HeaderMap;

use crate::cache::Shares;
use crate::clock::Clock;
use crate::config::model::Delivery;
use crate::listen::{Drain, Gate};
use crate::observe::Observer;
use crate::request::{Client, Lines};
use crate::sites::Sites;
use crate::state::State;
use crate::verify::Guard;

/// All that a request needs.
#[derive(Debug)]
pub struct App {
    sites: ArcSwap<Sites>,
    delivery: Delivery,
    /// Who has failed how often.
    pub guard: Guard,
    /// The cache of all sites.
    pub objects: Shares,
    /// What was revoked, and how often tokens were used.
    pub state: State,
    /// The time.
    pub clock: Clock,
    /// The log and the metrics.
    pub observer: Arc<Observer>,
    /// The process's end.
    pub drain: Drain,
    /// How many connections and requests there are.
    pub gates: Gates,
}

/// A gate for each listener.
#[derive(Debug)]
pub struct Gates {
    /// Of the delivery listener.
    pub delivery: Arc<Gate>,
    /// Of the signing API's.
    pub signing: Arc<Gate>,
    /// Of the probes'.
    pub ops: Arc<Gate>,
}

impl Gates {
    /// Each with its listener's name.
    pub fn each(&self) -> [(&'static str, &Gate); 3] {
        [
            ("delivery", &self.delivery),
            ("signing", &self.signing),
            ("ops", &self.ops),
        ]
    }
}

impl App {
    /// What is shared by the requests of `sites`, from now on.
    pub fn new(
        sites: Sites,
        delivery: Delivery,
        objects: Shares,
        state: State,
        clock: Clock,
        observer: Arc<Observer>,
    ) -> Self {
        Self {
            sites: ArcSwap::from_pointee(sites),
            guard: Guard::new(delivery.guard),
            gates: Gates {
                delivery: Gate::delivery(&delivery.limits),
                signing: Gate::of_the_house(&delivery.limits),
                ops: Gate::of_the_house(&delivery.limits),
            },
            delivery,
            objects,
            state,
            clock,
            observer,
            drain: Drain::new(),
        }
    }

    /// The sites as they are now; a request asks once, so that it sees one state of them.
    pub fn sites(&self) -> Arc<Sites> {
        self.sites.load_full()
    }

    /// The same, for as long as is needed to find a site.
    pub fn sites_now(&self) -> impl std::ops::Deref<Target = Arc<Sites>> {
        self.sites.load()
    }

    /// [`Self::client`], of lines as they were read.
    pub fn client_of(&self, peer: SocketAddr, lines: Lines<'_>) -> Client {
        let country_header = self.delivery.country_header.as_ref();
        Client::read(peer.ip(), lines, &self.delivery.proxies, country_header)
    }

    /// Who asks at the delivery listener, on a connection from `peer`.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> Client {
        let country_header = self.delivery.country_header.as_ref();
        Client::of(peer.ip(), headers, &self.delivery.proxies, country_header)
    }

    /// From now on requests see `sites`; those that have started keep theirs.
    pub fn replace_sites(&self, sites: Sites) {
        self.sites.store(Arc::new(sites));
    }
}
