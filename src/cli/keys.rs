//! `countersign keys …`.

pub(super) mod file;
pub(super) mod new;

use std::process::ExitCode;

use clap::Subcommand;

use crate::clock::Clock;

/// `keys`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a random key.
    New(new::Args),
}

/// Runs the subcommand.
pub fn run(args: Args, clock: &Clock) -> ExitCode {
    match args.command {
        Command::New(args) => new::run(&args, clock),
    }
}
