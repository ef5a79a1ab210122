//! Any text as patterns.

use countersign_token::{CanonicalPath, Patterns, pattern_is_inside};

use crate::plain::{is_bare, is_canonical};

/// The input is three lines: a list of patterns, a pattern, and a path. The list is accepted, and
/// covers the path, exactly where TOKEN.md §3, read plainly, says so. What each pattern plainly
/// stands for is covered, and covered by the second line too if the pattern is inside of that.
pub fn pattern(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut lines = text.split('\n');
    let (list, outer) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    );
    let path = lines.next().unwrap_or("/");

    let parsed = Patterns::parse(list);
    let plain = plain_list(list);
    assert_eq!(parsed.is_ok(), plain.is_some(), "{parsed:?}");
    let (Ok(parsed), Some(plain)) = (parsed, plain) else {
        return;
    };
    if let Ok(path) = CanonicalPath::new(path) {
        assert_eq!(
            parsed.covers(&path),
            list_covers(&plain, path.as_str()),
            "{path}"
        );
    }
    for (member, (excludes, segments)) in parsed.members().zip(&plain) {
        let member = if *excludes { &member[1..] } else { member };
        let alone = Patterns::parse(member).expect("it was a member");
        let is_inside = pattern_is_inside(member, outer);
        for text in instances(segments, path) {
            let Ok(path) = CanonicalPath::new(&text) else {
                continue;
            };
            assert!(alone.covers(&path), "{member} covers {text:?}");
            if is_inside {
                let outer = Patterns::parse(outer).expect("something is inside of it");
                assert!(outer.covers(&path), "{text:?}");
            }
        }
    }
}

/// One segment of a pattern.
#[derive(Debug)]
enum Segment {
    /// `**`.
    Any,
    /// A byte, or `None` for `*`.
    Of(Vec<Option<u8>>),
}

/// Whether it excludes, and its segments.
type Member = (bool, Vec<Segment>);

fn plain_list(list: &str) -> Option<Vec<Member>> {
    let members = list.split('!').map(|member| {
        let included = member.strip_prefix('-');
        Some((
            included.is_some(),
            plain_pattern(included.unwrap_or(member))?,
        ))
    });
    let members = members.collect::<Option<Vec<Member>>>()?;
    let includes = members.iter().any(|(excludes, _)| !excludes);
    includes.then_some(members)
}

fn plain_pattern(text: &str) -> Option<Vec<Segment>> {
    let elements = plain_elements(text.as_bytes())?;
    let meant: Vec<u8> = elements
        .iter()
        .map(|element| element.unwrap_or(b'x'))
        .collect();
    if !is_canonical(&meant) {
        return None;
    }
    let segments = elements[1..].split(|element| *element == Some(b'/'));
    let segments = segments.map(|segment| match segment {
        [None, None] => Some(Segment::Any),
        _ if segment.windows(2).any(|two| two == [None, None]) => None,
        _ => Some(Segment::Of(segment.to_vec())),
    });
    segments.collect()
}

/// Bytes, and `None` for each `*`.
fn plain_elements(text: &[u8]) -> Option<Vec<Option<u8>>> {
    let mut elements = Vec::new();
    let mut rest = text;
    while let [byte, behind @ ..] = rest {
        rest = behind;
        elements.push(match byte {
            b'*' => None,
            b'~' => {
                let [high, low, behind @ ..] = behind else {
                    return None;
                };
                rest = behind;
                let figure = |figure: u8| match figure {
                    b'0'..=b'9' => Some(figure - b'0'),
                    b'A'..=b'F' => Some(figure - b'A' + 10),
                    _ => None,
                };
                let meant = figure(*high)? << 4 | figure(*low)?;
                Some(Some(meant).filter(|&meant| !is_bare(meant))?)
            }
            &bare if is_bare(bare) => Some(bare),
            _ => return None,
        });
    }
    Some(elements)
}

fn list_covers(list: &[Member], path: &str) -> bool {
    let any = |wanted: bool| {
        let mut members = list.iter().filter(|(excludes, _)| *excludes == wanted);
        members.any(|(_, segments)| covers(segments, path))
    };
    any(false) && !any(true)
}

/// Walks all ways at once: `at[i]` says that the pattern so far can stand for the first `i`
/// segments of the path.
fn covers(pattern: &[Segment], path: &str) -> bool {
    let path: Vec<&[u8]> = path.as_bytes()[1..].split(|&byte| byte == b'/').collect();
    let mut at = vec![false; path.len() + 1];
    at[0] = true;
    for (place, segment) in pattern.iter().enumerate() {
        at = match segment {
            // The last one stands for one segment at least, which may be empty.
            Segment::Any if place + 1 == pattern.len() => {
                return at[..path.len()].contains(&true);
            }
            Segment::Any => (0..at.len()).map(|i| at[..=i].contains(&true)).collect(),
            Segment::Of(wanted) => {
                let step = |i: usize| i > 0 && at[i - 1] && stands_for(wanted, path[i - 1]);
                (0..at.len()).map(step).collect()
            }
        };
    }
    at[path.len()]
}

/// The same inside one segment, byte by byte.
fn stands_for(wanted: &[Option<u8>], given: &[u8]) -> bool {
    let mut at = vec![false; given.len() + 1];
    at[0] = true;
    for element in wanted {
        at = match element {
            None => (0..at.len()).map(|i| at[..=i].contains(&true)).collect(),
            Some(byte) => (0..at.len())
                .map(|i| i > 0 && at[i - 1] && given[i - 1] == *byte)
                .collect(),
        };
    }
    at[given.len()]
}

/// Some texts that the pattern stands for; not each is a canonical path.
fn instances(pattern: &[Segment], path: &str) -> Vec<String> {
    let last = path.rsplit('/').next().unwrap_or_default();
    let stars = ["", "x", "*", "-..", last];
    let anys = ["", "x", "x/y", "**", last];
    stars
        .iter()
        .flat_map(|star| anys.iter().map(|any| instance(pattern, star, any)))
        .collect()
}

fn instance(pattern: &[Segment], star: &str, any: &str) -> String {
    let mut text = Vec::new();
    for (place, segment) in pattern.iter().enumerate() {
        match segment {
            // Before another segment, no segments leave no slash.
            Segment::Any if any.is_empty() && place + 1 < pattern.len() => continue,
            Segment::Any => {
                text.push(b'/');
                text.extend_from_slice(any.as_bytes());
            }
            Segment::Of(elements) => {
                text.push(b'/');
                for element in elements {
                    match element {
                        Some(byte) => text.push(*byte),
                        None => text.extend_from_slice(star.as_bytes()),
                    }
                }
            }
        }
    }
    String::from_utf8(text).unwrap_or_default()
}
