//! Which settings hold from start to end, whatever is read again meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::tree::{Table, Value, to_json};

/// What takes effect when the configuration is read again; every other setting needs a restart.
const LIVE: [&str; 6] = [
    "site",
    "signing.allowed_origins",
    "signing.api_key",
    "signing.issuer",
    "signing.rate_limit",
    "signing.rule",
];

/// The settings that need a restart, as they were written: digests, as one might be a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixed(BTreeMap<String, [u8; 32]>);

impl Fixed {
    pub(super) fn of(table: &Table) -> Self {
        let mut fixed = Self::default();
        fixed.collect("", table);
        fixed
    }

    fn collect(&mut self, within: &str, table: &Table) {
        for (name, node) in table {
            let name = match within {
                "" => name.clone(),
                _ => format!("{within}.{name}"),
            };
            if LIVE.contains(&name.as_str()) {
                continue;
            }
            match &node.value {
                Value::Table(table) => self.collect(&name, table),
                value => {
                    let text = zeroize::Zeroizing::new(to_json(value).to_string());
                    self.0.insert(name, Sha256::digest(text.as_bytes()).into());
                }
            }
        }
    }

    /// The names of the settings that are written differently.
    pub fn differing(&self, other: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let differs = |name: &&&String| self.0.get(**name) != other.0.get(**name);
        names
            .iter()
            .filter(differs)
            .map(|name| (*name).clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::tree::parse_toml;
    use super::Fixed;

    fn fixed(text: &str) -> Fixed {
        let table = parse_toml(Path::new("x"), text).unwrap_or_default();
        Fixed::of(&table)
    }

    #[test]
    fn what_needs_a_restart_is_named_and_what_does_not_is_left_out() {
        let before = fixed(
            "[delivery]\nlisten = \"a\"\ngrace = \"1s\"\n[signing]\nlisten = \"b\"\n\
             [[signing.rule]]\nname = \"r\"\n[[site]]\nname = \"s\"\n",
        );
        let after = fixed(
            "[delivery]\nlisten = \"a\"\n[signing]\nlisten = \"c\"\nallowed_origins = [\"*\"]\n\
             [[signing.rule]]\nname = \"q\"\n[[site]]\nname = \"t\"\n[cache]\nmax_bytes = 1\n",
        );
        assert_eq!(
            before.differing(&after),
            ["cache.max_bytes", "delivery.grace", "signing.listen"]
        );
        assert!(before.differing(&before).is_empty());
    }
}
