//! Values with their places, as they come from TOML, JSON, the environment and flags.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use zeroize::Zeroizing;

use super::place::{Finding, Place};

/// A table, by name.
pub(super) type Table = BTreeMap<String, Node>;

/// A value and where it was written. Not `Debug`: it may be a secret.
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) place: Place,
    /// Where the name stands that the value belongs to.
    pub(super) name_place: Place,
}

/// What can be written.
pub(super) enum Value {
    /// Wiped from memory when the configuration has been read.
    Text(Zeroizing<String>),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// A TOML date and time, as written.
    Datetime(String),
    List(Vec<Node>),
    Table(Table),
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(Zeroizing::new(text.into()))
    }

    /// What it is, for a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Datetime(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    pub(super) fn new(value: Value, place: Place) -> Self {
        Self {
            value,
            name_place: place.clone(),
            place,
        }
    }
}

/// Reads TOML; all of its syntax faults. The faults never quote the file, which may hold secrets.
pub(super) fn parse_toml(path: &Path, text: &str) -> Result<Table, Vec<Finding>> {
    let source = Source {
        path: path.into(),
        text,
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(source.table(table.into_inner()));
    }
    let fault = |error: &toml::de::Error| Finding {
        place: source.place(error.span().unwrap_or(0..0)),
        setting: String::new(),
        message: format!("this is not TOML: {}", error.message().replace('\n', "; ")),
    };
    Err(errors.iter().map(fault).collect())
}

/// A file's text, to turn offsets into places.
struct Source<'t> {
    path: Arc<Path>,
    text: &'t str,
}

impl Source<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[line_start..].chars().count() + 1;
        Place::File {
            path: Arc::clone(&self.path),
            at: Some((line, column)),
        }
    }

    fn table(&self, table: DeTable<'_>) -> Table {
        let entry = |(name, value): (Spanned<DeString<'_>>, Spanned<DeValue<'_>>)| {
            let name_place = self.place(name.span());
            let node = Node {
                name_place,
                ..self.node(value)
            };
            (name.into_inner().into_owned(), node)
        };
        table.into_iter().map(entry).collect()
    }

    fn node(&self, value: Spanned<DeValue<'_>>) -> Node {
        let place = self.place(value.span());
        let value = match value.into_inner() {
            DeValue::String(text) => Value::text(text),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Value::Float(f64::INFINITY), Value::Integer),
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(yes) => Value::Boolean(yes),
            DeValue::Datetime(moment) => Value::Datetime(moment.to_string()),
            DeValue::Array(list) => {
                Value::List(list.into_iter().map(|value| self.node(value)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node::new(value, place)
    }
}

/// Takes JSON over; `null` is as good as absent. JSON has no places but the file's.
pub(super) fn from_json(json: serde_json::Value, place: &Place) -> Option<Node> {
    let value = match json {
        serde_json::Value::Null => return None,
        serde_json::Value::Bool(yes) => Value::Boolean(yes),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::INFINITY)),
        },
        serde_json::Value::String(text) => Value::text(text),
        serde_json::Value::Array(list) => Value::List(
            list.into_iter()
                .filter_map(|member| from_json(member, place))
                .collect(),
        ),
        serde_json::Value::Object(members) => Value::Table(
            members
                .into_iter()
                .filter_map(|(name, member)| Some((name, from_json(member, place)?)))
                .collect(),
        ),
    };
    Some(Node::new(value, place.clone()))
}

/// The way back, for claims that a rule or an API key names.
pub(super) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => serde_json::Value::from(text.as_str()),
        Value::Datetime(text) => serde_json::Value::from(text.as_str()),
        Value::Integer(number) => serde_json::Value::from(*number),
        Value::Float(number) => serde_json::Value::from(*number),
        Value::Boolean(yes) => serde_json::Value::from(*yes),
        Value::List(list) => list.iter().map(|node| to_json(&node.value)).collect(),
        Value::Table(table) => table
            .iter()
            .map(|(name, node)| (name.clone(), to_json(&node.value)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_syntax_fault_is_told_with_its_place_and_without_the_text() {
        let text = "a = 1\nsecret = \"hunter2\nb = [\n";
        let faults = parse_toml(Path::new("x.toml"), text)
            .err()
            .unwrap_or_default();
        let places: Vec<String> = faults.iter().map(|fault| fault.place.to_string()).collect();
        assert_eq!(places, ["x.toml:3:6", "x.toml:2:18"]);
        assert!(!format!("{faults:?}").contains("hunter2"));
    }

    #[test]
    fn columns_are_counted_in_characters() {
        let table = parse_toml(Path::new("x"), "[t]\n\"ä\" = 1\n").unwrap_or_default();
        let Value::Table(inner) = &table["t"].value else {
            panic!("no table");
        };
        assert_eq!(inner["ä"].place.to_string(), "x:2:7");
        assert_eq!(inner["ä"].name_place.to_string(), "x:2:1");
    }
}
