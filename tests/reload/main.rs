//! The configuration read again while requests run.

#[path = "../support/mod.rs"]
mod support;

mod broken;
mod noticed;
mod start;
mod taken;
