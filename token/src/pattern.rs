//! Patterns and lists of them (TOKEN.md §3), kept in the form that a token carries: escaped.

mod glob;

use core::fmt;

use crate::bytes::{class, run};
use crate::escape::{Utf8, escape_of};
use crate::path::{CanonicalPath, MAX_PATH_BYTES};

/// A list of patterns, joined by `!`, in escaped form: `/a/*!/b/**!-/b/private~20files/**`.
///
/// `T` holds the text: `&str` in a token, an owned string in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patterns<T>(T);

/// A list of patterns that is `malformed`: which member, counted from 0, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPattern {
    /// The member's place in the list.
    pub member: usize,
    /// What is wrong with it.
    pub fault: PatternFault,
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternFault {
    /// A byte that is neither bare nor part of an escape, or an escape of a bare byte.
    Text,
    /// With each `*` replaced by `x` it is no canonical path.
    Path,
    /// `**` beside other bytes in a segment.
    DoubleStar,
    /// Every pattern of the list excludes.
    OnlyExclusions,
}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.member + 1;
        match self.fault {
            PatternFault::Text => write!(
                f,
                "pattern {number} has a byte that must be escaped as \"~XX\" (a space is \"~20\"), or an escape of one that must not"
            ),
            PatternFault::Path => write!(
                f,
                "pattern {number} is no path: it starts with \"/\" and has no empty, \".\" or \"..\" segment"
            ),
            PatternFault::DoubleStar => write!(
                f,
                "pattern {number} has \"**\" beside other characters; \"**\" is a segment of its own"
            ),
            PatternFault::OnlyExclusions => {
                f.write_str("the list only excludes; name what it includes first, such as \"/**\"")
            }
        }
    }
}

impl core::error::Error for BadPattern {}

impl<T: AsRef<str>> Patterns<T> {
    /// Checks a list in token form.
    ///
    /// # Errors
    /// [`BadPattern`], naming the first member at fault.
    pub fn parse(text: T) -> Result<Self, BadPattern> {
        check_list(text.as_ref().as_bytes())?;
        Ok(Self(text))
    }

    /// The list in token form.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The members in token form, exclusions with their leading `-`.
    pub fn members(&self) -> core::str::Split<'_, char> {
        self.as_str().split('!')
    }

    /// Whether one pattern includes the path and none excludes it.
    pub fn covers(&self, path: &CanonicalPath<'_>) -> bool {
        list_covers(self.as_str().as_bytes(), path.as_bytes())
    }
}

/// [`Patterns::covers`] for text that was checked before.
pub(crate) fn list_covers(list: &[u8], path: &[u8]) -> bool {
    let mut included = false;
    let mut rest = Some(list);
    while let Some(list) = rest {
        let end = memchr::memchr(b'!', list);
        rest = end.map(|end| &list[end + 1..]);
        match &list[..end.unwrap_or(list.len())] {
            [b'-', pattern @ ..] => {
                if glob::matches(pattern, glob::Subject::Path(path)) {
                    return false;
                }
            }
            pattern => included = included || glob::matches(pattern, glob::Subject::Path(path)),
        }
    }
    included
}

/// Whether `outer`, an including pattern, matches the text of `inner`, another, read as a path, a
/// `*` of which is matched by a wildcard only and a `**` by `**` only. Then `inner` grants nothing
/// that `outer` does not. Both in token form; false where either is no pattern.
pub fn pattern_is_inside(inner: &str, outer: &str) -> bool {
    let is_pattern = |text: &str| check(text.as_bytes()) == Ok(text.len());
    is_pattern(inner)
        && is_pattern(outer)
        && glob::matches(outer.as_bytes(), glob::Subject::Pattern(inner.as_bytes()))
}

/// A list of any length, in one pass. Gives the number of its members.
pub(crate) fn check_list(list: &[u8]) -> Result<usize, BadPattern> {
    let mut includes = false;
    let mut rest = list;
    let mut member = 0;
    loop {
        let pattern = rest.strip_prefix(b"-").unwrap_or(rest);
        includes |= pattern.len() == rest.len();
        let len = check(pattern).map_err(|fault| BadPattern { member, fault })?;
        member += 1;
        match pattern.get(len + 1..) {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    if includes {
        Ok(member)
    } else {
        let fault = PatternFault::OnlyExclusions;
        Err(BadPattern { member: 0, fault })
    }
}

/// One pattern without its `-`, up to a `!` or the end: a canonical path but for its stars, each
/// standing for an `x`. Gives its length in the text.
fn check(text: &[u8]) -> Result<usize, PatternFault> {
    const ANY: u8 = !class::COLON;
    if text.first() != Some(&b'/') {
        return Err(PatternFault::Path);
    }
    let (mut at, mut segment_from) = (1, 1);
    // Bytes of the text beyond those that are meant.
    let mut surplus = 0;
    loop {
        at += run(&text[at..], ANY);
        match text.get(at) {
            None | Some(b'!') => break,
            Some(b'/') => {
                if at == segment_from || is_dots(&text[segment_from..at]) {
                    return Err(PatternFault::Path);
                }
                at += 1;
                segment_from = at;
            }
            Some(b'~') => {
                let len = escapes(&text[at..])?;
                surplus += len / 3 * 2;
                at += len;
            }
            Some(b'*') if text.get(at + 1) == Some(&b'*') => {
                let whole = matches!(text.get(at + 2), None | Some(b'/' | b'!'));
                if at > segment_from || !whole {
                    return Err(PatternFault::DoubleStar);
                }
                at += 2;
            }
            Some(b'*') => at += 1,
            Some(_) => return Err(PatternFault::Text),
        }
    }
    if at - surplus > MAX_PATH_BYTES || is_dots(&text[segment_from..at]) {
        return Err(PatternFault::Path);
    }
    Ok(at)
}

/// A dot is bare, so it is never hidden in an escape.
#[inline]
fn is_dots(segment: &[u8]) -> bool {
    matches!(segment, b"." | b"..")
}

/// The length of the escapes that the text starts with. Between bare bytes they are whole
/// characters.
fn escapes(text: &[u8]) -> Result<usize, PatternFault> {
    let mut utf8 = Utf8::NEW;
    let mut at = 0;
    while text.get(at) == Some(&b'~') {
        let (Some(&high), Some(&low)) = (text.get(at + 1), text.get(at + 2)) else {
            return Err(PatternFault::Text);
        };
        let meant = escape_of(high, low).ok_or(PatternFault::Text)?;
        if meant < 0x20 || meant == 0x7f || meant == b'\\' || !utf8.push(meant) {
            return Err(PatternFault::Path);
        }
        at += 3;
    }
    if utf8.is_complete() {
        Ok(at)
    } else {
        Err(PatternFault::Path)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadPattern, PatternFault, Patterns, pattern_is_inside};
    use crate::path::CanonicalPath;

    fn covers(list: &str, path: &str) -> bool {
        Patterns::parse(list)
            .unwrap()
            .covers(&CanonicalPath::new(path).unwrap())
    }

    #[test]
    fn the_examples_of_the_page_hold() {
        for path in ["/a/", "/a/b", "/a/b/c"] {
            assert!(covers("/a/**", path), "{path}");
        }
        assert!(!covers("/a/**", "/a"));
        assert!(!covers("/a/**", "/ab"));
        assert!(covers("/a/**/b", "/a/b") && covers("/a/**/b", "/a/x/y/b"));
        assert!(covers("/a/*", "/a/") && covers("/a/*", "/a/b"));
        assert!(!covers("/a/*", "/a/b/c"));
        assert!(covers("/**", "/") && covers("/**", "/a/b"));
    }

    #[test]
    fn an_exclusion_wins_wherever_it_stands() {
        assert!(!covers("-/a/x!/a/**", "/a/x"));
        assert!(!covers("/a/**!-/a/x", "/a/x"));
        assert!(covers("/a/**!-/a/x", "/a/y"));
    }

    #[test]
    fn stars_backtrack_inside_a_segment_and_over_segments() {
        assert!(covers("/*ab*b", "/abaabb"));
        assert!(!covers("/*ab*bc", "/abaabb"));
        assert!(covers("/**/a/*/c", "/a/b/a/x/c"));
        assert!(!covers("/**/a/*/c", "/a/b/a/x/d"));
        assert!(covers("/**/**/a", "/a"));
        assert!(!covers("/*", "/a/b"));
        assert!(!covers("/**/", "/a"));
        assert!(covers("/**/", "/a/"));
    }

    #[test]
    fn an_escaped_star_is_a_star_and_nothing_else() {
        assert!(covers("/a~2A", "/a*"));
        assert!(!covers("/a~2A", "/ab"));
        assert!(covers("/a~20b", "/a b"));
    }

    #[test]
    fn a_malformed_list_says_which_member_and_why() {
        let fault = |list| Patterns::parse(list).unwrap_err();
        let at = |member, fault| BadPattern { member, fault };
        assert_eq!(fault("/a!b"), at(1, PatternFault::Path));
        assert_eq!(fault("/a!"), at(1, PatternFault::Path));
        assert_eq!(fault("/a**"), at(0, PatternFault::DoubleStar));
        assert_eq!(fault("/***"), at(0, PatternFault::DoubleStar));
        assert_eq!(fault("/a b"), at(0, PatternFault::Text));
        assert_eq!(fault("/a~41"), at(0, PatternFault::Text));
        assert_eq!(fault("/a//b"), at(0, PatternFault::Path));
        assert_eq!(fault("/../*"), at(0, PatternFault::Path));
        assert_eq!(fault("/~C3"), at(0, PatternFault::Path));
        assert_eq!(fault("/~C3*"), at(0, PatternFault::Path));
        assert_eq!(fault("-/a"), at(0, PatternFault::OnlyExclusions));
        assert!(Patterns::parse("/.*").is_ok() && Patterns::parse("/*.*").is_ok());
    }

    #[test]
    fn a_pattern_is_inside_another_only_where_it_can_grant_nothing_more() {
        for (inner, outer) in [
            ("/u/ada/x", "/u/ada/**"),
            ("/u/ada/**", "/u/ada/**"),
            ("/u/ada/a*b/*", "/u/ada/**"),
            ("/u/*", "/u/*"),
            ("/u/a*", "/u/*"),
            ("/a/**/b", "/a/**/b"),
            ("/a/x/**/b", "/a/**/b"),
        ] {
            assert!(pattern_is_inside(inner, outer), "{inner} in {outer}");
        }
        for (inner, outer) in [
            ("/u/**", "/u/*"),
            ("/u/**", "/u/ada/**"),
            ("/u/*/x", "/u/ada/**"),
            ("/u/*", "/u/~2A"),
            ("/u/*", "/u/a"),
            ("/**", "/u/**"),
            ("/a/**/b", "/a/*/b"),
            ("/u/ada", "/u/ada/**"),
            ("no", "/**"),
        ] {
            assert!(!pattern_is_inside(inner, outer), "{inner} in {outer}");
        }
    }
}
