//! What the front says it does, seen by a client that knows sockets only.

mod admin;
mod client;
mod connections;
mod faults;
mod objects;
mod passed_on;
