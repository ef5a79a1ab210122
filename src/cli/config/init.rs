//! `countersign config init`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::starter;
use crate::cli::keys::{file, new};
use crate::cli::print;
use crate::clock::Clock;

const EXAMPLES: &str = "\
Examples:
  countersign config init                write into this folder
  countersign config init site           write site/countersign.toml, site/keys.toml, site/files/

Nothing is ever overwritten.";

/// `config init`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The folder, made if it is not there
    #[arg(default_value = ".", value_name = "FOLDER")]
    folder: PathBuf,
}

/// Writes the starter and says what to do next.
pub(super) fn run(args: &Args, clock: &Clock) -> ExitCode {
    match write(&args.folder, clock) {
        Ok(()) => {
            let next = |name: &str| args.folder.join(name).display().to_string();
            print::data(format_args!(
                "{}",
                starter::next_steps(&next("countersign.toml"), &next("keys.toml"))
            ))
        }
        Err(fault) => print::wrong_input(fault),
    }
}

fn write(folder: &Path, clock: &Clock) -> Result<(), String> {
    let (config, keys) = (folder.join("countersign.toml"), folder.join("keys.toml"));
    for path in [&config, &keys] {
        if path.exists() {
            let shown = path.display();
            return Err(format!(
                "{shown}: is there already and is not overwritten; name another folder"
            ));
        }
    }
    let key = new::make(new::Alg::Hs256, None, clock)?;
    let files = folder.join("files");
    fs::create_dir_all(&files).map_err(|error| format!("{}: {error}", files.display()))?;
    file::create_private(&keys, &format!("{}{}", starter::KEYS_HEAD, *key.to_toml()))?;
    file::create(&config, starter::CONFIG)?;
    let hello = files.join("hello.txt");
    if !hello.exists() {
        file::create(&hello, "Hello from behind a signature.\n")?;
    }
    Ok(())
}
