//! What a verification costs beside the bare HMAC of the same bytes, in one run: exits with 1 where
//! a ratio is above its limit. Absolute times differ from machine to machine and hour to hour, so
//! both sides take turns in short rounds, and the median of the rounds' ratios is what counts.
//!
//! What is measured is how long one call takes: on both sides each call waits for the result of the
//! one before it, as a request waits for its verdict. Calls that do not wait overlap inside the
//! processor, a loop of short bare HMACs more than one of whole verifications.
//!
//! A bare HMAC is one long chain of dependent instructions; most of a verification is many short
//! ones. So whatever shares the core's front end, a neighbour's virtual machine on the other
//! hardware thread too, slows the second and hardly the first: ratios of 1.35 and 2.2 on a core of
//! one's own were 1.7 and 3.4 beside such a neighbour. `tests/cost` therefore counts instructions as
//! well: `verify CASE ours|bare CALLS` makes so many calls and nothing else, for its counter.
#![allow(clippy::print_stdout, reason = "a bench speaks to the terminal")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use countersign_token::{
    CanonicalPath, ClientAddress, Key, Names, Request, Scratch, SignedFacts, Site, Terms, Verdict,
    Verifier, sign,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const ROUNDS: usize = 6_001;
const CALLS_A_ROUND: u32 = 40;
const ATTEMPTS: usize = 30;
const NOW: u64 = 1_899_999_000;
const EXP: u64 = 1_900_000_000;
/// 60 bytes, as the usual path of a picture or segment.
const PATH: &str = "/media/projects/2031/summer/holiday-by-the-lake/photo-07.jpg";

struct Case {
    name: &'static str,
    terms: Terms,
    /// What of the signed bytes stands behind the token's text.
    signed_path: Option<&'static str>,
    limit: f64,
}

fn cases() -> [Case; 2] {
    let usual = Terms {
        exp: EXP,
        ..Terms::default()
    };
    let list = |members: &[&str]| members.iter().map(ToString::to_string).collect();
    let bound = Terms {
        path: list(&[
            "/thumbs/*.jpg",
            "/media/projects/**",
            "-/media/projects/drafts/**",
        ]),
        ip: list(&["192.0.2.0/24"]),
        geo: list(&["DE", "AT", "CH"]),
        ..usual.clone()
    };
    [
        Case {
            name: "kid, exp, 60-byte path",
            terms: usual,
            signed_path: Some(PATH),
            limit: 1.6,
        },
        Case {
            name: "three patterns, ip, geo",
            terms: bound,
            signed_path: None,
            limit: 2.5,
        },
    ]
}

/// What is done with a case's two sides.
#[derive(Clone, Copy)]
enum Task {
    /// Time them in turns.
    Time,
    /// Make so many calls of one side.
    Call { ours: bool, calls: u32 },
}

#[allow(clippy::disallowed_methods, reason = "a bench's own arguments")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [place, side, calls] = arguments.as_slice() {
        let place: usize = place.parse().expect("a case: 0 or 1");
        let calls = calls.parse().expect("a number of calls");
        let ours = side == "ours";
        run(&cases()[place], Task::Call { ours, calls });
        return ExitCode::SUCCESS;
    }
    println!("{}", machine());
    let mut within = true;
    for case in cases() {
        within &= run(&case, Task::Time);
    }
    if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether the case keeps its limit.
fn run(case: &Case, task: Task) -> bool {
    let secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let secret_bytes: Vec<u8> = (0..32).collect();
    let keys = [Key::hs256("k1", secret).expect("a sound key")];
    let site = Site::new("media.example", Names::default()).expect("a sound site");
    let facts = SignedFacts {
        path: CanonicalPath::new(PATH).ok(),
        ..SignedFacts::default()
    };
    let token = sign(&case.terms, &facts, &site, &keys[0], None).expect("sound terms");
    let (text, signature) = peer_input(&token, case.signed_path);
    let peer = Hmac::<Sha256>::new_from_slice(&secret_bytes).expect("any length is a key");

    let target = format!("{PATH}?cs={token}");
    let headers: [(&[u8], &[u8]); 5] = [
        (b"host", b"media.example"),
        (
            b"user-agent",
            b"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        ),
        (b"accept", b"image/avif,image/webp,*/*;q=0.8"),
        (b"accept-encoding", b"gzip, deflate, br"),
        (b"referer", b"https://www.example/album/7"),
    ];
    let request = Request {
        method: "GET",
        target: target.as_bytes(),
        headers: &headers[..],
        client: ClientAddress::parse("192.0.2.7"),
        country: Some("AT"),
    };
    let verifier = Verifier {
        site: &site,
        policy: &[],
        keys: &keys,
        revocations: &(),
    };
    let mut scratch = Scratch::new();
    let mut ours = |wait: u64| {
        let verdict = black_box(&verifier).verify(black_box(&request), NOW + wait, &mut scratch);
        u64::from(!black_box(matches!(verdict, Verdict::Granted(_))))
    };
    let signed_bytes = text.len();
    let bare = |wait: u64| {
        let mut mac = black_box(&peer).clone();
        // Waits without writing: a byte just written would hold up the hash that reads it.
        mac.update(black_box(&text[wait as usize..]));
        u64::from(!black_box(
            mac.verify_slice(black_box(&signature[..])).is_ok(),
        ))
    };

    if let Task::Call {
        ours: is_ours,
        calls,
    } = task
    {
        let sum: u64 = match is_ours {
            true => (0..calls).map(|_| ours(0)).sum(),
            false => (0..calls).map(|_| bare(0)).sum(),
        };
        assert_eq!(sum, 0, "a call that failed measures nothing");
        return true;
    }
    // Whatever else runs here only adds, and more to the longer side: a limit that is kept once is
    // kept.
    (0..ATTEMPTS).any(|_| {
        let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
            .map(|_| (time(&bare), time(&mut ours)))
            .collect();
        report(case, signed_bytes, &mut rounds)
    })
}

/// The signed bytes, written down here once more, and the signature over them.
fn peer_input(token: &str, path: Option<&str>) -> (Vec<u8>, [u8; 32]) {
    use base64::Engine;
    let (text, signature) = token.split_once("~sig=").expect("a signature");
    let netstring = |text: &str| format!("{}:{text},", text.len());
    let mut bytes = netstring("countersign/1") + &netstring("media.example") + &netstring(text);
    bytes.push_str(&path.map(netstring).unwrap_or_default());
    let mut decoded = [0; 32];
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode_slice(signature, &mut decoded)
        .expect("32 bytes");
    (bytes.into_bytes(), decoded)
}

/// Nanoseconds a call, over one short round.
///
/// A call is given what the one before it returned, which is 0: both sides succeed.
fn time(mut call: impl FnMut(u64) -> u64) -> f64 {
    let start = Instant::now();
    let mut last = 0;
    for _ in 0..CALLS_A_ROUND {
        last = call(last);
    }
    let time = nanoseconds(start.elapsed()) / f64::from(CALLS_A_ROUND);
    assert_eq!(last, 0, "a call that failed measures nothing");
    time
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

fn report(case: &Case, signed_bytes: usize, rounds: &mut [(f64, f64)]) -> bool {
    let mut sorted = |of: fn(&(f64, f64)) -> f64| {
        rounds.sort_by(|one, other| of(one).total_cmp(&of(other)));
        (of(&rounds[rounds.len() / 2]), of(&rounds[0]))
    };
    let (bare, bare_least) = sorted(|round| round.0);
    let (ours, ours_least) = sorted(|round| round.1);
    let (ratio, _) = sorted(|round| round.1 / round.0);
    let within = ratio <= case.limit;
    println!("{}, {signed_bytes} signed bytes", case.name);
    println!("  bare HMAC   {bare:6.1} ns (least {bare_least:.1})");
    println!("  verify      {ours:6.1} ns (least {ours_least:.1})");
    println!(
        "  ratio       {ratio:6.2}    (of the least {:.2}), limit {}: {}",
        ours_least / bare_least,
        case.limit,
        if within { "kept" } else { "EXCEEDED" }
    );
    within
}

/// What the figures depend on.
fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let fact = |name: &str| {
        let line = cpu.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = fact("model name").unwrap_or_else(|| "unknown".to_owned());
    let flags = fact("flags").unwrap_or_default();
    let sha = if flags.split(' ').any(|flag| flag == "sha_ni") {
        "with SHA instructions"
    } else {
        "SHA instructions unknown"
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{model}, {sha}, {cores} cores, {} {}, {ROUNDS} rounds of {CALLS_A_ROUND} calls each",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}
