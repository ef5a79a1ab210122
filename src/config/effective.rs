//! Every setting with its value and where it comes from, for `countersign config print`.

use std::collections::BTreeSet;

use super::documented::{Documented, documented, repeated_tables};
use super::load::{Inputs, layers};
use super::place::{Faults, Place};
use super::reader::Report;
use super::tree::{Table, Value, to_json};

/// What stands in place of a secret.
pub const REDACTED: &str = "(secret)";

/// One setting as it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// As `--set` takes it: `site.0.store.root`.
    pub name: String,
    /// The value; [`REDACTED`] for a secret; of a default what the page says.
    pub value: serde_json::Value,
    /// Where it was written; `None`: it is the default.
    pub place: Option<Place>,
}

/// The settings in the order of docs/SETTINGS.md, each table that stands several times in its order.
/// Names that are no settings come last, without their values.
///
/// # Errors
/// Faults of the layers themselves: no such file, no TOML. Values are not judged.
pub fn effective(inputs: &Inputs) -> Result<Vec<Effective>, Faults> {
    let report = Report::default();
    let layers = layers(&report, inputs);
    let (faults, _) = report.finish();
    let Some((_, table)) = layers.filter(|_| faults.is_empty()) else {
        return Err(Faults(faults));
    };
    let repeated = repeated_tables();
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for setting in documented() {
        let steps: Vec<&str> = setting.name.split('.').collect();
        let walk = Walk {
            setting,
            steps: &steps,
            repeated: &repeated,
        };
        walk.table(&table, 0, "", "", &mut all);
    }
    known.extend(all.iter().map(|setting| setting.name.clone()));
    unknown(&table, "", &known, &mut all);
    Ok(group(all))
}

/// The way to one setting through every entry of the tables above it.
struct Walk<'w> {
    setting: Documented,
    steps: &'w [&'w str],
    repeated: &'w [&'static str],
}

impl Walk<'_> {
    /// `name` with indices, `generic` without.
    fn table(
        &self,
        table: &Table,
        depth: usize,
        name: &str,
        generic: &str,
        all: &mut Vec<Effective>,
    ) {
        let step = self.steps[depth];
        let (name, generic) = (joined(name, step), joined(generic, step));
        let node = table.get(step);
        let last = depth + 1 == self.steps.len();
        if last {
            let value = node.map_or_else(|| self.default(), |node| self.shown(&node.value));
            let place = node.map(|node| node.place.clone());
            all.push(Effective { name, value, place });
            return;
        }
        match node.map(|node| &node.value) {
            Some(Value::List(list)) if self.repeated.contains(&generic.as_str()) => {
                for (index, node) in list.iter().enumerate() {
                    if let Value::Table(table) = &node.value {
                        self.table(table, depth + 1, &format!("{name}.{index}"), &generic, all);
                    }
                }
            }
            Some(Value::Table(table)) => self.table(table, depth + 1, &name, &generic, all),
            // Of a table that is not there as often as it likes, nothing holds.
            _ if self.repeated.contains(&generic.as_str()) => {}
            _ => self.table(&Table::new(), depth + 1, &name, &generic, all),
        }
    }

    fn default(&self) -> serde_json::Value {
        let Documented { default, .. } = self.setting;
        let value = self.setting.default_value();
        value.map_or_else(|| default.replace('`', "").into(), Into::into)
    }

    fn shown(&self, value: &Value) -> serde_json::Value {
        if self.setting.is_secret() {
            return REDACTED.into();
        }
        to_json(value)
    }
}

fn joined(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    }
}

/// What was written and is no setting. A mistyped name may stand before a secret.
fn unknown(table: &Table, parent: &str, known: &BTreeSet<String>, all: &mut Vec<Effective>) {
    for (name, node) in table {
        let name = joined(parent, name);
        if known.contains(&name) {
            continue;
        }
        let within = format!("{name}.");
        match &node.value {
            Value::Table(table) if known.iter().any(|known| known.starts_with(&within)) => {
                unknown(table, &name, known, all);
            }
            Value::List(list) if known.iter().any(|known| known.starts_with(&within)) => {
                for (index, node) in list.iter().enumerate() {
                    if let Value::Table(table) = &node.value {
                        unknown(table, &format!("{name}.{index}"), known, all);
                    }
                }
            }
            _ => all.push(Effective {
                name,
                value: "(no setting; its value is not shown)".into(),
                place: Some(node.name_place.clone()),
            }),
        }
    }
}

/// The page's order goes setting by setting; a reader wants all of one site together.
fn group(all: Vec<Effective>) -> Vec<Effective> {
    let indices = |name: &str| -> Vec<usize> {
        name.split('.')
            .filter_map(|step| step.parse().ok())
            .collect()
    };
    let first_step = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let mut order: Vec<String> = Vec::new();
    for setting in &all {
        let top = first_step(&setting.name);
        if !order.contains(&top) {
            order.push(top);
        }
    }
    let rank = |name: &str| {
        let top = first_step(name);
        let place = order.iter().position(|other| *other == top);
        (place, indices(name).first().copied())
    };
    let mut all = all;
    // Stable: within one site the page's order stays.
    all.sort_by_key(|setting| rank(&setting.name));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Flag;

    fn of(flags: &[(&str, &str)]) -> Vec<Effective> {
        let inputs = Inputs {
            file: None,
            env: vec![(
                "COUNTERSIGN__CACHE__MAX_BYTES".to_owned(),
                "1GiB".to_owned(),
            )],
            flags: flags
                .iter()
                .map(|(name, value)| Flag::set(name, value))
                .collect(),
        };
        effective(&inputs).unwrap()
    }

    #[test]
    fn each_setting_has_its_value_and_source_and_secrets_are_hidden() {
        let all = of(&[
            ("site.0.name", "a"),
            ("site.0.key.0.secret", "hunter2"),
            ("site.1.name", "b"),
            ("site.1.kezs", "hunter2"),
        ]);
        let one = |name: &str| all.iter().find(|setting| setting.name == name).unwrap();
        let max = one("cache.max_bytes");
        let place = Place::Env("COUNTERSIGN__CACHE__MAX_BYTES".to_owned());
        assert_eq!(
            (max.value.as_str(), max.place.as_ref()),
            (Some("1GiB"), Some(&place))
        );
        let grace = one("delivery.grace");
        assert_eq!((grace.value.as_str(), &grace.place), (Some("30s"), &None));
        assert_eq!(one("site.0.key.0.secret").value, REDACTED);
        assert_eq!(one("site.1.name").value, "b");
        assert!(!format!("{all:?}").contains("hunter2"));
        assert!(
            all.iter()
                .all(|setting| !setting.name.starts_with("signing.rule"))
        );
        let place = |name: &str| all.iter().position(|setting| setting.name == name);
        assert!(place("site.0.answers.server_timing") < place("site.1.name"));
    }
}
