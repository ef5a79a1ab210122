//! `countersign openapi`.

use std::process::ExitCode;

use super::print;
use crate::sign::openapi_json;

const EXAMPLES: &str = "\
Examples:
  countersign openapi > openapi.json                 for a generator of clients
  curl -s http://127.0.0.1:8081/openapi.json         the same, from a running signing API

A running signing API shows it as a page too: http://127.0.0.1:8081/docs";

/// `openapi`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

/// Prints the document.
pub fn run(_: &Args) -> ExitCode {
    print::data(openapi_json())
}
