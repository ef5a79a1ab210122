//! Whatever comes, it is read without a panic and the same by everybody.

use countersign_token::{
    CanonicalPath, Mode, Patterns, PolicyRule, Request, Scratch, Verdict, Verifier, escape,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::generate::{NOW, Wire, keys, path, place, site, text, wanted};

fn noise() -> impl Strategy<Value = Vec<u8>> {
    let telling = select(b"/%?#&=;~!*@.\\cs123kidexpAF-\"\x00\x7f\xc3\xa9".to_vec());
    vec(prop_oneof![4 => telling, 1 => any::<u8>()], 0..60)
}

/// Verifies and explains; both must say the same.
fn outcome(wire: &Wire) -> Result<String, TestCaseError> {
    wire.with("s.example", |verifier, request| {
        let verdict = format!("{:?}", verifier.verify(&request, NOW, &mut Scratch::new()));
        let mut scratch = Scratch::new();
        let (explained, told) = verifier.explain(&request, NOW, &mut scratch);
        prop_assert_eq!(&verdict, &format!("{explained:?}"));
        prop_assert!(!told.steps.is_empty());
        Ok(verdict)
    })
}

/// The canonical path of a target, by a site that lets everybody in.
fn canonical(target: &[u8]) -> Option<(String, String)> {
    let (site, keys) = (site("s"), keys());
    let policy = [PolicyRule {
        paths: Patterns::parse("/**").unwrap(),
        mode: Mode::Public,
    }];
    let verifier = Verifier {
        site: &site,
        policy: &policy,
        keys: &keys,
        revocations: &(),
    };
    let request = Request {
        method: "GET",
        target,
        headers: (),
        client: None,
        country: None,
    };
    match verifier.verify(&request, NOW, &mut Scratch::new()) {
        Verdict::Public(path) => Some((path.as_str().to_owned(), path.to_string())),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_bytes_get_a_verdict_and_the_same_explanation(
        target in noise(), header in noise(), cookie in noise(), bare: bool,
    ) {
        let mut headers = vec![(b"countersign".to_vec(), header), (b"cookie".to_vec(), cookie)];
        headers.truncate(if bare { 0 } else { 2 });
        let slash = [b"/".to_vec(), target.clone()].concat();
        outcome(&Wire { target, headers: headers.clone() })?;
        outcome(&Wire { target: slash, headers })?;
    }

    #[test]
    fn any_token_text_gets_a_verdict_and_the_same_explanation(text in noise(), rest in noise()) {
        let text = [b"1~kid=k0~exp=9~", &text[..], b"~sig=", &rest[..]].concat();
        let headers = vec![(b"countersign".to_vec(), text)];
        outcome(&Wire { target: b"/".to_vec(), headers })?;
    }

    #[test]
    fn a_signed_request_with_noise_in_it_gets_the_same_explanation(
        wanted in wanted(), place in place(), seed: u64, at: prop::sample::Index, noise in noise(),
    ) {
        let Some(token) = wanted.sign() else { return Ok(()) };
        let mut wire = Wire::of(&wanted, &token, place, seed);
        prop_assert!(outcome(&wire)?.starts_with("Granted"));
        let at = at.index(wire.target.len());
        let short = &noise[..noise.len().min(4)];
        wire.target.splice(at..at, short.iter().copied());
        outcome(&wire)?;
    }

    #[test]
    fn a_canonical_path_written_back_reads_as_itself(path in path()) {
        let written = CanonicalPath::new(&path).unwrap().to_string();
        prop_assert_eq!(canonical(written.as_bytes()), Some((path, written)));
    }

    #[test]
    fn whatever_target_has_a_canonical_path_reads_as_its_written_form(noise in noise()) {
        let target = [b"/", &noise[..]].concat();
        if let Some((path, written)) = canonical(&target) {
            prop_assert!(CanonicalPath::new(&path).is_ok());
            // A path that starts as a token does would be cut off once more.
            if !path.starts_with("/cs=") {
                prop_assert_eq!(canonical(written.as_bytes()), Some((path, written)));
            }
        }
    }

    #[test]
    fn escaped_text_is_bare_and_reads_back(value in text(128)) {
        let escaped = escape(&value);
        let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:~".contains(&byte);
        prop_assert!(escaped.bytes().all(bare));
        let mut read = Vec::new();
        let mut bytes = escaped.bytes();
        while let Some(byte) = bytes.next() {
            let figures: String = bytes.by_ref().take(if byte == b'~' { 2 } else { 0 }).map(char::from).collect();
            read.push(u8::from_str_radix(&figures, 16).unwrap_or(byte));
        }
        prop_assert_eq!(read, value.into_bytes());
    }
}
