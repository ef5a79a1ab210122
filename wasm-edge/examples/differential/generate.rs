//! Requests: as a host would send them, changed a little, and made of anything.

use countersign_edge::{MAX_LINES, NONE};

use crate::random::Random;
use crate::tokens::{HEADERS, NOW, QUERY, Site, Token, tokens};

/// As the module's host lays it out.
pub(crate) struct Asked {
    pub(crate) words: Vec<u32>,
    pub(crate) text: Vec<u8>,
}

pub(crate) struct Generator<'s> {
    sites: &'s [Site],
    tokens: Vec<Token>,
    explains: bool,
}

/// Flag: with the steps that led to the verdict.
const STEPS: u32 = 2;

/// A request, before it is laid out.
#[derive(Default)]
struct Parts {
    site: u32,
    now: u64,
    method: Vec<u8>,
    target: Vec<u8>,
    client: Option<Vec<u8>>,
    country: Option<Vec<u8>>,
    lines: Vec<(Vec<u8>, Vec<u8>)>,
}

impl<'s> Generator<'s> {
    pub(crate) fn new(sites: &'s [Site], explains: bool, random: &mut Random) -> Self {
        Self {
            sites,
            tokens: tokens(sites, 4_000, random),
            explains,
        }
    }

    pub(crate) fn request(&self, random: &mut Random) -> Asked {
        let mut parts = self.parts(random);
        match random.below(20) {
            0 => parts = anything(self.sites.len(), random),
            1..10 => change(&mut parts, random),
            _ => {}
        }
        let flags = match random.below(10) {
            0 if self.explains => 2 + random.below(2) as u32,
            1..5 => 1,
            _ => 0,
        };
        // Few lines, as far as the module knows: all of them are there.
        let flags = flags + if random.one_in(4) { 4 } else { 0 };
        let mut asked = lay_out(parts, flags);
        // A host that lays out what is none.
        if random.one_in(100) {
            let at = random.below(asked.words.len());
            asked.words[at] = random.next() as u32 >> random.below(32);
        }
        if !self.explains {
            asked.words[1] &= !STEPS;
        }
        asked
    }

    fn parts(&self, random: &mut Random) -> Parts {
        let token = &self.tokens[random.below(self.tokens.len())];
        let site = &self.sites[token.site];
        let mut parts = Parts {
            site: token.site as u32,
            now: NOW + random.below(3) as u64,
            method: random
                .pick(&[
                    "GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "HEAD", "POST",
                ])
                .into(),
            client: Some(
                random
                    .pick(&["192.0.2.7", "2001:DB8::1", "::ffff:198.51.100.7", "unknown"])
                    .into(),
            ),
            country: Some(random.pick(&["DE", "AT", "XX", "de"]).into()),
            ..Parts::default()
        };
        for (name, value) in HEADERS {
            if !random.one_in(20) {
                parts.lines.push(((*name).into(), value.as_bytes().into()));
            }
        }
        self.carry(token, site, &mut parts, random);
        parts
    }

    /// Puts the token where tokens stand.
    fn carry(&self, token: &Token, site: &Site, parts: &mut Parts, random: &mut Random) {
        let mut query = String::new();
        let mut put = |piece: String| {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(&piece);
        };
        for (name, value) in QUERY {
            if !random.one_in(20) {
                put(format!(
                    "{}={}",
                    spelt(name, 12, random),
                    spelt(value, 3, random)
                ));
            }
        }
        let mut path = String::new();
        match random.below(16) {
            0 | 1 => {
                let text = token.text.replace('/', "@");
                path = format!("/{}={}", site.param, spelt(&text, 40, random));
            }
            2 | 3 => parts.lines.push((
                site.header.to_uppercase().into(),
                format!(" {}\t", token.text).into(),
            )),
            4..8 => {
                let other = &self.tokens[random.below(self.tokens.len())];
                let name = random.pick(&["", "__Host-", "__Secure-"]);
                let cookies = format!(
                    "a=b; {0}{1}-x={2}; {1}={3};csx=1",
                    name,
                    site.cookie,
                    spelt(&other.text, 60, random),
                    token.text
                );
                parts.lines.push((b"Cookie".into(), cookies.into()));
            }
            8 => {}
            _ => put(format!("{}={}", site.param, spelt(&token.text, 60, random))),
        }
        path.push_str(&spelt_path(token.path, random));
        parts.target = format!("{path}{query}").into();
    }
}

/// With an escape once in so many bytes, where none is needed too.
fn spelt(text: &str, one_in: usize, random: &mut Random) -> String {
    let must = |byte: u8| !byte.is_ascii_graphic() || b"%&#?\"".contains(&byte);
    text.bytes()
        .map(|byte| {
            if must(byte) || random.one_in(one_in) {
                format!("%{byte:02x}")
            } else {
                char::from(byte).to_string()
            }
        })
        .collect()
}

fn spelt_path(path: &str, random: &mut Random) -> String {
    let spelt = spelt(path, 30, random).replace("%2f", "/");
    if random.one_in(4) {
        spelt.to_uppercase().replace("%2F", "/")
    } else {
        spelt
    }
}

/// A few bytes are others, gone, or there twice.
fn change(parts: &mut Parts, random: &mut Random) {
    for _ in 0..=random.below(3) {
        let lines = parts.lines.len();
        let text = match random.below(6) {
            0 => &mut parts.method,
            1 if parts.client.is_some() => parts.client.get_or_insert_default(),
            2 if lines > 0 => &mut parts.lines[random.below(lines)].1,
            3 if lines > 0 => &mut parts.lines[lines - 1].1,
            _ => &mut parts.target,
        };
        let at = random.below(text.len());
        let odd = random.pick(&[
            "%", "~", "!", "*", "/", "//", "..", "\\", "#", "?", "&", "=", ";", "\"", "\0",
            "\u{e9}", "~sig=", "%2F", "@", " ", "cs=",
        ]);
        match random.below(5) {
            0 if !text.is_empty() => text[at] = random.next() as u8,
            1 if !text.is_empty() => drop(text.remove(at)),
            2 => text.truncate(at),
            3 => drop(text.splice(at..at, odd.bytes())),
            _ => {
                let piece = text[at..].to_vec();
                let to = random.below(text.len());
                text.splice(to..to, piece);
            }
        }
    }
    if random.one_in(8) {
        parts.client = None;
    }
    if random.one_in(8) {
        parts.country = None;
    }
    if random.one_in(8) {
        let line = parts.lines.first().cloned();
        parts.lines.extend(line);
    }
}

fn anything(sites: usize, random: &mut Random) -> Parts {
    let short = |random: &mut Random| {
        let len = random.below(40);
        random.bytes(len)
    };
    let mut target = b"/".to_vec();
    target.append(&mut short(random));
    Parts {
        site: random.below(sites + 1) as u32,
        now: random.next() >> random.below(64),
        method: short(random),
        target,
        client: Some(short(random)),
        country: Some(short(random)),
        lines: (0..random.below(6))
            .map(|_| {
                (
                    random.pick(&["cookie", "countersign", "x"]).into(),
                    short(random),
                )
            })
            .collect(),
    }
}

fn lay_out(parts: Parts, flags: u32) -> Asked {
    let mut text = Vec::new();
    let mut put = |part: &[u8]| {
        text.extend_from_slice(part);
        part.len() as u32
    };
    let lines = &parts.lines[..parts.lines.len().min(MAX_LINES)];
    let mut words = vec![
        parts.site,
        flags,
        parts.now as u32,
        (parts.now >> 32) as u32,
    ];
    words.extend([put(&parts.method), put(&parts.target)]);
    for fact in [&parts.client, &parts.country] {
        words.push(fact.as_deref().map_or(NONE, &mut put));
    }
    words.extend([lines.len() as u32, 0, 0, 0]);
    for (name, value) in lines {
        words.extend([put(name), put(value)]);
    }
    Asked { words, text }
}
