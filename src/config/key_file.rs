//! Key rings: a key file (TOML or JSON), or the `[[site.key]]` tables of a site.

use std::path::Path;

use countersign_token::{Key, RingFault, check_ring};

use super::key_entry::key;
use super::model::KeyRing;
use super::place::{Faults, Finding, Place, Warning};
use super::reader::{Report, Section};
use super::sources::read_text;
use super::tree::{self, Table, Value};

/// Reads a key file: TOML with `[[key]]`, or JSON with `{"keys": […]}` or a bare list.
///
/// # Errors
/// Every fault of the file at once; none of them quotes a secret.
pub fn read_key_file(path: &Path) -> Result<(KeyRing, Vec<Warning>), Faults> {
    let text = read_text(path).map_err(|error| {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "there is no such file; make one with: countersign keys new --out FILE".to_owned()
            }
            _ => error.to_string(),
        };
        Faults(vec![Finding {
            place: Place::file(path),
            setting: String::new(),
            message,
        }])
    })?;
    parse_key_file(path, &text)
}

/// Reads a key file's text; `path` is for messages and relative `secret_file`s.
///
/// # Errors
/// As [`read_key_file`].
pub fn parse_key_file(path: &Path, text: &str) -> Result<(KeyRing, Vec<Warning>), Faults> {
    let report = Report::default();
    let ring = ring_of_text(&report, path, text);
    let (faults, warnings) = report.finish();
    match ring {
        Some(ring) if faults.is_empty() => Ok((ring, warnings)),
        _ => Err(Faults(faults)),
    }
}

/// A ring out of a key file's text, its faults recorded.
pub(super) fn ring_of_text(report: &Report, path: &Path, text: &str) -> Option<KeyRing> {
    let (table, list) = match tree_of_text(path, text) {
        Ok(found) => found,
        Err(faults) => {
            report.faults(faults);
            return None;
        }
    };
    Section::top(report, Place::file(path), &table, false, |top| {
        ring(top, list)
    })
}

/// The file as a table, and the name of the list of keys in it.
fn tree_of_text(path: &Path, text: &str) -> Result<(Table, &'static str), Vec<Finding>> {
    if !is_json(path, text) {
        return Ok((tree::parse_toml(path, text)?, "key"));
    }
    let place = Place::file(path);
    let fault = |message: String| {
        vec![Finding {
            place: place.clone(),
            setting: String::new(),
            message,
        }]
    };
    let json = serde_json::from_str(text).map_err(|error| fault(format!("is no JSON: {error}")))?;
    let node = tree::from_json(json, &place);
    match node.map(|node| node.value) {
        Some(Value::Table(table)) => Ok((table, "keys")),
        Some(Value::List(list)) => {
            let keys = tree::Node::new(Value::List(list), place);
            Ok((Table::from([("keys".to_owned(), keys)]), "keys"))
        }
        _ => Err(fault(
            "must be {\"keys\": […]} or a list of keys".to_owned(),
        )),
    }
}

/// By its name, else by its first characters: `[[` and `[a` open TOML tables, `{`, `[{` and `[]` JSON.
fn is_json(path: &Path, text: &str) -> bool {
    let mut start = text.chars().filter(|char| !char.is_whitespace());
    path.extension()
        .is_some_and(|extension| extension == "json")
        || match start.next() {
            Some('{') => true,
            Some('[') => matches!(start.next(), Some('{' | ']')),
            _ => false,
        }
}

/// The keys of one table's `list`, checked together.
pub(super) fn ring(section: &Section<'_>, list: &'static str) -> Option<KeyRing> {
    let faults_before = section.report().fault_count();
    let mut places = Vec::new();
    let entries: Vec<_> = section
        .tables(list, |entry| {
            places.push(entry.place.clone());
            key(entry)
        })
        .into_iter()
        .collect();
    if section.report().fault_count() > faults_before {
        return None;
    }
    let mut ring = KeyRing {
        keys: Vec::new(),
        private: Vec::new(),
    };
    for (key, private) in entries.into_iter().flatten() {
        let kid = key.kid().to_owned();
        ring.private.extend(private.map(|private| (kid, private)));
        ring.keys.push(key);
    }
    let fault = check_ring(&ring.keys).err();
    if let Some(fault) = fault {
        let (index, message) = ring_fault(&ring, fault);
        let place = index.and_then(|index| places.get(index));
        section.fault_at(list, place.unwrap_or(&section.place), message);
        return None;
    }
    Some(ring)
}

fn ring_fault(ring: &KeyRing, fault: RingFault) -> (Option<usize>, String) {
    let kid = |index: usize| ring.keys.get(index).map_or("", Key::kid);
    match fault {
        RingFault::NoUsableKey if ring.keys.is_empty() => (
            None,
            "there is no key; make one with: countersign keys new".to_owned(),
        ),
        RingFault::NoUsableKey => (
            None,
            "every key is retired; add one with state = \"active\" (countersign keys new)"
                .to_owned(),
        ),
        RingFault::KidTwice { first, second } => (
            Some(second),
            format!(
                "keys {first} and {second} both have kid {:?}; a kid names one key",
                kid(second)
            ),
        ),
        RingFault::SecretTwice { first, second } => (
            Some(second),
            format!(
                "keys {:?} and {:?} have the same secret or public key; make each its own \
                 (countersign keys new)",
                kid(first),
                kid(second)
            ),
        ),
    }
}
