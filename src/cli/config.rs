//! `countersign config …`.

mod built;
mod check;
mod init;
mod print;
mod schema;
mod starter;

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::clock::Clock;
use crate::config::{Flag, Inputs, process_environment};

/// `config`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read everything, build everything, start nothing; tell every fault at once.
    Check(check::Args),
    /// Write a commented starter configuration with a fresh key.
    Init(init::Args),
    /// Print every setting with its value and where it comes from.
    Print(print::Args),
    /// Print a JSON Schema of the configuration file, for editors.
    Schema(schema::Args),
}

/// The flags of every command that reads a configuration.
#[derive(Default, clap::Args)]
pub struct Source {
    /// The configuration file [default: countersign.toml, if it is there]
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where objects are served (the setting delivery.listen)
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// The program's own messages: error, warn, info, debug, trace (the setting log.level)
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Set any setting, over file and environment: cache.max_bytes=1GiB, site.0.store.root=/srv
    #[arg(long = "set", value_name = "SETTING=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

/// Without the values, which may be secrets.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<&String> = self.set.iter().map(|(name, _)| name).collect();
        let mut shown = f.debug_struct("Source");
        shown
            .field("config", &self.config)
            .field("set", &set)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// The file, the environment and the flags; a flag of its own lies over `--set`.
    pub fn inputs(self) -> Inputs {
        let set = self.set.iter().map(|(name, value)| Flag::set(name, value));
        let named = [
            ("--listen", "delivery.listen", self.listen),
            ("--log-level", "log.level", self.log_level),
        ];
        let named = named.into_iter().filter_map(|(flag, setting, value)| {
            Some(Flag {
                flag: flag.to_owned(),
                setting: setting.to_owned(),
                value: value?,
            })
        });
        Inputs {
            flags: set.chain(named).collect(),
            file: self.config,
            env: process_environment(),
        }
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write SETTING=VALUE, e.g. cache.max_bytes=1GiB")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs the subcommand.
pub fn run(command: Command, clock: &Clock) -> ExitCode {
    match command {
        Command::Check(args) => check::run(args, clock),
        Command::Init(args) => init::run(&args, clock),
        Command::Print(args) => print::run(args),
        Command::Schema(args) => schema::run(&args),
    }
}
