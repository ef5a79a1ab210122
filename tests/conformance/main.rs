//! HTTP as others may send it: tables of what a client writes, byte by byte, and of the answers that
//! the RFCs allow, held against the real listeners.

mod http1;
mod http2;
#[path = "../support/mod.rs"]
mod support;
