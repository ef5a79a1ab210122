//! The commands. Each has a file with its `Args` and its `run`.

pub mod completions;
pub mod config;
pub mod cookie;
pub mod demo;
pub mod edge;
pub mod explain;
mod facts;
pub mod health;
pub mod inspect;
pub mod keys;
mod log;
pub mod manpage;
pub mod openapi;
mod print;
pub mod serve;
pub mod sign;
pub mod validate;
pub mod vectors;
pub mod verify;
pub mod version;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::clock::Clock;

/// A check failed: a request is denied, outputs differ.
pub const EXIT_CHECK_FAILED: u8 = 1;
/// Wrong input or configuration.
pub const EXIT_WRONG_INPUT: u8 = 2;

const AFTER_HELP: &str = "\
Start here:
  countersign demo                                   see it work: a page with signed links
  countersign config init site                       write a starter configuration with a fresh key
  countersign config check --config site/countersign.toml
  countersign sign --keys site/keys.toml --site media.example --path /hello.txt --expires 15m
  countersign help sign                              every command has examples in its help

Exit codes:
  0  ok
  1  a check failed (a request is denied, outputs differ)
  2  wrong input or configuration; standard error says what to do";

/// Private files from object storage through any CDN, by signed URLs.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, after_help = AFTER_HELP, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, in the order of `--help`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve objects, the signing API and the ops listener.
    Serve(Box<serve::Args>),
    /// Try it all on this machine: no configuration, no S3.
    Demo(demo::Args),
    /// Ask a running process whether it is ready.
    Health(health::Args),
    /// Check a configuration, print it, or write a starter.
    #[command(subcommand)]
    Config(config::Command),
    /// Make keys, list, rotate and retire them.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Prepare an edge that verifies.
    #[command(subcommand)]
    Edge(edge::Command),
    /// Sign a URL offline, from a key file.
    Sign(Box<sign::Args>),
    /// Sign a cookie offline, from a key file.
    Cookie(Box<cookie::Args>),
    /// Show what a token, URL or cookie says, without any key.
    Inspect(inspect::Args),
    /// Verify a URL offline, from a key file.
    Verify(verify::Args),
    /// Explain a verdict step by step, offline.
    Explain(explain::Args),
    /// Print the OpenAPI description of the signing API.
    Openapi(openapi::Args),
    /// Run a file of test vectors against this build.
    Vectors(vectors::Args),
    /// Print a shell's completion script.
    Completions(completions::Args),
    /// Print or write the manual pages.
    Manpage(manpage::Args),
    /// Print the version.
    Version(version::Args),
}

/// Runs a command to its end.
pub fn run(cli: Cli, clock: &Clock) -> ExitCode {
    match cli.command {
        Command::Serve(args) => serve::run(*args, clock),
        Command::Demo(args) => demo::run(&args, clock),
        Command::Health(args) => health::run(&args),
        Command::Config(command) => config::run(command, clock),
        Command::Keys(command) => keys::run(command, clock),
        Command::Edge(command) => edge::run(command),
        Command::Sign(args) => sign::run(*args, clock),
        Command::Cookie(args) => cookie::run(&args, clock),
        Command::Inspect(args) => inspect::run(&args, clock),
        Command::Verify(args) => verify::run(&args, clock),
        Command::Explain(args) => explain::run(&args, clock),
        Command::Openapi(args) => openapi::run(&args),
        Command::Vectors(args) => vectors::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Manpage(args) => manpage::run(&args),
        Command::Version(args) => version::run(&args),
    }
}

/// Runs a future on a runtime of its own.
fn block_on(future: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => print::wrong_input(format_args!("no threads can be had: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples_in_its_help() {
        fn check(command: &clap::Command) {
            if !command.has_subcommands() {
                let help = command.get_after_help().map(ToString::to_string);
                let name = command.get_name();
                assert!(
                    help.is_some_and(|help| help.contains("Examples:")),
                    "{name}"
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
