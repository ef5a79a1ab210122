//! `countersign edge …`.

mod config;
mod document;

use std::process::ExitCode;

use clap::Subcommand;

/// `edge`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what an edge needs to verify: sites, keys, policy, statuses.
    Config(config::Args),
}

/// Runs the subcommand.
pub fn run(args: Args) -> ExitCode {
    match args.command {
        Command::Config(args) => config::run(args),
    }
}
