//! In front of another server; here another front, as the shape is the same.

use s3_front::{Content, Fault, Front, Objects, Rule};

use crate::client::{ask, get};

#[test]
fn what_is_not_made_here_is_passed_on_and_faults_hold_for_it_too() {
    let behind = Front::alone();
    behind.put(Objects::new("*", 70_000));
    let front = Front::before(&behind.endpoint());
    let content = Content::of("a", 1);
    let got = get(front.address(), "a", &["range: bytes=5-66000"]);
    assert_eq!(got.header("content-range"), Some("bytes 5-66000/70000"));
    assert!(got.body == content.bytes(5..66_001));
    let head = ask(
        front.address(),
        "HEAD",
        "a",
        &[],
        std::time::Duration::from_secs(5),
    );
    assert_eq!(head.header("content-length"), Some("70000"));

    front.add(Rule::new(Fault::Changed).times(2));
    let changed = get(front.address(), "a", &[]);
    assert_ne!(changed.header("etag"), Some(content.etag().as_str()));
    assert!(changed.body != content.bytes(0..70_000) && changed.body.len() == 70_000);
    let old = format!("if-match: {}", content.etag());
    assert_eq!(get(front.address(), "a", &[&old]).status(), 412);
    assert_eq!(get(front.address(), "a", &[&old]).status(), 200);

    front.add(Rule::new(Fault::WholeObject));
    let whole = get(front.address(), "a", &["range: bytes=5-9"]);
    assert_eq!((whole.status(), whole.body.len()), (200, 70_000));
    drop(behind);
    assert_eq!(get(front.address(), "a", &[]).status(), 503);
}
