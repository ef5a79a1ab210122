//! Countersign: serves private files from object storage through any CDN, by signed URLs and cookies.
//!
//! The modules stand in the order of a request's way.

pub mod answer;
pub mod app;
pub mod cache;
pub mod cli;
pub mod clock;
pub mod config;
pub mod cookie;
pub mod deliver;
pub mod demo;
pub mod keyed;
pub mod link;
pub mod listen;
pub mod observe;
pub mod ops;
pub mod reload;
pub mod request;
pub mod seldom;
pub mod server;
pub mod sign;
pub mod sites;
pub mod state;
pub mod store;
pub mod told;
pub mod vectors;
pub mod verify;
