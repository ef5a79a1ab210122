//! Secrets and other files that settings name.

use std::path::Path;

use zeroize::Zeroizing;

use super::kind::Kind;
use super::model::Secret;
use super::place::Place;
use super::reader::Section;

impl Section<'_> {
    /// A secret: the setting itself, or the file that `NAME_file` names. Never quoted in faults.
    pub(super) fn secret(&self, name: &'static str, name_file: &'static str) -> Option<Secret> {
        self.holds(name, || Kind::Text);
        self.holds(name_file, || Kind::Path);
        let (inline, file) = (self.find(name), self.find(name_file));
        if inline.is_some() && file.is_some() {
            let message = format!("stands beside {name_file}; write one of them");
            self.fault(name, message);
            return None;
        }
        if file.is_some() {
            return self.secret_file(name_file);
        }
        let node = inline?;
        if let Place::File { path, .. } = &node.place {
            self.report().secret_read_from(path);
        }
        self.text(name).map(Secret::new)
    }

    fn secret_file(&self, name: &'static str) -> Option<Secret> {
        let path = self.path(name)?;
        let text = self.file_text(name, &path)?;
        self.report().secret_read_from(&path);
        let secret = text.trim();
        if secret.is_empty() {
            self.fault(name, format_args!("{}: the file is empty", path.display()));
            return None;
        }
        Some(Secret::new(secret.to_owned()))
    }

    /// The text of a file that a setting names.
    pub(super) fn file_text(&self, name: &str, path: &Path) -> Option<Zeroizing<String>> {
        match self.report().read(path) {
            Ok(text) => Some(text),
            Err(error) => {
                self.fault(name, format_args!("{}: {error}", path.display()));
                None
            }
        }
    }
}
