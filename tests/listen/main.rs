//! What a client and an operator see of connections: HTTP/2, TLS, time-outs, the end, and sockets
//! that somebody else opened.

#[path = "../support/mod.rs"]
mod support;

mod activation;
mod certificates;
mod end;
mod http2;
mod limits;
mod slowloris;
mod start;
