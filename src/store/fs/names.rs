//! The first files below the root, for a person's eyes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use cap_std::fs::{Dir, ReadDir};

use crate::store::MAX_NAMES;

/// How many folder entries are looked at, so that a tree of empty folders ends too.
const MAX_ENTRIES: usize = 20 * MAX_NAMES;

/// Regular files and symlinks whose name starts with `prefix`. Folders that cannot be read are left
/// out, and symlinks are not followed.
pub(super) fn first(root: &Dir, prefix: &str) -> Vec<String> {
    let start = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut folders = vec![(start.to_owned(), PathBuf::from(start))];
    let mut names = Vec::new();
    let mut looked_at = 0;
    while let Some((shown, path)) = folders.pop() {
        for entry in entries(root, &path).into_iter().flatten().flatten() {
            looked_at += 1;
            if names.len() == MAX_NAMES || looked_at > MAX_ENTRIES {
                return names;
            }
            let name = join(&shown, &entry.file_name());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push((name, path.join(entry.file_name())));
            } else if name.starts_with(prefix) {
                names.push(name);
            }
        }
    }
    names
}

fn entries(root: &Dir, path: &Path) -> Option<ReadDir> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    root.read_dir(path).ok()
}

fn join(folder: &str, name: &OsStr) -> String {
    let name = match name.to_str() {
        Some(name) => name.to_owned(),
        None => name.as_encoded_bytes().escape_ascii().to_string(),
    };
    if folder.is_empty() {
        name
    } else {
        format!("{folder}/{name}")
    }
}
