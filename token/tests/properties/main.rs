//! Properties of the whole crate, through its public surface only.

mod generate;
mod matching;
mod reading;
mod signed_bytes;
mod signing;
