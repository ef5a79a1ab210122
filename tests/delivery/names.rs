//! Names that have to be escaped, and the carriers in which tokens come.

use countersign_token::Carrier;

use crate::support::origin::Origin;
use crate::support::token::{Terms, in_url, signed, terms, token};

#[test]
fn a_name_is_decoded_once_and_only_once() {
    let origin = Origin::media("", "");
    let composed = "caf\u{e9}.txt";
    let decomposed = "cafe\u{301}.txt";
    let names = [
        "a b.txt",
        "100%.txt",
        "a+b.txt",
        "a%2Fb.txt",
        "a'(~@$,;=&!*).txt",
        composed,
        decomposed,
        "日本.txt",
        "a?b.txt",
        "a#b.txt",
    ];
    for name in names {
        origin.put(name, name);
    }
    for name in names {
        let answer = origin.get(&signed(&format!("/{name}")));
        assert_eq!((answer.status, answer.text()), (200, name), "{name}");
    }
    // Other spellings of one path are one path; a blank never stands for a plus sign.
    let by_header = |spelled: &str, path: &str| {
        let token = token(path, &terms());
        origin.send("GET", spelled, &[("Countersign", &token)])
    };
    assert_eq!(by_header("/%61%20b.txt", "/a b.txt").text(), "a b.txt");
    assert_eq!(by_header("/a%2bb.txt", "/a+b.txt").text(), "a+b.txt");
    assert_eq!(by_header("/a+b.txt", "/a b.txt").code(), "bad_signature");
    assert_eq!(by_header("/a%252Fb.txt", "/a%2Fb.txt").text(), "a%2Fb.txt");
    assert_eq!(by_header("/a%2Fb.txt", "/a/b.txt").code(), "bad_path");
    assert_eq!(
        by_header(&format!("/{composed}"), &format!("/{composed}")).text(),
        composed
    );
    assert_eq!(
        by_header("/caf%C3%A9.txt", &format!("/{decomposed}")).code(),
        "bad_signature"
    );
}

#[test]
fn a_token_comes_by_path_query_header_or_cookie() {
    let origin = Origin::media("", "");
    origin.put("hls/7/a.m3u8", "list");
    origin.put("hls/7/1.ts", "segment");
    let folder = Terms {
        path: vec!["/hls/7/**".into()],
        ..terms()
    };
    let path = "/hls/7/a.m3u8";
    let token = token(path, &folder);
    let by_path = in_url(path, &token, Carrier::Path);
    assert_eq!(origin.get(&by_path).text(), "list");
    // As a player resolves a playlist's relative URL.
    assert_eq!(
        origin.get(&by_path.replace("a.m3u8", "1.ts")).text(),
        "segment"
    );
    assert_eq!(
        origin.get(&in_url(path, &token, Carrier::Query)).text(),
        "list"
    );
    let with = |headers: &[(&str, &str)]| origin.send("GET", path, headers);
    assert_eq!(with(&[("countersign", &token)]).text(), "list");
    let cookie = |name: &str, value: &str| format!("theme=dark; {name}={value}; x=y");
    for name in ["cs", "cs-film", "__Host-cs", "__Secure-cs-7"] {
        assert_eq!(
            with(&[("Cookie", &cookie(name, &token))]).text(),
            "list",
            "{name}"
        );
    }
    assert_eq!(with(&[("Cookie", &cookie("CS", &token))]).code(), "missing");
    let bad = cookie("cs", "1~kid=k1~exp=1~sig=x");
    assert_eq!(with(&[("Cookie", &bad)]).code(), "malformed");
    assert_eq!(
        with(&[("Cookie", &bad), ("Cookie", &format!("cs-2={token}"))]).text(),
        "list"
    );
    // Of two explicit ones nobody may choose; beside one, cookies are not looked at.
    let two = origin.send("GET", &by_path, &[("Countersign", &token)]);
    assert_eq!((two.status, two.code().as_str()), (400, "conflict"));
    assert_eq!(
        with(&[("Countersign", &token), ("Cookie", &bad)]).text(),
        "list"
    );
    assert_eq!(
        with(&[("Countersign", "x"), ("Cookie", &cookie("cs", &token))]).code(),
        "malformed"
    );
}
