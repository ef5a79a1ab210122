//! A JSON Schema (draft 2020-12) of the configuration file, for editors: made from what the reader
//! asks for and what docs/SETTINGS.md says of it.

use serde_json::{Map, Value, json};

use super::documented::{Documented, documented};
use super::kind::Kind;
use super::overlay::{Flag, lay_flags};
use super::place::Place;
use super::reader::{Asked, Report, Section};
use super::schema;
use super::tree::Table;

/// The schema.
pub fn json_schema() -> Value {
    let asked = asked();
    let documented = documented();
    let mut schema = object("", &asked, &documented);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Countersign's configuration".into();
    schema
}

/// Every setting that the reader asks for, tables too.
pub(super) fn asked() -> Asked {
    let mut flags: Vec<Flag> = Vec::new();
    loop {
        let report = Report::default();
        let mut table = Table::new();
        // Each table that may stand several times stands once, with nothing that is known in it.
        lay_flags(&mut table, &flags);
        Section::top(&report, Place::Nowhere, &table, true, schema::config);
        let asked = report.asked();
        let repeated = |name: &&String| asked[*name].kind == Some(Kind::Tables);
        let tables: Vec<&String> = asked.keys().filter(repeated).collect();
        if tables.len() == flags.len() {
            return asked;
        }
        let once = |name: &&String| Flag::set(&format!("{}.0.?", with_indices(name, &tables)), "");
        flags = tables.iter().copied().map(|name| once(&name)).collect();
    }
}

/// `site.key` as `site.0.key`: an index behind each repeated table but the last.
fn with_indices(name: &str, tables: &[&String]) -> String {
    let mut full = String::new();
    let mut generic = String::new();
    for step in name.split('.') {
        if tables.iter().any(|table| **table == generic) {
            full.push_str(".0");
        }
        if !generic.is_empty() {
            generic.push('.');
            full.push('.');
        }
        generic.push_str(step);
        full.push_str(step);
    }
    full
}

fn object(parent: &str, asked: &Asked, documented: &[Documented]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, setting) in asked {
        let (before, last) = name.rsplit_once('.').unwrap_or(("", name));
        if before != parent {
            continue;
        }
        let mut value = match &setting.kind {
            Some(Kind::Table) => object(name, asked, documented),
            Some(Kind::Tables) => {
                json!({ "type": "array", "items": object(name, asked, documented) })
            }
            Some(kind) => leaf(kind),
            None => json!({}),
        };
        if let Some(told) = documented.iter().find(|told| told.name == name) {
            value["description"] = description(told).into();
        }
        if setting.required {
            required.push(last);
        }
        properties.insert(last.to_owned(), value);
    }
    let mut object = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        object["required"] = required.into();
    }
    object
}

fn description(told: &Documented) -> String {
    let meaning = told.meaning.replace("\\|", "|");
    match told.default {
        "required" | "none" => meaning,
        default => format!("{meaning} Default: {default}."),
    }
}

fn leaf(kind: &Kind) -> Value {
    // As humantime reads it: 90s, 1h 30m.
    let duration = json!({ "type": "string", "pattern": "^\\s*(0|([0-9]+\\s*[A-Za-zµ]+\\s*)+)$" });
    match kind {
        Kind::Text | Kind::Path => json!({ "type": "string", "minLength": 1 }),
        Kind::Words(words) => json!({ "enum": words }),
        Kind::List => json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }),
        Kind::Patterns => json!({
            "type": "array",
            "minItems": 1,
            "maxItems": countersign_token::MAX_LIST,
            "items": { "type": "string", "pattern": "^-?/[^!]*$" },
        }),
        Kind::OpenTable | Kind::Table => json!({ "type": "object" }),
        Kind::Tables => json!({ "type": "array" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Bytes => json!({ "anyOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "string", "pattern": "^\\s*[0-9]+\\s*(B|[kKMGT]B|[KMGT]iB)?\\s*$" },
        ] }),
        Kind::Duration => duration,
        Kind::SecsOrDuration => json!({ "anyOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "string", "pattern": "^\\s*[0-9]+\\s*$" },
            duration,
        ] }),
        Kind::Moment => json!({ "anyOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "string", "pattern": "^[0-9]" },
        ] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_says_what_kind_every_setting_is() {
        let untyped: Vec<String> = asked()
            .into_iter()
            .filter(|(_, setting)| setting.kind.is_none())
            .map(|(name, _)| name)
            .collect();
        assert_eq!(untyped, [""; 0], "note a Kind in the getter that reads it");
    }

    #[test]
    fn the_schema_has_every_documented_setting_with_its_meaning_and_no_other() {
        fn names(object: &Value, parent: &str, all: &mut Vec<String>) {
            for (name, value) in object["properties"].as_object().unwrap() {
                let name = match parent {
                    "" => name.clone(),
                    _ => format!("{parent}.{name}"),
                };
                let within = if value["items"]["properties"].is_object() {
                    &value["items"]
                } else {
                    value
                };
                if within["properties"].is_object() {
                    names(within, &name, all);
                } else {
                    assert!(value["description"].is_string(), "{name}");
                    all.push(name);
                }
            }
        }
        let mut found = Vec::new();
        names(&json_schema(), "", &mut found);
        let mut wanted: Vec<&str> = documented().iter().map(|told| told.name).collect();
        wanted.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, wanted);
    }
}
