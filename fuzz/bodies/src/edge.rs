//! Any bytes at an edge: as a configuration, as a request's layout, as a request.

use std::sync::LazyLock;

use countersign_edge::{Config, Fault, MAX_LINES, MAX_TEXT_BYTES, NONE, TEXT_AT, decide};
use countersign_token::Scratch;

use crate::bench::{PUBLIC, SECRET};
use crate::cookies::with_tokens;

/// As the module has it.
const OUTPUT_BYTES: usize = 512 << 10;
/// Flag: the lines are those of the token's header and of cookies only.
const FEW: u32 = 4;
/// Where a decision's text begins.
const DECISION_AT: usize = 64;

/// Two sites of one name, so that tokens are good at both: one as it comes, one with everything.
static CONFIG: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let mut bytes = Bytes::default();
    bytes.number(2);
    bytes.site(&[], &[], &[]);
    let policy = [(2, "/public/**"), (1, "/optional/**!/a"), (3, "/report/**")];
    bytes.site(&["w", "v"], &policy, &["t-revoked"]);
    let mut secrets = Bytes::default();
    for _ in 0..2 {
        secrets.text(&SECRET);
        secrets.text(&PUBLIC);
    }
    (bytes.0, secrets.0)
});

/// `0` and what follows: an input as it stands. `1` and what follows: a configuration, its secrets
/// behind the first `|`. Else lines: site, flags and time; method; target; address; country; and a
/// header line each. `{good}` and others stand for tokens.
pub fn edge(data: &[u8]) {
    match data {
        [b'0', input @ ..] => as_it_stands(input),
        [b'1', config @ ..] => {
            let at = config.iter().position(|&byte| byte == b'|');
            let (bytes, secrets) = config.split_at(at.unwrap_or(config.len()));
            let _ = Config::new().fill(bytes, secrets.get(1..).unwrap_or_default());
        }
        lines => as_lines(lines),
    }
}

fn with_config<A>(ask: impl FnOnce(&Config<'_>) -> A) -> A {
    let (bytes, secrets) = &*CONFIG;
    let mut config = Config::new();
    config.fill(bytes, secrets).expect("a sound configuration");
    ask(&config)
}

fn as_it_stands(bytes: &[u8]) {
    let mut input = vec![0; TEXT_AT];
    let words = bytes.len().min(64);
    input[..words].copy_from_slice(&bytes[..words]);
    input.extend_from_slice(&bytes[words..]);
    let mut output = vec![0; OUTPUT_BYTES];
    let decided = with_config(|config| decide(config, &input, &mut Scratch::new(), &mut output));
    if let Ok(len) = decided {
        assert!((DECISION_AT..=OUTPUT_BYTES).contains(&len));
    }
    // Cut off anywhere it is refused.
    let decided =
        with_config(|config| decide(config, &input[..words], &mut Scratch::new(), &mut output));
    assert!(matches!(decided, Err(Fault::Request | Fault::Site)));
}

/// A request as a host has it.
#[derive(Clone, Default)]
struct Asked {
    site: u32,
    flags: u32,
    now: u64,
    method: Vec<u8>,
    target: Vec<u8>,
    facts: [Option<Vec<u8>>; 2],
    lines: Vec<(Vec<u8>, Vec<u8>)>,
}

fn as_lines(data: &[u8]) {
    let data = with_tokens(data);
    let mut lines = data.split(|&byte| byte == b'\n');
    let mut next = || lines.next().unwrap_or_default().to_vec();
    let numbers = String::from_utf8_lossy(&next()).into_owned();
    let mut numbers = numbers.split(' ').map(|number| number.parse().unwrap_or(0));
    let mut number = || numbers.next().unwrap_or(0_u64);
    let asked = Asked {
        site: number() as u32 % 2,
        flags: number() as u32,
        now: number(),
        method: next(),
        target: next(),
        facts: [next(), next()].map(|fact| (!fact.is_empty()).then_some(fact)),
        lines: lines
            .take(MAX_LINES)
            .map(|line| {
                let at = line.iter().position(|&byte| byte == b':');
                let (name, value) = line.split_at(at.unwrap_or(line.len()));
                (name.to_vec(), value.get(1..).unwrap_or_default().to_vec())
            })
            .collect(),
    };
    if let Some(decision) = asked.decision() {
        decision.check(&asked);
    }
    // What a host may leave out changes nothing, or is asked for.
    let few = asked.with_few_lines().decision();
    if let (Some(few), Some(all)) = (few, asked.with_all_lines().decision()) {
        assert_eq!(few.0, all.0);
    }
}

impl Asked {
    /// `None`: it is no request, or too large a one.
    fn decision(&self) -> Option<Decision> {
        let input = self.input();
        if input.len() > TEXT_AT + MAX_TEXT_BYTES {
            return None;
        }
        let mut output = vec![0; OUTPUT_BYTES];
        let mut scratch = Scratch::new();
        let decided = with_config(|config| decide(config, &input, &mut scratch, &mut output));
        match decided {
            Ok(len) => Some(Decision(output[..len].to_vec())),
            Err(Fault::Request) => {
                assert!(str::from_utf8(&self.method).is_err(), "a sound layout");
                None
            }
            Err(Fault::Lines) => {
                assert!(self.flags & FEW != 0, "none are left out");
                None
            }
            Err(fault) => {
                assert_eq!(fault, Fault::Output);
                None
            }
        }
    }

    fn with_all_lines(&self) -> Self {
        Self {
            flags: self.flags & !FEW,
            ..self.clone()
        }
    }

    fn with_few_lines(&self) -> Self {
        let is_needed = |name: &[u8]| {
            [&b"countersign"[..], b"cookie"]
                .iter()
                .any(|needed| name.eq_ignore_ascii_case(needed))
        };
        let mut few = self.clone();
        few.flags |= FEW;
        few.lines.retain(|(name, _)| is_needed(name));
        few
    }

    fn input(&self) -> Vec<u8> {
        let len = |part: &[u8]| part.len() as u32;
        let fact = |fact: &Option<Vec<u8>>| fact.as_deref().map_or(NONE, len);
        let mut words = vec![
            self.site,
            self.flags,
            self.now as u32,
            (self.now >> 32) as u32,
        ];
        words.extend([len(&self.method), len(&self.target)]);
        words.extend(self.facts.iter().map(fact));
        words.extend([self.lines.len() as u32, 0, 0, 0]);
        let mut text = [&self.method[..], &self.target].concat();
        text.extend(self.facts.iter().flatten().flatten());
        for (name, value) in &self.lines {
            words.extend([len(name), len(value)]);
            text.extend(name.iter().chain(value));
        }
        let mut input: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        input.resize(TEXT_AT, 0);
        input.append(&mut text);
        input
    }
}

struct Decision(Vec<u8>);

impl Decision {
    fn word(&self, place: usize) -> usize {
        let bytes = self.0[place * 4..place * 4 + 4]
            .try_into()
            .expect("four bytes");
        u32::from_le_bytes(bytes) as usize
    }

    /// JSON, target, key, token and cookies.
    fn parts(&self) -> [&[u8]; 5] {
        let mut rest = &self.0[DECISION_AT..];
        let parts = [12, 8, 9, 10, 11].map(|place| {
            rest.split_off(..self.word(place))
                .expect("lengths that are there")
        });
        assert!(rest.is_empty());
        parts
    }

    fn check(&self, asked: &Asked) {
        let [json, target, key, token, _] = self.parts();
        assert_eq!(json.is_empty(), asked.flags & 3 == 0);
        assert!(str::from_utf8(json).is_ok());
        if self.word(0) == 4 {
            assert!(target.is_empty() && key.is_empty() && token.is_empty());
            return;
        }
        assert!(target.starts_with(b"/") && key.starts_with(b"~"));
        assert!(
            [target, key, token]
                .concat()
                .iter()
                .all(u8::is_ascii_graphic)
        );
        let path_len = self.word(7);
        assert!(matches!(target.get(path_len), None | Some(b'?')));
        self.check_onward(asked);
    }

    /// What goes on is, at the next that verifies, the same request.
    fn check_onward(&self, asked: &Asked) {
        let [_, target, key, token, cookies] = self.parts();
        let mut onward = asked.clone();
        onward.target = target.to_vec();
        let replaced = self.word(3) & 2 != 0;
        let is = |name: &[u8], other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        onward
            .lines
            .retain(|(name, _)| !(is(name, "countersign") || replaced && is(name, "cookie")));
        let mut put = |name: &str, value: &[u8]| {
            if !value.is_empty() && onward.lines.len() < MAX_LINES {
                onward.lines.push((name.into(), value.to_vec()));
            }
        };
        put("countersign", token);
        put("cookie", cookies);
        let Some(again) = onward.decision() else {
            return;
        };
        let [_, target_again, key_again, token_again, cookies_again] = again.parts();
        assert_eq!((target_again, key_again), (target, key));
        assert_eq!(again.word(0), self.word(0), "the outcome");
        assert_eq!(again.word(3) & 1, self.word(3) & 1, "whether it is settled");
        if self.word(0) == 1 {
            assert_eq!((token_again, cookies_again), (token, cookies));
        } else {
            assert!(
                token.is_empty() && again.word(3) & 2 == 0,
                "no token goes on"
            );
        }
    }
}

/// A configuration as ABI.md lays it out.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.0.extend(text.bytes());
    }

    fn texts(&mut self, texts: &[&str]) {
        self.number(texts.len() as u32);
        texts.iter().for_each(|text| self.text(text));
    }

    fn site(&mut self, cache_names: &[&str], policy: &[(u32, &str)], revoked: &[&str]) {
        for text in ["media.example", "cs", "countersign", "cs"] {
            self.text(text);
        }
        [30, 0, 0]
            .into_iter()
            .for_each(|number| self.number(number));
        (0..17).for_each(|_| self.number(403));
        self.number(0);
        self.texts(cache_names);
        self.number(policy.len() as u32);
        for (mode, paths) in policy {
            self.number(*mode);
            self.text(paths);
        }
        self.number(2);
        for (algorithm, kid) in [(0, "k1"), (1, "e1")] {
            self.number(algorithm);
            self.number(0);
            self.text(kid);
            (0..3).for_each(|_| self.number(0));
            self.text("");
        }
        (0..4).for_each(|_| self.texts(revoked));
        self.number(0);
        self.number(0);
    }
}
