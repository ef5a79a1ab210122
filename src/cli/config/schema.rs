//! `countersign config schema`.

use std::process::ExitCode;

use crate::cli::print;
use crate::config::json_schema;

const EXAMPLES: &str = "\
Examples:
  countersign config schema > countersign.schema.json

Then write over your countersign.toml:
  #:schema ./countersign.schema.json

and editors with Taplo or Even Better TOML complete names, show what they mean and mark what is
wrong. It says less than `countersign config check`, which also looks at files, keys and stores, and
does not know what you set by the environment.";

/// `config schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args;

/// Prints the schema.
pub(super) fn run(_: &Args) -> ExitCode {
    print::json(&json_schema())
}
