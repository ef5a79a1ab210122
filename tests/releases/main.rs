//! Releases, rotations and reloads under load: clients that check every byte ask a few hundred times
//! a second, over HTTP/1.1 and HTTP/2, and no request of theirs may fail.

#[path = "../support/mod.rs"]
mod support;

mod behind_a_proxy;
mod client;
mod haproxy;
mod load;
mod nginx;
mod objects;
mod origins;
mod takeover;
mod tally;
