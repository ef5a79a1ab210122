//! What is revoked, as the document of an edge has it: `sites[].site.revoked`, docs/EDGE.md.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::config::model::RevocationSettings;
use crate::state::{LocalRevocations, Revocation, Subject};

/// What the lists may be in an edge's configuration (wasm-edge/ABI.md, "Configuration"), beside all
/// else that stands there.
const MAX_BYTES: usize = 96 << 10;
/// A text's length, and a time.
const LENGTH_BYTES: usize = 4;
const TIME_BYTES: usize = 8;

/// The revocations of `revocations.file` that are in force now.
///
/// # Errors
/// No file is named or there is none, as an empty list would open what is revoked; or what
/// [`LocalRevocations::look`] finds.
pub(super) fn in_force(
    settings: &RevocationSettings,
    now_unix_secs: u64,
) -> Result<Vec<Revocation>, String> {
    let file = settings.file.as_deref().ok_or(
        "--with-revocations: the setting revocations.file names no file, so there is no list to take",
    )?;
    if !file.exists() {
        return Err(format!(
            "--with-revocations: revocations.file {} is not there; run this where `countersign serve` keeps it",
            file.display()
        ));
    }
    LocalRevocations::look(settings, now_unix_secs).map_err(|fault| fault.to_string())
}

/// One site's lists. Their ends are not told: an entry goes with the next document.
///
/// # Errors
/// They are more than an edge takes.
pub(super) fn lists(all: &[Revocation], site: &str) -> Result<Value, String> {
    let own = || all.iter().filter(|entry| entry.site == site);
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut issued_before: Option<u64> = None;
    let mut of_users: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in own() {
        let (member, name) = match &entry.subject {
            Subject::Jti(name) => ("jti", name),
            Subject::Sub(name) => ("sub", name),
            Subject::Sid(name) => ("sid", name),
            Subject::Kid(name) => ("kid", name),
            Subject::IssuedBefore(time) => {
                issued_before = issued_before.max(Some(*time));
                continue;
            }
            Subject::SubIssuedBefore { sub, before } => {
                let latest = of_users.entry(sub).or_default();
                *latest = (*latest).max(*before);
                continue;
            }
        };
        lists.entry(member).or_default().push(name);
    }
    for names in lists.values_mut() {
        names.sort_unstable();
        names.dedup();
    }
    let texts = lists
        .values()
        .flatten()
        .map(|name| LENGTH_BYTES + name.len());
    let times = of_users
        .keys()
        .map(|sub| LENGTH_BYTES + sub.len() + TIME_BYTES);
    let bytes: usize = texts.chain(times).sum();
    if bytes > MAX_BYTES {
        return Err(format!(
            "the revocations of site {site} are {} entries of {bytes} bytes; an edge takes {MAX_BYTES}: use one \
             `issued_before`, `sub` or `kid` in place of many, give them ends, or leave them to the origin \
             (edge_revocation = \"origin\")",
            own().count()
        ));
    }
    let mut told: Map<String, Value> = lists
        .into_iter()
        .map(|(member, names)| (member.to_owned(), names.into()))
        .collect();
    if let Some(time) = issued_before {
        told.insert("issued_before".to_owned(), time.into());
    }
    if !of_users.is_empty() {
        told.insert("sub_issued_before".to_owned(), json!(of_users));
    }
    Ok(told.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{MAX_BYTES, lists};
    use crate::state::{Revocation, Subject};

    fn of(site: &str, subjects: Vec<Subject>) -> Vec<Revocation> {
        let entry = |subject| Revocation {
            id: 1,
            site: site.to_owned(),
            subject,
            created_at: 1,
            until: None,
            note: None,
            by: "t".to_owned(),
        };
        subjects.into_iter().map(entry).collect()
    }

    #[test]
    fn each_name_stands_once_and_the_latest_time_counts() {
        let before = |sub: &str, before| Subject::SubIssuedBefore {
            sub: sub.to_owned(),
            before,
        };
        let mut all = of(
            "m",
            vec![
                Subject::Jti("b".into()),
                Subject::Jti("a".into()),
                Subject::Jti("b".into()),
                Subject::Sub("ada l".into()),
                Subject::Sid("s".into()),
                Subject::Kid("k".into()),
                Subject::IssuedBefore(9),
                Subject::IssuedBefore(7),
                before("bob", 3),
                before("bob", 5),
                before("bob", 4),
            ],
        );
        all.extend(of("other", vec![Subject::Jti("c".into())]));
        assert_eq!(
            lists(&all, "m").unwrap(),
            json!({
                "jti": ["a", "b"], "sub": ["ada l"], "sid": ["s"], "kid": ["k"],
                "issued_before": 9, "sub_issued_before": { "bob": 5 },
            })
        );
        assert_eq!(lists(&all, "none").unwrap(), json!({}));
    }

    #[test]
    fn more_than_an_edge_takes_is_refused() {
        let names = |count: usize| {
            let names = (0..count).map(|number| Subject::Jti(format!("{number:060}")));
            of("m", names.collect())
        };
        assert!(lists(&names(MAX_BYTES / 64), "m").is_ok());
        let fault = lists(&names(MAX_BYTES / 64 + 1), "m").unwrap_err();
        assert!(fault.contains("1537 entries of 98368 bytes"), "{fault}");
    }
}
