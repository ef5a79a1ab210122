//! Keeps `docs/SETTINGS.md` true: it names the settings that the reader asks for, no more, no less.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::load::Inputs;
use super::model::Config;
use super::overlay::Flag;
use super::overlay::SECRETS;
use super::{documented, json_schema};

/// One of each table, so that every setting is asked for; most are missing, which does not matter.
const ONE_OF_EACH: [&str; 8] = [
    "site.0.cache.0.own",
    "site.0.policy.0.mode",
    "site.0.key.0.kid",
    "site.0.store.type",
    "signing.issuer.0.issuer",
    "signing.api_key.0.name",
    "signing.rule.0.name",
    "signing.enabled",
];

fn asked_for() -> BTreeSet<String> {
    let asked = json_schema::asked();
    let is_table = |name: &String| {
        let within = format!("{name}.");
        asked.keys().any(|other| other.starts_with(&within))
    };
    let names = asked.keys().filter(|name| !is_table(name));
    names.cloned().collect()
}

fn documented() -> BTreeSet<String> {
    let settings = documented::documented().into_iter();
    settings.map(|setting| setting.name.to_owned()).collect()
}

#[test]
fn the_document_names_every_setting_and_no_other() {
    let (asked, documented) = (asked_for(), documented());
    let missing: Vec<_> = asked.difference(&documented).collect();
    let stale: Vec<_> = documented.difference(&asked).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "missing: {missing:?}; stale: {stale:?}"
    );
    assert!(asked.len() > 70, "{}", asked.len());
}

/// A documented name as `--set` takes it: `site.key.kid` as `site.0.key.0.kid`.
fn settable(name: &str) -> String {
    let mut steps = Vec::new();
    for step in name.split('.') {
        // `[cache]` stands once, `[[site.cache]]` as often as it likes.
        let is_repeated = step == "cache" && !steps.is_empty();
        steps.push(step);
        if is_repeated || ["site", "policy", "key", "issuer", "api_key", "rule"].contains(&step) {
            steps.push("0");
        }
    }
    // `site.key` holds tables; `signing.issuer.issuer` is text.
    let mut name = steps.join(".");
    while let Some(text) = name.strip_suffix(".0") {
        name = text.to_owned();
    }
    name
}

proptest! {
    #[test]
    fn any_text_in_any_setting_is_a_value_or_a_fault_and_no_secret_is_told(
        values in prop::collection::vec((any::<prop::sample::Index>(), "\\PC{0,70}"), 0..12),
    ) {
        let names: Vec<String> = documented().into_iter().collect();
        let mut inputs = Inputs {
            file: None,
            env: Vec::new(),
            flags: ONE_OF_EACH.iter().map(|name| Flag::set(name, "")).collect(),
        };
        let mut secrets = Vec::new();
        for (index, value) in &values {
            let name = index.get(&names);
            inputs.flags.push(Flag::set(&settable(name), value));
            let last = name.rsplit('.').next().unwrap_or_default();
            // Shorter ones stand in messages by chance.
            if SECRETS.contains(&last) && value.len() > 12 {
                secrets.push(value);
            }
        }
        let told = match Config::load(&inputs) {
            Ok((config, _)) => format!("{config:?}"),
            Err(faults) => format!("{faults} {faults:?}"),
        };
        for secret in secrets {
            prop_assert!(!told.contains(secret.as_str()), "{told}");
        }
    }
}
