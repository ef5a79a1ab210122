//! `countersign edge config`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use super::document::document;
use crate::cli::config::Source;
use crate::cli::print;
use crate::config::model::Site;
use crate::config::{Warning, load_with_secrets};

const EXAMPLES: &str = "\
Examples:
  countersign edge config                                    keys of EdDSA: public halves only
  countersign edge config --site media.example --out edge.json
  countersign edge config --with-secrets --out edge.json     keys of HS256 too, mode 0600

The document is described in docs/EDGE.md. An HS256 secret at an edge can sign for every path: with
EdDSA keys (countersign keys rotate --alg EdDSA) an edge that leaks mints nothing.
Exit code 0: written; 2: wrong input, or a key whose secret was not asked for.";

/// `edge config`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// This site only; may stand several times [default: all]
    #[arg(long = "site", value_name = "NAME")]
    sites: Vec<String>,
    /// Put in the secrets of HS256 keys
    #[arg(long)]
    with_secrets: bool,
    /// Write to this file, mode 0600, in place of one that is there
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Which sites of which configuration, for `edge config` and `edge build`.
pub(super) struct Asked {
    pub(super) source: Source,
    pub(super) sites: Vec<String>,
    pub(super) with_secrets: bool,
}

/// Prints or writes the document.
pub(super) fn run(args: Args) -> ExitCode {
    let Args {
        source,
        sites,
        with_secrets,
        out,
    } = args;
    let asked = Asked {
        source,
        sites,
        with_secrets,
    };
    let document = match documents(asked) {
        Ok(document) => document,
        Err(exit) => return exit,
    };
    match out {
        None => print::json(&document),
        Some(path) => match write(&path, &format!("{document:#}\n")) {
            Ok(()) => {
                print::note(format_args!("wrote {}", path.display()));
                ExitCode::SUCCESS
            }
            Err(error) => print::wrong_input(format_args!("{}: {error}", path.display())),
        },
    }
}

/// The document of the sites that are asked for, or how the program ends: the reason is told.
pub(super) fn documents(asked: Asked) -> Result<Value, ExitCode> {
    let Asked {
        source,
        sites,
        with_secrets,
    } = asked;
    let (config, warnings, secrets) =
        load_with_secrets(&source.inputs()).map_err(print::wrong_input)?;
    warnings
        .iter()
        .map(Warning::to_string)
        .for_each(print::warning);
    let names = || config.sites.iter().map(|site| site.token.name());
    if let Some(name) = sites.iter().find(|name| !names().any(|own| own == *name)) {
        let names: Vec<&str> = names().collect();
        let names = names.join(", ");
        return Err(print::wrong_input(format_args!(
            "--site {name}: there are {names}"
        )));
    }
    let wanted = |site: &Site| sites.is_empty() || sites.iter().any(|own| own == site.token.name());
    document(&config, &secrets, wanted, with_secrets).map_err(print::wrong_input)
}

/// In one step, so that whoever uploads it never reads half; made with mode 0600.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
