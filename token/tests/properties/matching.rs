//! Matching, held against a matcher that is written as the page says it, without a thought of cost.

use countersign_token::{CanonicalPath, Patterns, escape, pattern_is_inside};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// "A path passes when one pattern includes it and none excludes it."
fn passes(list: &[String], path: &str) -> bool {
    let matched = |pattern: &str| matches(pattern, path);
    list.iter()
        .any(|member| !member.starts_with('-') && matched(member))
        && !list
            .iter()
            .any(|member| member.strip_prefix('-').is_some_and(matched))
}

fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&[u8]> = path.as_bytes().split(|&byte| byte == b'/').collect();
    segments_match(&pattern, &path)
}

fn segments_match(pattern: &[&str], path: &[&[u8]]) -> bool {
    match pattern {
        [] => path.is_empty(),
        // "A final segment `**` for whatever follows, nothing too": behind the slash before it.
        ["**"] => !path.is_empty(),
        // "A segment `**` followed by `/` for any run of whole segments, the empty one too."
        ["**", rest @ ..] => (0..path.len()).any(|run| segments_match(rest, &path[run..])),
        [segment, rest @ ..] => match path {
            [given, left @ ..] => {
                segment_matches(segment.as_bytes(), given) && segments_match(rest, left)
            }
            [] => false,
        },
    }
}

/// "Inside one segment, `*` stands for any run of bytes, the empty one too."
fn segment_matches(pattern: &[u8], given: &[u8]) -> bool {
    match pattern {
        [] => given.is_empty(),
        [b'*', rest @ ..] => (0..=given.len()).any(|run| segment_matches(rest, &given[run..])),
        [b'~', high, low, rest @ ..] => {
            let figures = [*high, *low];
            let meant = u8::from_str_radix(std::str::from_utf8(&figures).unwrap(), 16).unwrap();
            given.first() == Some(&meant) && segment_matches(rest, &given[1..])
        }
        [byte, rest @ ..] => given.first() == Some(byte) && segment_matches(rest, &given[1..]),
    }
}

/// Few letters and short, so that patterns and paths meet.
fn segment() -> impl Strategy<Value = String> {
    vec(select(vec!["a", "b", "*", "é", "~", "."]), 1..4)
        .prop_map(|letters| letters.concat())
        .prop_filter("no dots only", |segment| segment != "." && segment != "..")
}

fn path() -> impl Strategy<Value = String> {
    (vec(segment(), 0..5), any::<bool>()).prop_map(|(segments, ends)| {
        let slash = if ends && !segments.is_empty() {
            "/"
        } else {
            ""
        };
        format!("/{}{slash}", segments.join("/"))
    })
}

fn pattern() -> impl Strategy<Value = String> {
    let letters = select(vec!["a", "b", "*", "~2A", "~C3~A9", "~7E", "."]);
    let segment = vec(letters, 1..5).prop_map(|letters| letters.concat());
    let segment = prop_oneof![4 => segment, 1 => Just("*".to_owned()), 2 => Just("**".to_owned())];
    (vec(segment, 0..5), any::<bool>())
        .prop_map(|(segments, ends)| {
            let slash = if ends && !segments.is_empty() {
                "/"
            } else {
                ""
            };
            format!("/{}{slash}", segments.join("/"))
        })
        .prop_filter("a pattern", |pattern| Patterns::parse(&**pattern).is_ok())
}

fn list() -> impl Strategy<Value = Vec<String>> {
    let member = (pattern(), prop::bool::weighted(0.3)).prop_map(|(pattern, excludes)| {
        if excludes {
            format!("-{pattern}")
        } else {
            pattern
        }
    });
    (pattern(), vec(member, 0..5), any::<prop::sample::Index>()).prop_map(
        |(first, mut list, at)| {
            let at = at.index(list.len() + 1);
            list.insert(at, first);
            list
        },
    )
}

/// Two patterns, the second often a wider form of the first: a segment of it is a wildcard, and
/// what follows that is perhaps cut off.
fn pair() -> impl Strategy<Value = (String, String)> {
    let wildcard = select(vec!["*", "**", "a*", "*a"]);
    let change = (any::<prop::sample::Index>(), wildcard, any::<bool>());
    (pattern(), pattern(), vec(change, 0..3)).prop_map(|(inner, other, changes)| {
        if changes.is_empty() {
            return (inner, other);
        }
        let mut segments: Vec<&str> = inner.split('/').collect();
        for (at, wildcard, cuts) in changes {
            let at = 1 + at.index(segments.len() - 1);
            segments[at] = wildcard;
            segments.truncate(if cuts { at + 1 } else { segments.len() });
        }
        let outer = segments.join("/");
        (inner, outer)
    })
}

/// A path that the pattern covers: its wildcards filled in.
fn filled(pattern: &str, fillings: &[String]) -> Option<String> {
    let mut fillings = fillings.iter().cycle();
    let mut path = String::new();
    let mut segments = pattern.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        if segment == "**" {
            let filling = fillings.next()?;
            if segments.peek().is_none() {
                path.push_str(filling);
            } else if filling.len() > 1 {
                path.push_str(filling.trim_end_matches('/'));
            }
            continue;
        }
        path.push('/');
        for piece in segment.split_inclusive('*') {
            let (fixed, star) = piece
                .strip_suffix('*')
                .map_or((piece, false), |fixed| (fixed, true));
            path.push_str(
                &fixed
                    .replace("~2A", "*")
                    .replace("~C3~A9", "é")
                    .replace("~7E", "~"),
            );
            if star {
                path.push_str(&fillings.next()?.replace('/', ""));
            }
        }
    }
    CanonicalPath::new(&path).is_ok().then_some(path)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn matching_agrees_with_the_page(list in list(), path in path()) {
        let joined = list.join("!");
        let covers = Patterns::parse(&*joined).unwrap().covers(&CanonicalPath::new(&path).unwrap());
        prop_assert_eq!(covers, passes(&list, &path), "{} {}", joined, path);
    }

    #[test]
    fn matching_agrees_on_paths_that_are_covered(pattern in pattern(), fillings in vec(path(), 1..5)) {
        let Some(path) = filled(&pattern, &fillings) else { return Ok(()) };
        let patterns = Patterns::parse(&*pattern).unwrap();
        prop_assert!(matches(&pattern, &path), "{} {}", pattern, path);
        prop_assert!(patterns.covers(&CanonicalPath::new(&path).unwrap()), "{} {}", pattern, path);
    }

    #[test]
    fn an_inner_pattern_covers_nothing_that_the_outer_does_not(
        (inner, outer) in pair(), fillings in vec(path(), 1..5),
    ) {
        let path = filled(&inner, &fillings).filter(|_| pattern_is_inside(&inner, &outer));
        if let Some(path) = path {
            let outer_list = Patterns::parse(&*outer).unwrap();
            prop_assert!(outer_list.covers(&CanonicalPath::new(&path).unwrap()), "{} in {}: {}", inner, outer, path);
        }
    }

    #[test]
    fn an_escaped_path_is_a_pattern_of_that_path_alone(path in path(), other in path()) {
        let text = escape(&path);
        let pattern = Patterns::parse(&*text).unwrap();
        prop_assert!(pattern.covers(&CanonicalPath::new(&path).unwrap()));
        prop_assert_eq!(pattern.covers(&CanonicalPath::new(&other).unwrap()), path == other);
        prop_assert!(pattern_is_inside(&text, &text));
    }
}
