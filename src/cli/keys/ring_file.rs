//! A key file that is changed in place: comments and layout stay, and a reader sees the old file or
//! the new one, never half of it.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use toml_edit::{ArrayOfTables, DocumentMut, Value};
use zeroize::Zeroizing;

use super::new::NewKey;
use crate::config::model::KeyRing;
use crate::config::{parse_key_file, read_text};

/// A key file's text and its form.
pub(super) struct RingFile {
    path: PathBuf,
    /// As it was read.
    before: Zeroizing<String>,
    form: Form,
    /// Keys to be added behind the rest.
    added: Zeroizing<String>,
}

enum Form {
    Toml(Box<DocumentMut>),
    Json(Json),
}

impl RingFile {
    /// Reads a key file that passes every check.
    pub(super) fn read(path: &Path) -> Result<(Self, KeyRing), String> {
        let shown = path.display();
        // A link stays a link: what it leads to is replaced.
        let path = fs::canonicalize(path).map_err(|error| format!("{shown}: {error}"))?;
        let before = read_text(&path).map_err(|error| format!("{shown}: {error}"))?;
        let (ring, _) = parse_key_file(&path, &before).map_err(|faults| faults.to_string())?;
        let form = match before.parse::<DocumentMut>() {
            Ok(toml)
                if toml
                    .get("key")
                    .is_some_and(|keys| keys.is_array_of_tables()) =>
            {
                Form::Toml(Box::new(toml))
            }
            Ok(_) => return Err(format!("{shown}: write each key as [[key]]")),
            // It was read as a key file, and is no TOML.
            Err(_) => Form::Json(serde_json::from_str(&before).map_err(|_| "is no key file")?),
        };
        let file = Self {
            path,
            before,
            form,
            added: Zeroizing::default(),
        };
        Ok((file, ring))
    }

    /// Sets a member of a key to text.
    pub(super) fn set(&mut self, kid: &str, name: &str, text: &str) {
        match &mut self.form {
            Form::Toml(toml) => {
                let table = keys(toml).and_then(|keys| keys.iter_mut().find(|key| is(key, kid)));
                let Some(table) = table else { return };
                match table.get_mut(name).and_then(|item| item.as_value_mut()) {
                    Some(value) => {
                        // The comment behind the value is part of its decor.
                        let decor = value.decor().clone();
                        *value = Value::from(text);
                        *value.decor_mut() = decor;
                    }
                    None => {
                        table.insert(name, toml_edit::value(text));
                    }
                }
            }
            Form::Json(json) => {
                let mut keys = json_keys(json).into_iter().flatten();
                if let Some(key) = keys.find(|key| key["kid"] == kid) {
                    key[name] = Json::from(text);
                }
            }
        }
    }

    /// Takes a key out.
    pub(super) fn remove(&mut self, kid: &str) {
        match &mut self.form {
            Form::Toml(toml) => {
                if let Some(keys) = keys(toml) {
                    keys.retain(|key| !is(key, kid));
                }
            }
            Form::Json(json) => {
                if let Some(keys) = json_keys(json) {
                    keys.retain(|key| key["kid"] != kid);
                }
            }
        }
    }

    /// Adds a key behind the others.
    pub(super) fn add(&mut self, key: &NewKey) {
        match &mut self.form {
            Form::Toml(_) => self.added.push_str(&format!("\n{}", *key.to_toml())),
            Form::Json(json) => json_keys(json)
                .into_iter()
                .for_each(|keys| keys.push(key.to_json())),
        }
    }

    /// The new text; and the ring that it holds, checked as a server checks it.
    fn after(&self) -> Result<(Zeroizing<String>, KeyRing), String> {
        let text = match &self.form {
            Form::Toml(toml) => {
                let mut text = Zeroizing::new(toml.to_string());
                if !text.ends_with('\n') {
                    text.push('\n');
                }
                text.push_str(&self.added);
                text
            }
            Form::Json(json) => Zeroizing::new(format!("{json:#}\n")),
        };
        let (ring, _) = parse_key_file(&self.path, &text).map_err(|faults| {
            format!("nothing was written, since this would be wrong:\n{faults}")
        })?;
        Ok((text, ring))
    }

    /// Checks the new text, and but for `dry_run` puts it in the old one's place, with its mode.
    pub(super) fn write(&self, dry_run: bool) -> Result<KeyRing, String> {
        let (text, ring) = self.after()?;
        if !dry_run {
            self.replace(&text)
                .map_err(|fault| format!("{}: {fault}", self.path.display()))?;
        }
        Ok(ring)
    }

    fn replace(&self, text: &str) -> Result<(), String> {
        let told = |error: std::io::Error| error.to_string();
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let before = fs::metadata(&self.path).map_err(told)?;
        // Made with mode 0600.
        let mut file = tempfile::Builder::new()
            .prefix(".countersign-keys-")
            .tempfile_in(folder)
            .map_err(told)?;
        file.write_all(text.as_bytes()).map_err(told)?;
        keep_owner(file.as_file(), &before)
            .map_err(|error| format!("its owner cannot be kept: {error}; run this as that user"))?;
        file.as_file()
            .set_permissions(before.permissions())
            .map_err(told)?;
        file.as_file().sync_all().map_err(told)?;
        let now = read_text(&self.path).map_err(told)?;
        if *now != *self.before {
            return Err("was changed by somebody else just now; run this again".to_owned());
        }
        file.persist(&self.path)
            .map_err(|error| told(error.error))?;
        fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(told)
    }
}

/// A file that root has changed must still be one that the server can read.
fn keep_owner(file: &fs::File, before: &Metadata) -> io::Result<()> {
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (before.uid(), before.gid()) {
        return Ok(());
    }
    fchown(file, Some(before.uid()), Some(before.gid()))
}

fn keys(toml: &mut DocumentMut) -> Option<&mut ArrayOfTables> {
    toml.get_mut("key")?.as_array_of_tables_mut()
}

fn is(key: &toml_edit::Table, kid: &str) -> bool {
    key.get("kid").and_then(|value| value.as_str()) == Some(kid)
}

/// `{"keys": […]}` or a bare list; a key file is one of them.
fn json_keys(json: &mut Json) -> Option<&mut Vec<Json>> {
    match json {
        Json::Array(keys) => Some(keys),
        other => other.get_mut("keys")?.as_array_mut(),
    }
}
