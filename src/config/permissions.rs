//! Warns of files with secrets that other users of the machine can read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::place::{Finding, Place};

/// One warning for each of these files that its group or everybody can read.
pub(super) fn warnings(paths: &BTreeSet<PathBuf>) -> Vec<Finding> {
    paths.iter().filter_map(|path| warning(path)).collect()
}

#[cfg(unix)]
fn warning(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o044 != 0).then(|| Finding {
        place: Place::file(path),
        setting: String::new(),
        message: format!(
            "holds a secret and can be read by other users (mode {mode:04o}); run: chmod 600 '{}'",
            path.display()
        ),
    })
}

#[cfg(not(unix))]
fn warning(_path: &Path) -> Option<Finding> {
    None
}
