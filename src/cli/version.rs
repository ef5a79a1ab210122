//! `countersign version`.

use std::process::ExitCode;

use serde_json::json;

use super::print;

const EXAMPLES: &str = "\
Examples:
  countersign version
  countersign version --json";

/// `version`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints the program's version and the version of the tokens that it reads and writes.
pub fn run(args: &Args) -> ExitCode {
    let version = env!("CARGO_PKG_VERSION");
    if args.json {
        return print::json(&json!({ "version": version, "token_version": 1 }));
    }
    print::data(format_args!("countersign {version} (token version 1)"))
}
