//! The audit file: one line for each grant and each refusal, with who asked for what. Never a token,
//! a bearer or a secret, and nothing longer than its bound. Without a file, what was granted is told
//! in the program's messages.

mod trail;

use std::net::IpAddr;

use serde::Serialize;
use serde_json::{Value, json};

pub(super) use self::trail::Trail;
use crate::state::{Extent, Subject};

/// The longest path and prefix, as in TOKEN.md §3.
const MAX_PATH_BYTES: usize = 1_024;
/// The longest user, session or id, as in TOKEN.md §1.
const MAX_SUBJECT_BYTES: usize = 128;
/// The longest name of a site.
const MAX_SITE_BYTES: usize = 64;

/// Which call it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    Sign,
    Batch,
    SetCookie,
    ClearCookie,
    Explain,
    ListKeys,
    ListRevocations,
    Revoke,
    Lift,
    Purge,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Granted,
    Refused,
    /// The caller left before the answer; a revocation or purge may have been made.
    Abandoned,
}

/// What was asked for, and given. What is unknown is left out.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct About {
    /// The rule that was the caller's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Of the token: its patterns, end, key and id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) paths: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jti: Option<String>,
    /// The revocation's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extent: Option<Value>,
    /// How many objects the cache held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) purged: Option<u64>,
}

impl About {
    pub(super) fn site(&mut self, name: &str) {
        self.site = Some(bounded(name, MAX_SITE_BYTES));
    }

    pub(super) fn path(&mut self, path: &str) {
        self.path = Some(bounded(path, MAX_PATH_BYTES));
    }

    pub(super) fn revocation(&mut self, id: &str) {
        self.revocation = Some(bounded(id, MAX_SITE_BYTES));
    }

    pub(super) fn subject(&mut self, subject: &Subject) {
        let text = |text: &str| bounded(text, MAX_SUBJECT_BYTES);
        self.revoked = Some(match subject {
            Subject::Jti(jti) => json!({ "jti": text(jti) }),
            Subject::Sub(sub) => json!({ "sub": text(sub) }),
            Subject::Sid(sid) => json!({ "sid": text(sid) }),
            Subject::Kid(kid) => json!({ "kid": text(kid) }),
            Subject::IssuedBefore(before) => json!({ "issued_before": before }),
            Subject::SubIssuedBefore { sub, before } => {
                json!({ "sub": text(sub), "issued_before": before })
            }
        });
    }

    pub(super) fn extent(&mut self, extent: &Extent) {
        self.extent = Some(match extent {
            Extent::Path(path) => json!({ "path": bounded(path, MAX_PATH_BYTES) }),
            Extent::Prefix(prefix) => json!({ "prefix": bounded(prefix, MAX_PATH_BYTES) }),
            Extent::All => json!({ "all": true }),
        });
    }
}

/// A line.
#[derive(Debug, Serialize)]
struct Line<'l> {
    time: String,
    request_id: &'l str,
    call: Action,
    outcome: Outcome,
    authority: Option<&'l str>,
    caller: Option<&'l str>,
    client: Option<IpAddr>,
    #[serde(flatten)]
    about: &'l About,
    /// The problem's `code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pointers: Vec<String>,
}

/// What somebody has written, at most so long, and not from where it looks like a token: somebody
/// may give a signed URL in the place of a path.
fn bounded(text: &str, most_bytes: usize) -> String {
    let end = token_at(text).unwrap_or(text.len()).min(most_bytes);
    let (kept, cut) = text.split_at(text.floor_char_boundary(end));
    let mut told: String = kept.chars().map(shown).collect();
    if !cut.is_empty() {
        told.push('…');
    }
    told
}

/// Where something stands that is a field of tokens (TOKEN.md §1) and hardly anything else: `~kid=` or
/// `~sig=`, escaped once, twice or as a JSON pointer, in any case.
fn token_at(text: &str) -> Option<usize> {
    const BEFORE: [&str; 4] = ["~", "~0", "%7e", "%257e"];
    const BEHIND: [&str; 3] = ["=", "%3d", "%253d"];
    let lower = text.to_ascii_lowercase();
    let names = ["kid", "sig"].into_iter();
    let places = names.flat_map(|name| lower.match_indices(name));
    let marked = places.filter_map(|(at, name)| {
        let (before, behind) = (lower.get(..at)?, lower.get(at + name.len()..)?);
        let mark = BEFORE.iter().find(|mark| before.ends_with(**mark))?;
        let is_field = BEHIND.iter().any(|mark| behind.starts_with(mark));
        is_field.then(|| at - mark.len())
    });
    marked.min()
}

/// Not what ends a line or turns text round in somebody's terminal.
const fn shown(character: char) -> char {
    match character {
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' => '\u{fffd}',
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        character => character,
    }
}

#[cfg(test)]
mod tests {
    use super::{About, Action, Line, MAX_SITE_BYTES, Outcome, bounded};

    const PAGE: &str = include_str!("../../../docs/SIGNING.md");

    #[test]
    fn what_is_too_long_or_signed_is_cut() {
        assert_eq!(bounded("media", MAX_SITE_BYTES), "media");
        assert_eq!(bounded("äöü", 3), "ä…");
        assert_eq!(bounded("äöü", 6), "äöü");
        assert_eq!(bounded("/kids/sig=1~kids=2", 99), "/kids/sig=1~kids=2");
        assert_eq!(
            bounded("a\u{2028}b\u{202e}c\nd\u{7f}", 99),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}"
        );
        for token in [
            "1~kid=k1~exp=9~sig=AAAA",
            "1%7Ekid%3Dk1%7Eexp%3D9%7Esig%3DAAAA",
            "1%7esig=AAAA~sig=B",
            "1~kid%3Dk1~exp%3D9~sig%3DAAAA",
            "1%257Ekid%253Dk1",
            "1~0sig=AAAA",
            "1~SIG=AAAA",
        ] {
            assert_eq!(
                bounded(&format!("/a.jpg?cs={token}"), 1_024),
                "/a.jpg?cs=1…"
            );
        }
    }

    #[test]
    fn the_page_tells_of_every_field_in_the_files_order() {
        let text = || Some("x".to_owned());
        let about = About {
            rule: text(),
            site: text(),
            path: text(),
            paths: text(),
            exp: Some(1),
            kid: text(),
            jti: text(),
            revocation: text(),
            revoked: Some("x".into()),
            extent: Some("x".into()),
            purged: Some(1),
        };
        let line = Line {
            time: "x".to_owned(),
            request_id: "x",
            call: Action::Sign,
            outcome: Outcome::Refused,
            authority: None,
            caller: None,
            client: None,
            about: &about,
            code: Some("x"),
            detail: text(),
            pointers: vec!["x".to_owned()],
        };
        let line = serde_json::to_string(&line).unwrap();
        let section = PAGE.split("## The audit file").nth(1).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
        let told: Vec<&str> = rows
            .filter_map(|row| Some(row.split_once('`')?.0))
            .collect();
        let mut at = 0;
        for field in &told {
            let name = format!("\"{field}\":");
            at += line[at..]
                .find(&name)
                .unwrap_or_else(|| panic!("{field} in {line}"));
        }
        assert_eq!(told.len(), line.matches("\":").count(), "{line}");
    }

    #[test]
    fn the_page_tells_of_every_call() {
        use Action::{
            Batch, ClearCookie, Explain, Lift, ListKeys, ListRevocations, Purge, Revoke, SetCookie,
            Sign,
        };
        for action in [
            Sign,
            Batch,
            SetCookie,
            ClearCookie,
            Explain,
            ListKeys,
            ListRevocations,
            Revoke,
            Lift,
            Purge,
        ] {
            let word = serde_json::to_string(&action).unwrap();
            let word = format!("`{}`", word.trim_matches('"'));
            assert!(PAGE.contains(&word), "{word}");
        }
    }
}
