//! What a user sees of the origin, over real connections.

#[path = "../support/mod.rs"]
mod support;

mod byteranges;
mod cache;
mod cache_rules;
mod client;
mod conditionals;
mod conditions;
mod cookies;
mod cors;
mod denials;
mod guard;
mod hosts;
mod methods;
mod names;
mod navigation;
mod plain;
mod plain_http_2;
mod policy;
mod proxy_protocol;
mod range_bytes;
mod ranges;
mod representation;
mod revocations;
mod s3;
mod sites;
mod throttled;
mod uses;
