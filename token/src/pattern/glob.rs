//! Matching one pattern, in time linear in pattern length times path length, without recursion and
//! without allocation: one point to return to for `*`, one for `**`.
//!
//! The last `*` (or `**`) seen may be the only one to return to: whatever stood before it matched as
//! early as it could, so giving it more would only leave less to the rest.

use crate::bytes::{class, run};
use crate::escape::unescape_first;

/// What a pattern is held against.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    /// A canonical path.
    Path(&'a [u8]),
    /// Another pattern's text: its wildcards are matched by wildcards only.
    Pattern(&'a [u8]),
}

/// One character of a segment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Byte(u8),
    Star,
}

impl<'a> Subject<'a> {
    const fn text(self) -> &'a [u8] {
        match self {
            Self::Path(text) | Self::Pattern(text) => text,
        }
    }

    const fn of(self, segment: &'a [u8]) -> Self {
        match self {
            Self::Path(_) => Self::Path(segment),
            Self::Pattern(_) => Self::Pattern(segment),
        }
    }

    fn element(self, at: usize) -> Option<(Element, usize)> {
        match self {
            Self::Path(path) => path.get(at).map(|&byte| (Element::Byte(byte), at + 1)),
            Self::Pattern(pattern) => element(pattern, at),
        }
    }
}

fn element(pattern: &[u8], at: usize) -> Option<(Element, usize)> {
    let rest = pattern.get(at..)?;
    if rest.first() == Some(&b'*') {
        return Some((Element::Star, at + 1));
    }
    let (byte, width) = unescape_first(rest)?;
    Some((Element::Byte(byte), at + width))
}

/// The segment that starts at `from`, and where the next one starts if there is one.
fn segment(text: &[u8], from: usize) -> (&[u8], Option<usize>) {
    let rest = &text[from..];
    match rest.iter().position(|&byte| byte == b'/') {
        Some(len) => (&rest[..len], Some(from + len + 1)),
        None => (rest, None),
    }
}

/// Whether `pattern`, checked before and without a leading `-`, matches the whole subject.
pub(super) fn matches(pattern: &[u8], subject: Subject<'_>) -> bool {
    let text = subject.text();
    // What stands for itself is compared at once: there is no other way to try.
    let (fixed, rest) = pattern.split_at(run(pattern, class::STAR | class::TILDE));
    if rest.is_empty() || !text.starts_with(fixed) {
        return text == pattern;
    }
    // Where the next segment starts; `None` past the last.
    let start = fixed.iter().rposition(|&byte| byte == b'/');
    let start = start.map_or(1, |slash| slash + 1);
    let (mut in_pattern, mut in_text) = (Some(start), Some(start));
    // Behind the last `**/`: where the pattern goes on, and the text's segment it last began with.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (in_pattern, in_text) {
            (None, None) => return true,
            (Some(from), left) => {
                let (wanted, next) = segment(pattern, from);
                match (wanted, next, left) {
                    (b"**", None, _) => return left.is_some(),
                    // Whatever follows needs a segment of its own.
                    (_, _, None) => return false,
                    (b"**", Some(behind), Some(at)) => {
                        retry = Some((behind, at));
                        in_pattern = next;
                        continue;
                    }
                    (_, _, Some(at)) => {
                        let (given, after) = segment(text, at);
                        if segment_matches(wanted, subject.of(given)) {
                            (in_pattern, in_text) = (next, after);
                            continue;
                        }
                    }
                }
            }
            (None, Some(_)) => {}
        }
        let Some((behind, at)) = retry else {
            return false;
        };
        let (_, Some(later)) = segment(text, at) else {
            return false;
        };
        retry = Some((behind, later));
        (in_pattern, in_text) = (Some(behind), Some(later));
    }
}

fn segment_matches(pattern: &[u8], given: Subject<'_>) -> bool {
    if given.text() == b"**" && matches!(given, Subject::Pattern(_)) {
        return false;
    }
    let (mut in_pattern, mut in_text) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (element(pattern, in_pattern), given.element(in_text)) {
            (None, None) => return true,
            (Some((Element::Star, behind)), _) if behind == pattern.len() => return true,
            (Some((Element::Star, behind)), _) => {
                retry = Some((behind, in_text));
                in_pattern = behind;
                continue;
            }
            (Some((wanted, behind)), Some((found, after))) if wanted == found => {
                (in_pattern, in_text) = (behind, after);
                continue;
            }
            _ => {}
        }
        let Some((behind, at)) = retry else {
            return false;
        };
        let Some((_, after)) = given.element(at) else {
            return false;
        };
        retry = Some((behind, after));
        (in_pattern, in_text) = (behind, after);
    }
}
