//! The signed bytes are read back as what was signed, so no two grants share them.

use proptest::prelude::*;

use crate::generate::NOW;
use crate::generate::{Place, Wanted, Wire, wanted};
use countersign_token::Scratch;

/// The signed bytes as an explanation shows them.
fn signed_bytes(wire: &Wire) -> Option<String> {
    wire.with("s.example", |verifier, request| {
        let (_, told) = verifier.explain(&request, NOW, &mut Scratch::new());
        let step = told
            .steps
            .into_iter()
            .find(|step| step.name == "signed bytes")?;
        Some(step.note)
    })
}

/// `None` unless all of it are netstrings.
fn netstrings(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut strings = Vec::new();
    while !bytes.is_empty() {
        let colon = bytes.iter().position(|&byte| byte == b':')?;
        let len: usize = std::str::from_utf8(&bytes[..colon]).ok()?.parse().ok()?;
        strings.push(bytes.get(colon + 1..colon + 1 + len)?);
        bytes = bytes[colon + 1 + len..].strip_prefix(b",")?;
    }
    Some(strings)
}

fn expected(wanted: &Wanted, token: &str) -> Vec<Vec<u8>> {
    let mut strings = vec![b"countersign/1".to_vec(), b"s.example".to_vec()];
    strings.push(token.split("~sig=").next().unwrap().into());
    if wanted.terms.path.is_empty() {
        strings.push(wanted.path.clone().into());
    }
    for (_, value) in wanted.query.iter().chain(&wanted.headers) {
        strings.push(
            value
                .as_ref()
                .map(|value| format!("={value}"))
                .unwrap_or_default()
                .into(),
        );
    }
    strings
}

proptest! {
    #[test]
    fn the_signed_bytes_are_netstrings_of_what_was_signed(wanted in wanted(), seed: u64) {
        // An explanation shows control characters in another form, C1 ones too.
        let plain = |text: &str| !text.chars().any(char::is_control);
        let mut values = wanted.query.iter().filter_map(|(_, value)| value.as_deref());
        prop_assume!(plain(&wanted.path) && values.all(plain));
        let Some(token) = wanted.sign() else { return Ok(()) };
        let wire = Wire::of(&wanted, &token, Place::Query, seed);
        let bytes = signed_bytes(&wire).unwrap_or_default();
        let expected = expected(&wanted, &token);
        let expected: Vec<&[u8]> = expected.iter().map(|string| &string[..]).collect();
        prop_assert_eq!(netstrings(bytes.as_bytes()), Some(expected));
    }
}
