//! An S3 server for tests. It makes objects of any size from nothing ([`Objects`]), or stands in
//! front of a real S3 server and passes requests on; between the two and the client it does what
//! rules say ([`Rule`], [`Fault`]). It counts what it was asked ([`Seen`]).
//!
//! It speaks as much S3 as a reader of objects needs: `GET` and `HEAD` of objects with `Range`,
//! `If-Match` and `If-None-Match`, a listing (empty, where nothing stands behind), and what it
//! passes on. Paths are `/bucket/key`; the bucket's name does not matter.

mod admin;
mod answer;
mod connection;
mod content;
mod fault;
mod front;
mod journal;
mod listening;
mod objects;
mod pattern;
mod plan;
mod request;
mod rule;
mod send;
mod state;
mod upstream;

pub use self::content::{Content, mix};
pub use self::fault::Fault;
pub use self::front::{Front, Settings};
pub use self::journal::{Counts, Seen};
pub use self::objects::Objects;
pub use self::rule::Rule;
