//! What each fuzz target asserts, as plain functions of any bytes.
//!
//! The targets in `fuzz_targets/` call them under libFuzzer; `token/tests/corpus.rs` calls them with
//! what is kept in `corpus/`, in every test run. Where a rule can be written down in a few plain
//! lines, it is written here a second time, straight from TOKEN.md, and held against the crate.

mod bench;
mod client;
mod cookies;
mod edge;
mod path;
mod pattern;
mod plain;
mod round_trip;
mod token_text;

pub use self::client::client;
pub use self::cookies::cookies;
pub use self::edge::edge;
pub use self::path::path;
pub use self::pattern::pattern;
pub use self::round_trip::round_trip;
pub use self::token_text::token_text;

/// A target's name, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 7] = [
    ("token_text", token_text),
    ("path", path),
    ("pattern", pattern),
    ("cookies", cookies),
    ("round_trip", round_trip),
    ("client", client),
    ("edge", edge),
];
