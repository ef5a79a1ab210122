//! `countersign edge …`.

mod config;
mod document;

use std::process::ExitCode;

use clap::Subcommand;

/// `edge`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print what an edge needs to verify: sites, keys, policy, statuses.
    Config(config::Args),
}

/// Runs the subcommand.
pub fn run(command: Command) -> ExitCode {
    match command {
        Command::Config(args) => config::run(args),
    }
}
