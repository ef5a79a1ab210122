//! `countersign config print`.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::Source;
use crate::cli::{EXIT_WRONG_INPUT, print};
use crate::config::{Config, Effective, Place, effective};

const EXAMPLES: &str = "\
Examples:
  countersign config print
  countersign config print --config /etc/countersign/countersign.toml --set-only
  COUNTERSIGN__CACHE__MAX_BYTES=1GiB countersign config print --json

Each setting, its value, and where it comes from: a file with its line, a variable, a flag, or the
default. Secrets are not shown. Every setting is described in docs/SETTINGS.md.
Exit code 0: printed; 2: the configuration has faults, which standard error tells.";

/// `config print`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// Only what is set somewhere, no defaults
    #[arg(long)]
    set_only: bool,
    /// Print JSON: [{name, value, source: {kind, file?, line?, name?}}]
    #[arg(long)]
    json: bool,
}

/// Prints every setting; faults go to standard error.
pub(super) fn run(args: Args) -> ExitCode {
    let inputs = args.source.inputs();
    let mut settings = match effective(&inputs) {
        Ok(settings) => settings,
        Err(faults) => return print::wrong_input(faults),
    };
    settings.retain(|setting| !args.set_only || setting.place.is_some());
    let printed = if args.json {
        print::json(&settings.iter().map(as_json).collect())
    } else {
        print::data(table(&settings))
    };
    match Config::load(&inputs) {
        Ok(_) => printed,
        Err(faults) => {
            print::note(faults);
            ExitCode::from(EXIT_WRONG_INPUT)
        }
    }
}

fn as_json(setting: &Effective) -> Value {
    let source = match &setting.place {
        None | Some(Place::Nowhere) => json!({ "kind": "default" }),
        Some(Place::Env(name)) => json!({ "kind": "environment", "name": name }),
        Some(Place::Flag(name)) => json!({ "kind": "flag", "name": name }),
        Some(Place::File { path, at }) => json!({
            "kind": "file",
            "file": path.display().to_string(),
            "line": at.map(|(line, _)| line),
        }),
    };
    json!({ "name": setting.name, "value": setting.value, "source": source })
}

fn source(setting: &Effective) -> String {
    match &setting.place {
        None | Some(Place::Nowhere) => "default".to_owned(),
        Some(Place::File {
            path,
            at: Some((line, _)),
        }) => format!("{}:{line}", path.display()),
        Some(place) => place.to_string(),
    }
}

/// Names and values in columns. A value is told in one line, as TOML writes it but for defaults.
fn table(settings: &[Effective]) -> String {
    let shown: Vec<[String; 3]> = settings
        .iter()
        .map(|setting| {
            let value = match &setting.value {
                Value::String(text) => text.replace(['\n', '\r'], " "),
                other => other.to_string(),
            };
            [setting.name.clone(), value, source(setting)]
        })
        .collect();
    let width = |column: usize| {
        let widths = shown.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0).min(48)
    };
    let (name_width, value_width) = (width(0), width(1));
    let line = |[name, value, source]: &[String; 3]| {
        format!("{name:<name_width$}  {value:<value_width$}  # {source}")
    };
    shown.iter().map(line).collect::<Vec<_>>().join("\n")
}
