//! Text, words, lists and patterns out of a section. Each records a fault that says what would be right, and goes on.

use std::fmt::Display;
use std::path::PathBuf;

use countersign_token::{PatternFault, Patterns};

use super::kind::Kind;
use super::model::Text;
use super::place::Place;
use super::reader::{Section, suggestion};
use super::tree::{Node, Value, to_json};

impl Section<'_> {
    /// Records that the value is of the wrong kind.
    pub(super) fn wrong_kind(&self, name: &str, node: &Node, wanted: &str) {
        let message = format!("is {}, must be {wanted}", node.value.kind());
        self.fault_at(name, &node.place, message);
    }

    /// Text of at least one character.
    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        self.holds(name, || Kind::Text);
        let node = self.find(name)?;
        match &node.value {
            Value::Text(text) if !text.is_empty() => Some(text.to_string()),
            Value::Text(_) => {
                self.fault(name, "is empty; write a value or leave the setting out");
                None
            }
            _ => {
                self.wrong_kind(name, node, "text in quotes");
                None
            }
        }
    }

    /// Text that must be there; `example` shows what it looks like.
    pub(super) fn required_text(&self, name: &'static str, example: &str) -> Option<String> {
        self.required(name, example);
        self.text(name)
    }

    /// Records a fault where the setting is absent.
    pub(super) fn required(&self, name: &'static str, example: &str) {
        self.note_required(name);
        if self.find(name).is_none() {
            self.fault(name, format_args!("is missing; write {name} = {example}"));
        }
    }

    /// Text that `parse` turns into a value; its fault says why not, and does quote the value.
    pub(super) fn parsed<T, E: Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(name)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.fault(name, format_args!("{} {why}", quoted(&text)));
                None
            }
        }
    }

    /// One word of a list, with its meaning.
    pub(super) fn word<T: Copy>(&self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let known = || words.iter().map(|(word, _)| (*word).to_owned());
        self.holds(name, || Kind::Words(known().collect()));
        self.parsed(name, |text| word(text, words))
    }

    /// A path; a relative one starts where it is written.
    pub(super) fn path(&self, name: &'static str) -> Option<PathBuf> {
        self.holds(name, || Kind::Path);
        let text = self.text(name)?;
        Some(self.place_of(name).folder().join(text))
    }

    /// A list of text with the place of each; from a variable or flag, separated by commas.
    pub(super) fn list(&self, name: &'static str) -> Option<Vec<(String, Place)>> {
        self.holds(name, || Kind::List);
        let node = self.find(name)?;
        match &node.value {
            Value::Text(text) if node.place.holds_text_only() => Some(
                text.split(',')
                    .map(str::trim)
                    .filter(|member| !member.is_empty())
                    .map(|member| (member.to_owned(), node.place.clone()))
                    .collect(),
            ),
            Value::List(list) => {
                let member = |node: &Node| match &node.value {
                    Value::Text(text) if !text.is_empty() => {
                        Some((text.to_string(), node.place.clone()))
                    }
                    other => {
                        let message = format!("has {} in it; must hold text only", other.kind());
                        self.fault_at(name, &node.place, message);
                        None
                    }
                };
                Some(list.iter().filter_map(member).collect())
            }
            _ => {
                self.wrong_kind(name, node, "a list, e.g. [\"a\", \"b\"]");
                None
            }
        }
    }

    /// A list of text of which each member passes `check`, which says why not.
    pub(super) fn checked_list<T, E: Display>(
        &self,
        name: &'static str,
        check: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let checked = |(text, place): (String, Place)| match check(&text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.fault_at(name, &place, format_args!("{} {why}", quoted(&text)));
                None
            }
        };
        Some(self.list(name)?.into_iter().filter_map(checked).collect())
    }

    /// A list of patterns (TOKEN.md §3).
    pub(super) fn patterns(&self, name: &'static str) -> Option<Patterns<Text>> {
        self.holds(name, || Kind::Patterns);
        let members = self.list(name)?;
        let texts: Vec<&str> = members.iter().map(|(text, _)| text.as_str()).collect();
        match patterns(&texts) {
            Ok(patterns) => Some(patterns),
            Err((index, why)) => {
                let place = members.get(index).map(|(_, place)| place.clone());
                let place = place.unwrap_or_else(|| self.place_of(name));
                self.fault_at(name, &place, why);
                None
            }
        }
    }

    /// A table of claims, whatever they are called.
    pub(super) fn claims(&self, name: &'static str) -> serde_json::Map<String, serde_json::Value> {
        self.holds(name, || Kind::OpenTable);
        let json = self.find(name).map(|node| to_json(&node.value));
        match json {
            Some(serde_json::Value::Object(claims)) => claims,
            Some(_) => {
                self.fault(
                    name,
                    "must be a table of claims, e.g. { scope = \"photos\" }",
                );
                serde_json::Map::new()
            }
            None => serde_json::Map::new(),
        }
    }
}

/// One word of a list; the fault names them all, or the nearest.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let known = words.iter().map(|(word, _)| *word);
    let all: Vec<&str> = known.clone().collect();
    Err(match suggestion(text, known) {
        Some(nearest) => format!("is not known here; did you mean {nearest:?}?"),
        None => format!("is not known here; write one of {}", all.join(", ")),
    })
}

/// The checked list, or which member is at fault and why.
pub fn patterns(members: &[&str]) -> Result<Patterns<Text>, (usize, String)> {
    if members.is_empty() {
        return Err((
            0,
            "is empty; write at least one pattern, e.g. \"/**\"".to_owned(),
        ));
    }
    if let Some(at) = members.iter().position(|member| member.contains('!')) {
        let why = format!("{}: write \"!\" as \"~21\"", quoted(members[at]));
        return Err((at, why));
    }
    Patterns::parse(members.join("!").into_boxed_str()).map_err(|bad| {
        let shown = members
            .get(bad.member)
            .map_or(String::new(), |text| quoted(text));
        let whole_list = bad.fault == PatternFault::OnlyExclusions;
        let shown = if whole_list {
            String::new()
        } else {
            format!("{shown}: ")
        };
        (bad.member, format!("{shown}{bad}"))
    })
}

/// A value in a message, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{:?}…", &text[..at]),
        None => format!("{text:?}"),
    }
}
