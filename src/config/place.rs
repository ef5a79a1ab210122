//! Where a value was written, and what is to be said about it there.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file, and line and column (from 1, in characters) where they are known.
    File {
        /// The file as it was named.
        path: Arc<Path>,
        /// Line and column.
        at: Option<(usize, usize)>,
    },
    /// An environment variable.
    Env(String),
    /// A flag, without its value.
    Flag(String),
    /// Nowhere: a value that is missing, or a default.
    Nowhere,
}

impl Place {
    /// A file as a whole.
    pub fn file(path: &Path) -> Self {
        Self::File {
            path: path.into(),
            at: None,
        }
    }

    /// The folder that relative paths written here start from; the current folder but for files.
    pub(super) fn folder(&self) -> PathBuf {
        match self {
            Self::File { path, .. } => path.parent().unwrap_or(Path::new("")).to_path_buf(),
            Self::Env(_) | Self::Flag(_) | Self::Nowhere => PathBuf::new(),
        }
    }

    /// Whether everything written here is text, so that numbers and lists come as text too.
    pub(super) fn holds_text_only(&self) -> bool {
        matches!(self, Self::Env(_) | Self::Flag(_))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, at: None } => write!(f, "{}", path.display()),
            Self::File {
                path,
                at: Some((line, column)),
            } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Env(text) | Self::Flag(text) => f.write_str(text),
            Self::Nowhere => f.write_str("configuration"),
        }
    }
}

/// A fault or a warning: where, which setting, and what would be right. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where the value was written.
    pub place: Place,
    /// The setting's name as `--set` takes it (`site.0.store.root`); empty where none is concerned.
    pub setting: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        let is_said = match &self.place {
            Place::Flag(flag) => flag.strip_prefix("--set ") == Some(&self.setting),
            _ => false,
        };
        if !self.setting.is_empty() && !is_said {
            write!(f, "{}: ", self.setting)?;
        }
        f.write_str(&self.message)
    }
}

/// Something that works and should be changed.
pub type Warning = Finding;

/// Everything that is wrong with a configuration or a key file, in the order of its places.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct Faults(pub Vec<Finding>);

fn lines(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Finding, Place};

    #[test]
    fn a_finding_says_its_setting_once() {
        let told = |place: Place| {
            let finding = Finding {
                place,
                setting: "cache.max_bytes".to_owned(),
                message: "is text".to_owned(),
            };
            finding.to_string()
        };
        let flag = |text: &str| told(Place::Flag(text.to_owned()));
        assert_eq!(
            flag("--set cache.max_bytes"),
            "--set cache.max_bytes: is text"
        );
        assert_eq!(flag("--bytes"), "--bytes: cache.max_bytes: is text");
        assert_eq!(flag("--set cache"), "--set cache: cache.max_bytes: is text");
        assert_eq!(
            told(Place::Nowhere),
            "configuration: cache.max_bytes: is text"
        );
    }
}
