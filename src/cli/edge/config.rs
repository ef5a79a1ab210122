//! `countersign edge config`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use super::document::document;
use super::limits;
use super::revoked::{in_force, lists};
use crate::cli::config::Source;
use crate::cli::print;
use crate::clock::Clock;
use crate::config::model::{RevocationSettings, Site};
use crate::config::{Warning, load_with_secrets};

const EXAMPLES: &str = "\
Examples:
  countersign edge config                                    keys of EdDSA: public halves only
  countersign edge config --site media.example --out edge.json
  countersign edge config --with-secrets --out edge.json     keys of HS256 too, mode 0600
  countersign edge config --with-revocations --out edge.json what is revoked now, too: write and
                                                             deploy it anew as often as it must hold

The document is described in docs/EDGE.md. An HS256 secret at an edge can sign for every path: with
EdDSA keys (countersign keys rotate --alg EdDSA) an edge that leaks mints nothing.
Exit code 0: written; 2: wrong input, or a key whose secret was not asked for.";

/// `edge config`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,
    /// Write to this file, mode 0600, in place of one that is there
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Which sites of which configuration and what of them, for `edge config` and `edge build`.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    #[command(flatten)]
    source: Source,
    /// This site only; may stand several times [default: all]
    #[arg(long = "site", value_name = "NAME")]
    sites: Vec<String>,
    /// Put in the secrets of HS256 keys, where the platform has no place for them
    #[arg(long)]
    pub(super) with_secrets: bool,
    /// Put in what is revoked now, of the setting revocations.file; users' names are among it
    #[arg(long)]
    with_revocations: bool,
    /// Let the edge refuse nothing and only tell what it would have refused
    #[arg(long)]
    report_only: bool,
}

/// Prints or writes the document.
pub(super) fn run(args: Args) -> ExitCode {
    let Args { asked, out } = args;
    let document = match documents(asked, limits::within) {
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

/// The document of the sites that are asked for, if its reader takes it, or how the program ends:
/// the reason is told.
pub(super) fn documents(
    asked: Asked,
    taken: impl Fn(&Value) -> Result<(), String>,
) -> Result<Value, ExitCode> {
    let Asked {
        source,
        sites,
        with_secrets,
        with_revocations,
        report_only,
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
    let mut told = document(&config, &secrets, wanted, with_secrets).map_err(print::wrong_input)?;
    taken(&told).map_err(print::wrong_input)?;
    let entries = told["sites"].as_array_mut().into_iter().flatten();
    if report_only {
        for entry in entries {
            entry["report_only"] = true.into();
        }
    }
    if with_revocations {
        put_revocations(&mut told, &config.revocations).map_err(print::wrong_input)?;
    }
    Ok(told)
}

fn put_revocations(told: &mut Value, settings: &RevocationSettings) -> Result<(), String> {
    let all = in_force(settings, Clock::system().now_unix_secs())?;
    for entry in told["sites"].as_array_mut().into_iter().flatten() {
        let site = &mut entry["site"];
        let name = site["name"].as_str().unwrap_or_default();
        site["revoked"] = lists(&all, name)?;
    }
    Ok(())
}

/// In one step, so that whoever uploads it never reads half; made with mode 0600.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if path.is_dir() {
        return Err(std::io::Error::other("is a folder; name a file in it"));
    }
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    // The library's error names a file that nobody asked for.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| {
        let why = format!(
            "the folder {} cannot be written to ({})",
            folder.display(),
            error.kind()
        );
        std::io::Error::new(error.kind(), why)
    })?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
