//! The signing API as its callers see it, over HTTP and with real keys.

mod api;
mod attacks;
mod audit;
mod audit_file;
mod batch;
mod claims;
mod cookies;
mod described;
mod docs;
mod explain;
mod http;
mod jwks_url;
mod jwt;
mod keys;
mod openapi;
mod rate;
mod requests;
mod rules;
mod urls;
