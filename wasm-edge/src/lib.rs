//! Verification at an edge: one request in, one decision out, both as plain bytes.
//!
//! [`decide`] is the whole of what the WebAssembly module does for a request, in safe Rust, so that
//! the same bytes can be given to a native build and both answers compared. Verdicts are the token
//! crate's; here a request is read, a decision written down, and nothing decided. The layout of the
//! bytes is `ABI.md`; section numbers are those of `docs/TOKEN.md`.
#![no_std]

mod abi;
mod config;
mod decision;
mod fault;
mod json;
mod output;
mod reader;
mod request;
#[cfg(feature = "explain")]
mod steps;
mod told;

pub use self::config::Config;
pub use self::decision::decide;
pub use self::fault::{ConfigFault, Fault, What};
pub use self::request::{MAX_LINES, MAX_TEXT_BYTES, NONE, TEXT_AT};

/// The layout's version, which a host asks for first.
pub const ABI_VERSION: u32 = 1;
