//! `countersign keys …`.

pub(super) mod file;
mod list;
mod moment;
pub(super) mod new;
mod plan;
mod retire;
mod ring_file;
mod rotate;

use std::process::ExitCode;

use clap::Subcommand;

use crate::clock::Clock;

/// `keys`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a random key.
    New(new::Args),
    /// Show a key file: what each key does now, and what is to be changed.
    List(list::Args),
    /// Do the next step of a rotation, without a refused request.
    Rotate(rotate::Args),
    /// Take a key out of use.
    Retire(retire::Args),
}

/// Runs the subcommand.
pub fn run(command: Command, clock: &Clock) -> ExitCode {
    match command {
        Command::New(args) => new::run(&args, clock),
        Command::List(args) => list::run(&args, clock),
        Command::Rotate(args) => rotate::run(&args, clock),
        Command::Retire(args) => retire::run(&args, clock),
    }
}
