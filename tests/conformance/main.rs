//! HTTP and TLS as others may speak them: tables of what a client sends, byte by byte, and of the
//! answers that the RFCs allow, held against the real listeners.

mod http1;
mod http2;
#[path = "../listen/start.rs"]
#[allow(dead_code, reason = "a part of it is for other tests")]
mod start;
#[path = "../support/mod.rs"]
mod support;
mod tls;
