//! Any bytes as Cookie lines.

use std::sync::LazyLock;

use countersign_token::{CanonicalPath, Key, Names, SignedFacts, Site, Terms, sign};

use crate::bench::{Asked, Bench};
use crate::plain::{percent_decode, percent_encode};

const TARGET: &str = "/a?w=1&w=2&v=%31";

/// What `{word}` in the input stands for, as tokens cannot be guessed.
static TOKENS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let bench = Bench::new();
    let token = |site: &Site<&str>, key: &Key<&str>, terms: Terms| {
        let path = CanonicalPath::new("/a").ok();
        let query = &[("v", "1")];
        let facts = SignedFacts {
            path,
            query,
            ..SignedFacts::default()
        };
        sign(&terms, &facts, site, key, Some(&bench.private)).expect("sound terms")
    };
    let terms = |change: &dyn Fn(&mut Terms)| {
        let mut terms = Terms {
            exp: 1_900_000_000,
            ..Terms::default()
        };
        change(&mut terms);
        terms
    };
    let [k1, e1] = &bench.keys;
    let ours = |change: &dyn Fn(&mut Terms)| token(&bench.site, k1, terms(change));
    let other_site = Site::new("other.example", Names::default()).expect("a name");
    let other_key = Key::hs256("k9", &"ab".repeat(32)).expect("a secret");
    vec![
        ("{good}", ours(&|_| {})),
        ("{e1}", token(&bench.site, e1, terms(&|_| {}))),
        ("{v}", ours(&|terms| terms.qs = vec!["v".into()])),
        ("{twice}", ours(&|terms| terms.qs = vec!["w".into()])),
        ("{expired}", ours(&|terms| terms.exp = 1_700_000_000)),
        ("{later}", ours(&|terms| terms.nbf = Some(1_850_000_000))),
        ("{path}", ours(&|terms| terms.path = vec!["/b/**".into()])),
        ("{post}", ours(&|terms| terms.method = vec!["POST".into()])),
        (
            "{ip}",
            ours(&|terms| terms.ip = vec!["2001:db8::/32".into()]),
        ),
        ("{geo}", ours(&|terms| terms.geo = vec!["-DE".into()])),
        ("{site}", token(&other_site, k1, terms(&|_| {}))),
        ("{unknown}", token(&bench.site, &other_key, terms(&|_| {}))),
    ]
});

/// The input is Cookie lines, one a line. The verdict is that of one line of all joined by `; `,
/// and the one that TOKEN.md §4 and §5, read plainly, come to.
pub fn cookies(data: &[u8]) {
    let data = with_tokens(data);
    let values: Vec<&[u8]> = data.split(|&byte| byte == b'\n').collect();
    let lines: Vec<(&[u8], &[u8])> = values.iter().map(|line| (&b"Cookie"[..], *line)).collect();
    let bench = Bench::new();
    let ask = |lines: &[(&[u8], &[u8])]| bench.outcome(TARGET.as_bytes(), lines, Asked::default());
    let apart = ask(&lines);
    let line = values.join(&b"; "[..]);
    assert_eq!(apart, ask(&[(b"cookie", &line)]), "one line");
    assert_eq!(apart, plainly(&bench, &line), "plainly");
}

/// With a token in place of each word that stands for one.
pub(crate) fn with_tokens(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = data;
    while let Some(first) = rest.first() {
        let named = TOKENS
            .iter()
            .find(|(name, _)| rest.starts_with(name.as_bytes()));
        match named {
            Some((name, token)) => {
                out.extend_from_slice(token.as_bytes());
                rest = &rest[name.len()..];
            }
            None => {
                out.push(*first);
                rest = &rest[1..];
            }
        }
    }
    out
}

/// The outcome of the cookies in `line`, each tried alone as a query parameter.
fn plainly(bench: &Bench, line: &[u8]) -> String {
    let ours: Vec<(usize, &[u8])> = line
        .split(|&byte| byte == b';')
        .filter_map(cookie)
        .collect();
    let strongest = ours.iter().map(|(prefix, _)| *prefix).max();
    let counting = ours.iter().filter(|(prefix, _)| Some(*prefix) == strongest);
    let mut furthest: Option<String> = None;
    for (_, value) in counting.take(8) {
        // A bad escape stays one.
        let encoded = percent_decode(value).map_or("%".to_owned(), |text| percent_encode(&text));
        let target = format!("{TARGET}&cs={encoded}");
        let outcome = bench.outcome(target.as_bytes(), &[], Asked::default());
        if outcome.starts_with("granted") {
            return outcome;
        }
        if furthest
            .as_ref()
            .is_none_or(|other| row(other) < row(&outcome))
        {
            furthest = Some(outcome);
        }
    }
    furthest.unwrap_or_else(|| "missing None None".to_owned())
}

/// Rank of the prefix, and value, if the piece is a cookie of ours.
fn cookie(piece: &[u8]) -> Option<(usize, &[u8])> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let from = piece.iter().position(|byte| !blank(byte))?;
    let to = piece.iter().rposition(|byte| !blank(byte))? + 1;
    let piece = &piece[from..to];
    let equals = piece.iter().position(|&byte| byte == b'=')?;
    let (name, mut value) = (&piece[..equals], &piece[equals + 1..]);
    let prefixes: [&[u8]; 3] = [b"", b"__Secure-", b"__Host-"];
    let (rank, bare) = (0..3)
        .rev()
        .find_map(|rank| Some((rank, name.strip_prefix(prefixes[rank])?)))?;
    if value.len() >= 2 && value.starts_with(b"\"") && value.ends_with(b"\"") {
        value = &value[1..value.len() - 1];
    }
    let ours = bare == b"cs" || bare.starts_with(b"cs-");
    (ours && !value.is_empty()).then_some((rank, value))
}

/// The row of §5's table. A conflict of cookies is that of a signed value.
fn row(outcome: &str) -> usize {
    let rows: [&[&str]; 11] = [
        &["malformed", "unsupported"],
        &["unknown_key"],
        &["key_retired"],
        &["conflict"],
        &["bad_signature"],
        &["not_yet_valid"],
        &["expired"],
        &["path"],
        &["method"],
        &["ip"],
        &["geo"],
    ];
    let reason = outcome.split(' ').next().unwrap_or_default();
    let row = rows.iter().position(|row| row.contains(&reason));
    row.unwrap_or_else(|| panic!("{reason} is no reason of a cookie here"))
}
