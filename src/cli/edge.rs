//! `countersign edge …`.

mod build;
mod config;
mod document;
mod limits;
mod papers;
mod revoked;

use std::process::ExitCode;

use clap::Subcommand;

/// `edge`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print what an edge needs to verify: sites, keys, policy, statuses.
    Config(config::Args),
    /// Write a folder that deploys as it is, for one of the platforms.
    Build(build::Args),
}

/// Runs the subcommand.
pub fn run(command: Command) -> ExitCode {
    match command {
        Command::Config(args) => config::run(args),
        Command::Build(args) => build::run(args),
    }
}
