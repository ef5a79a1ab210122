//! Tokens of every field, signed for the document's sites.

use countersign_token::{
    CanonicalPath, Key, Names, PrivateKey, SignedFacts, Site as TokenSite, Terms, sign,
};
use serde_json::Value;

use crate::random::Random;

/// The time around which everything happens.
pub(crate) const NOW: u64 = 1_800_000_000;

/// Values that requests bring for what tokens may sign.
pub(crate) const QUERY: &[(&str, &str)] = &[("w", "100"), ("h", "a b"), ("q x", "é")];
pub(crate) const HEADERS: &[(&str, &str)] = &[("x-app", "7"), ("x-device", "a, b")];

/// A site that tokens are signed for.
pub(crate) struct Site {
    token: TokenSite<String>,
    pub(crate) param: String,
    pub(crate) header: String,
    pub(crate) cookie: String,
    keys: Vec<(Key<String>, Option<PrivateKey>)>,
}

impl Site {
    /// Those of a document; its EdDSA keys have their `private` half there.
    pub(crate) fn all(document: &Value) -> Option<Vec<Self>> {
        document["sites"].as_array()?.iter().map(Self::of).collect()
    }

    fn of(site: &Value) -> Option<Self> {
        let text = |member: &str, default: &str| {
            site["site"][member].as_str().unwrap_or(default).to_owned()
        };
        let (param, header, cookie) = (
            text("param", "cs"),
            text("header", "countersign"),
            text("cookie", "cs"),
        );
        let names = Names {
            param: param.clone(),
            header: header.clone(),
            cookie: cookie.clone(),
        };
        Some(Self {
            token: TokenSite::new(text("name", ""), names).ok()?,
            keys: site["keys"].as_array()?.iter().filter_map(key).collect(),
            param,
            header,
            cookie,
        })
    }
}

/// Whatever its state there: a retired key's tokens are worth a request too.
fn key(key: &Value) -> Option<(Key<String>, Option<PrivateKey>)> {
    let kid = key["kid"].as_str()?;
    match key["secret"].as_str() {
        Some(secret) => Some((Key::hs256(kid, secret).ok()?, None)),
        None => Some((
            Key::eddsa(kid, key["public"].as_str()?).ok()?,
            Some(PrivateKey::from_hex(key["private"].as_str()?).ok()?),
        )),
    }
}

/// A token, and what it was signed for.
pub(crate) struct Token {
    pub(crate) site: usize,
    pub(crate) text: String,
    pub(crate) path: &'static str,
}

pub(crate) const PATHS: &[&str] = &[
    "/",
    "/a",
    "/media/projects/2031/summer/holiday-by-the-lake/photo-07.jpg",
    "/media/é/a b.png",
    "/hls/7/a.m3u8",
    "/hls/7/seg/00001.ts",
    "/public/logo.svg",
    "/optional/x",
    "/report/y",
    "/a%b/~c",
];

/// So many tokens; seldom one of EdDSA, which takes a hundred times as long.
pub(crate) fn tokens(sites: &[Site], count: usize, random: &mut Random) -> Vec<Token> {
    let mut tokens = Vec::new();
    while tokens.len() < count {
        let site = random.below(sites.len());
        let keys = &sites[site].keys;
        let (key, private) = &keys[random.below(keys.len())];
        if private.is_some() && !random.one_in(16) {
            continue;
        }
        let path = random.pick(PATHS);
        let facts = SignedFacts {
            path: CanonicalPath::new(path).ok(),
            query: QUERY,
            headers: HEADERS,
            ..SignedFacts::default()
        };
        let terms = terms(random);
        if let Ok(text) = sign(&terms, &facts, &sites[site].token, key, private.as_ref()) {
            tokens.push(Token { site, text, path });
        }
    }
    tokens
}

/// Each field seldom, so that most tokens have one or two, and are granted.
fn terms(random: &mut Random) -> Terms {
    let mut terms = Terms {
        exp: match random.below(8) {
            0 => NOW - random.below(100) as u64,
            1 => NOW + random.below(3) as u64,
            2 => 9_999_999_999,
            _ => NOW + 1 + random.below(80_000) as u64,
        },
        ..Terms::default()
    };
    let some = |random: &mut Random, from: &[&str]| Some(random.pick(from).to_owned());
    let list = |random: &mut Random, from: &[&str]| {
        let mut members: Vec<String> = from.iter().map(ToString::to_string).collect();
        members.retain(|_| random.one_in(2));
        members
    };
    match random.below(12) {
        0 => terms.nbf = Some(NOW - 20 + random.below(80) as u64),
        1 => terms.iat = Some(NOW - random.below(2_000) as u64),
        2 => {
            terms.ip = list(
                random,
                &["192.0.2.0/24", "2001:db8::/32", "198.51.100.7", "::/0"],
            )
        }
        3 => terms.geo = list(random, &["DE", "AT", "FR"]),
        4 => terms.geo = list(random, &["-DE", "-CH"]),
        5 => terms.method = list(random, &["GET", "HEAD", "POST"]),
        6 => terms.qs = list(random, &["w", "h", "q x", "none"]),
        7 => terms.hdr = list(random, &["x-app", "x-device", "x-none"]),
        _ => {}
    }
    if random.one_in(3) {
        let patterns = [
            "/**",
            "/media/**",
            "/hls/7/*",
            "-/media/**/*.png",
            "/*",
            "/a~25b/**",
        ];
        terms.path = list(random, &patterns);
    }
    match random.below(16) {
        0 => terms.uses = Some(3),
        1 => {
            terms.ver = some(
                random,
                &[
                    "v1",
                    "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo",
                ],
            )
        }
        2 => terms.cd = some(random, &["inline", "attachment", "attachment:Ä b.pdf"]),
        3 => terms.ct = some(random, &["image/png", "text/plain; charset=utf-8"]),
        4 => terms.bps = Some(2_048),
        5 => terms.data = some(random, &["a=b", "{\"x\":\"\\\\\"}"]),
        _ => {}
    }
    if terms.uses.is_some() || random.one_in(8) {
        terms.jti = some(random, &["t-1", "t-revoked", "t_2.x"]);
    }
    if random.one_in(8) {
        terms.sub = some(random, &["Ada L.", "revoked user", "late", "ünï"]);
    }
    if random.one_in(12) {
        terms.sid = some(random, &["s1", "s-revoked"]);
    }
    terms
}
