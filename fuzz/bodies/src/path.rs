//! Any bytes as a target.

use countersign_token::{CanonicalPath, SignedFacts, Terms, Verdict, sign};

use crate::bench::{Asked, Bench};
use crate::plain::{is_canonical, percent_decode};

/// The input is a target. It has a canonical path exactly where TOKEN.md §3, read plainly, gives it
/// one; that path, written back, reads as itself; and a token signed for it opens it.
pub fn path(data: &[u8]) {
    let bench = Bench::public();
    let read = |target: &[u8]| {
        bench.ask(target, &[], Asked::default(), |verdict| match verdict {
            Verdict::Public(path) => Ok((path.as_str().to_owned(), path.to_string())),
            Verdict::Denied(denial) => Err(denial.reason().as_str()),
            _ => panic!("all is public here: {verdict:?}"),
        })
    };
    let found = read(data);
    let plain = plain_path(data);
    let has_token = plain.as_ref().is_some_and(|path| path.starts_with(b"/cs="));
    match &found {
        Ok((path, _)) if !has_token => assert_eq!(Some(path.as_bytes()), plain.as_deref()),
        Ok(_) | Err("conflict") => {}
        Err("bad_path") if has_token => {}
        Err("bad_path") => assert!(!plain.is_some_and(|path| is_canonical(&path)), "refused"),
        Err(other) => panic!("{other} is no reason of a public path"),
    }
    let Ok((path, written)) = found else {
        return;
    };
    assert!(is_canonical(path.as_bytes()), "{path:?}");
    assert!(
        written
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)),
        "{written}"
    );
    assert_eq!(
        read(written.as_bytes()),
        Ok((path.clone(), written.clone()))
    );
    opens(&path, &written, data);
}

/// The path's own token opens it as it was asked for and as it is written back.
fn opens(path: &str, written: &str, target: &[u8]) {
    let bench = Bench::new();
    let terms = Terms {
        exp: 1_900_000_000,
        ..Terms::default()
    };
    let facts = SignedFacts {
        path: Some(CanonicalPath::new(path).expect("it was read from a target")),
        ..SignedFacts::default()
    };
    let token = sign(&terms, &facts, &bench.site, &bench.keys[0], None).expect("a sound path");
    let header: (&[u8], &[u8]) = (b"countersign", token.as_bytes());
    let ask = |target: &[u8]| {
        bench.ask(
            target,
            &[header],
            Asked::default(),
            |verdict| match verdict {
                Verdict::Granted(grant) => Ok(grant.path().as_str().to_owned()),
                Verdict::Denied(denial) => Err(denial.reason().as_str()),
                _ => panic!("there is no policy: {verdict:?}"),
            },
        )
    };
    assert_eq!(ask(written.as_bytes()), Ok(path.to_owned()));
    // The target may hold a token already.
    let asked = ask(target);
    assert!(
        asked == Ok(path.to_owned()) || asked == Err("conflict"),
        "{asked:?}"
    );
}

/// The decoded path, if nothing before decoding speaks against it; not yet held against §3.
fn plain_path(target: &[u8]) -> Option<Vec<u8>> {
    let raw = target.split(|&byte| byte == b'?').next()?;
    let escaped_slash = raw.windows(3).any(|text| text.eq_ignore_ascii_case(b"%2f"));
    if target.contains(&b'#') || escaped_slash {
        return None;
    }
    percent_decode(raw)
}
