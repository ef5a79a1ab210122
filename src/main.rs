//! The `countersign` program: reads the command line and runs the command.

use std::process::ExitCode;

use clap::Parser;
use countersign::cli::{self, Cli};
use countersign::clock::Clock;

fn main() -> ExitCode {
    cli::run(Cli::parse(), &Clock::system())
}
