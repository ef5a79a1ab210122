//! Files that are made and never overwritten.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Makes a file that everybody may read.
pub(in crate::cli) fn create(path: &Path, text: &str) -> Result<(), String> {
    write(path, text, OpenOptions::new().write(true).create_new(true))
}

/// Makes a file that only its owner may read.
pub(in crate::cli) fn create_private(path: &Path, text: &str) -> Result<(), String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    write(path, text, &options)
}

/// Adds to a file that is there.
pub(in crate::cli) fn append(path: &Path, text: &str) -> Result<(), String> {
    write(path, text, OpenOptions::new().append(true))
}

fn write(path: &Path, text: &str, options: &OpenOptions) -> Result<(), String> {
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            format!(
                "{}: is there already and is not overwritten",
                path.display()
            )
        }
        _ => format!("{}: {error}", path.display()),
    })
}
