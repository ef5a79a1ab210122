//! `countersign manpage`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory;

use super::{Cli, print};

const EXAMPLES: &str = "\
Examples:
  countersign manpage | man -l -                     the page of the program
  countersign manpage --out /usr/local/share/man/man1
                                                     a page a command: countersign-keys-rotate.1

Pages that are there are overwritten.";

/// `manpage`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Write a page a command into this folder, made if it is not there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the program's page, or writes them all.
pub fn run(args: &Args) -> ExitCode {
    let Some(out) = &args.out else {
        let mut page = Vec::new();
        return match clap_mangen::Man::new(Cli::command()).render(&mut page) {
            Ok(()) => print::data(String::from_utf8_lossy(&page).trim_end()),
            Err(error) => print::wrong_input(error),
        };
    };
    let written =
        std::fs::create_dir_all(out).and_then(|()| clap_mangen::generate_to(Cli::command(), out));
    match written {
        Ok(()) => {
            print::note(format_args!("wrote the pages to {}", out.display()));
            ExitCode::SUCCESS
        }
        Err(error) => print::wrong_input(format_args!("{}: {error}", out.display())),
    }
}
