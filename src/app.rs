//! What every request shares: the sites, the cache, the time, the log, the end.

use crate::cache::Objects;
use crate::clock::Clock;
use crate::listen::Drain;
use crate::observe::Observer;
use crate::sites::Sites;

/// All that a request needs.
#[derive(Debug)]
pub struct App {
    /// The sites, by host.
    pub sites: Sites,
    /// The cache, shared by all sites.
    pub objects: Objects,
    /// The time.
    pub clock: Clock,
    /// The log and the metrics.
    pub observer: std::sync::Arc<Observer>,
    /// The process's end.
    pub drain: Drain,
}
