//! The origin before a store that fails, lies, stalls and throttles: what reaches a client is whole
//! and of one version, or it is refused, or the connection is cut. Never anything else.

#[path = "../support/mod.rs"]
mod support;

mod attempts;
mod byteranges;
mod cgroup;
mod changing;
mod checker;
mod client;
mod coalescing;
mod first_byte;
mod full_queue;
mod healing;
mod leaving;
mod memory;
mod memory_limit;
mod odd_stores;
mod outages;
mod passed_on;
mod plot;
mod queueing;
mod rig;
