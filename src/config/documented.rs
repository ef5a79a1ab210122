//! The settings as docs/SETTINGS.md tells them: names, defaults and meanings for people and editors.
//! A test holds the page to the reader.

/// The page.
pub(super) const PAGE: &str = include_str!("../../docs/SETTINGS.md");

/// One setting of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Documented {
    /// Without indices: `site.store.root`.
    pub(super) name: &'static str,
    /// As the page writes it: a value between backticks, or words.
    pub(super) default: &'static str,
    /// A line or two, Markdown.
    pub(super) meaning: &'static str,
}

impl Documented {
    /// The default where it is a value: `10s`.
    pub(super) fn default_value(&self) -> Option<&'static str> {
        let value = self.default.strip_prefix('`')?.strip_suffix('`')?;
        (!value.contains('`')).then_some(value)
    }

    /// Whether the page says that the value is one to hide.
    pub(super) fn is_secret(&self) -> bool {
        let last = self.name.rsplit('.').next().unwrap_or_default();
        super::overlay::SECRETS.contains(&last) || self.meaning.ends_with("Secret.")
    }
}

/// Every setting, in the order of the page.
pub(super) fn documented() -> Vec<Documented> {
    PAGE.lines().filter_map(row).collect()
}

/// Tables that may stand several times, by their headings: `site`, `site.policy`.
pub(super) fn repeated_tables() -> Vec<&'static str> {
    let name = |line: &'static str| {
        let (_, behind) = line.split_once("`[[")?;
        line.starts_with('#').then_some(behind.split_once("]]`")?.0)
    };
    PAGE.lines().filter_map(name).collect()
}

/// `| `name` | default | meaning |`, where a `|` inside a cell is written `\|`.
fn row(line: &'static str) -> Option<Documented> {
    let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
    let is_name = name.contains('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
    let (default, meaning) = rest.split_once(" | ")?;
    is_name.then_some(Documented {
        name,
        default,
        meaning: meaning.trim_end().trim_end_matches('|').trim_end(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_read_row_by_row() {
        let all = documented();
        let of = |name| *all.iter().find(|setting| setting.name == name).unwrap();
        let timeout = of("delivery.header_timeout");
        assert_eq!(timeout.default_value(), Some("10s"));
        assert!(
            timeout.meaning.starts_with("A request's head"),
            "{timeout:?}"
        );
        assert_eq!(of("site.keys").default_value(), None);
        assert!(
            of("site.key.secret").is_secret() && of("site.store.secret_access_key").is_secret()
        );
        assert!(!of("site.key.secret_file").is_secret());
        assert_eq!(
            all.iter()
                .filter(|setting| setting.meaning.is_empty())
                .count(),
            0
        );
        for table in ["site", "site.policy", "site.key", "signing.rule"] {
            assert!(repeated_tables().contains(&table), "{table}");
        }
    }
}
