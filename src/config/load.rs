//! The layers in their order: the file, the environment, the flags.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::fixed::Fixed;
use super::model::{Config, Secret};
use super::overlay::Flag;
use super::place::{Faults, Finding, Place, Warning};
use super::reader::{Report, Section};
use super::sources::Sources;
use super::tree::Table;
use super::{overlay, schema, tree};

/// The file that is read where none is named.
pub const DEFAULT_FILE: &str = "countersign.toml";

/// Where a configuration comes from.
#[derive(Clone, Default)]
pub struct Inputs {
    /// The file; `None`: [`DEFAULT_FILE`] if there is one.
    pub file: Option<PathBuf>,
    /// Environment variables; those without `COUNTERSIGN__` are passed over.
    pub env: Vec<(String, String)>,
    /// Flags, of which a later one lies over an earlier one.
    pub flags: Vec<Flag>,
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// Every fault at once, in the order of their places.
    pub fn load(inputs: &Inputs) -> Result<(Self, Vec<Warning>), Faults> {
        Loaded::read(inputs).outcome
    }
}

/// A configuration and what it was read from.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration and its warnings, or every fault.
    pub outcome: Result<(Config, Vec<Warning>), Faults>,
    /// The files that were read, up to the first that could not be.
    pub sources: Sources,
    /// The settings that need a restart.
    pub fixed: Fixed,
}

impl Loaded {
    /// Reads and checks everything, as [`Config::load`].
    pub fn read(inputs: &Inputs) -> Self {
        Self::reported(inputs, Report::default())
    }

    /// [`Self::read`] while the process runs: waits for no pipe.
    pub fn read_again(inputs: &Inputs) -> Self {
        Self::reported(inputs, Report::of_regular_files())
    }

    fn reported(inputs: &Inputs, report: Report) -> Self {
        let config = read(&report, inputs);
        let (sources, fixed) = report.take_sources();
        let (faults, warnings) = report.finish();
        let outcome = match config {
            Some(config) if faults.is_empty() => Ok((config, warnings)),
            _ => Err(Faults(faults)),
        };
        Self {
            outcome,
            sources,
            fixed,
        }
    }
}

pub(super) fn read(report: &Report, inputs: &Inputs) -> Option<Config> {
    let (place, table) = layers(report, inputs)?;
    report.keep_fixed(Fixed::of(&table));
    Section::top(report, place, &table, true, schema::config)
}

/// The secret of each key of each site in their order; `None` of one that has none.
pub type KeySecrets = Vec<Option<Secret>>;

/// [`Config::load`], and for each key of each site in their order its secret, where it has one. Only
/// for who must hand the secrets on.
///
/// # Errors
/// As [`Config::load`].
pub fn load_with_secrets(inputs: &Inputs) -> Result<(Config, Vec<Warning>, KeySecrets), Faults> {
    let report = Report::keeping_secrets();
    let config = read(&report, inputs);
    let secrets = report.take_secrets();
    let (faults, warnings) = report.finish();
    match config {
        Some(config) if faults.is_empty() => Ok((config, warnings, secrets)),
        _ => Err(Faults(faults)),
    }
}

/// The layers laid over each other, and the place of the lowest.
pub(super) fn layers(report: &Report, inputs: &Inputs) -> Option<(Place, Table)> {
    let (place, mut table) = match file(report, inputs) {
        Ok(read) => read,
        Err(faults) => {
            report.faults(faults);
            return None;
        }
    };
    report.faults(overlay::lay_environment(&mut table, &inputs.env));
    report.faults(overlay::lay_flags(&mut table, &inputs.flags));
    Some((place, table))
}

/// The file's values; an empty table where no file is named and the default one is not there.
fn file(report: &Report, inputs: &Inputs) -> Result<(Place, Table), Vec<Finding>> {
    let path = inputs.file.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
    let has_other_layers =
        !inputs.flags.is_empty() || inputs.env.iter().any(|(name, _)| overlay::is_ours(name));
    let text = match report.read(path) {
        Ok(text) => text,
        Err(error)
            if error.kind() == ErrorKind::NotFound && inputs.file.is_none() && has_other_layers =>
        {
            return Ok((Place::Nowhere, Table::new()));
        }
        Err(error) => {
            let message = match error.kind() {
                ErrorKind::NotFound => "there is no such file; name one with --config FILE, or \
                                        make one with: countersign config init"
                    .to_owned(),
                ErrorKind::InvalidData => "is not UTF-8 text".to_owned(),
                _ => format!("cannot be read: {error}"),
            };
            return Err(vec![Finding {
                place: Place::file(path),
                setting: String::new(),
                message,
            }]);
        }
    };
    Ok((Place::file(path), tree::parse_toml(path, &text)?))
}
