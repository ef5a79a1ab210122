//! What a client and an operator see of connections: HTTP/2, TLS, time-outs, the end, and sockets
//! that somebody else opened.

#[path = "../support/mod.rs"]
mod support;

mod activation;
mod bodies;
mod certificates;
mod cut;
mod descriptors;
mod end;
#[path = "../store_contract/faulty.rs"]
#[allow(dead_code, reason = "a part of it is for the store alone")]
mod faulty;
mod floods;
mod frames;
mod heads;
mod http2;
mod limits;
mod load;
mod malformed;
mod overload;
mod places;
mod slow;
mod slowloris;
mod start;
mod unsent;
