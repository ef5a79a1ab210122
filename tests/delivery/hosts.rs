//! Whose request it is.

use std::fs;

use crate::support::http::request;
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{SECRET, signed, target, terms, token_of};

#[test]
fn a_request_has_exactly_one_host() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "hello");
    let path = signed("/a.txt");
    let absolute = format!("http://media.test{path}");
    let with_user = format!("http://u@media.test{path}");
    for (target, hosts, status, code) in [
        (&path, &["media.test"][..], 200, ""),
        (&path, &["MEDIA.test"], 200, ""),
        (&path, &["media.test:8080"], 200, ""),
        (&absolute, &["media.test"], 200, ""),
        (&path, &[], 400, "bad_host"),
        (&path, &["media.test", "media.test"], 400, "bad_host"),
        (&path, &[""], 400, "bad_host"),
        (&path, &["media.test/x"], 400, "bad_host"),
        (&path, &["u@media.test"], 400, "bad_host"),
        (&path, &["media.test:"], 400, "bad_host"),
        (&path, &["media.test:99999"], 400, "bad_host"),
        (&path, &["media.test, other.test"], 400, "bad_host"),
        (&path, &["[media.test]"], 400, "bad_host"),
        (&path, &["mediä.test"], 400, "bad_host"),
        (&path, &["media.test", "other.test"], 400, "bad_host"),
        (&absolute, &[], 400, "bad_host"),
        (&with_user, &["media.test"], 400, "bad_host"),
        (&with_user, &["u@media.test"], 400, "bad_host"),
        (&absolute, &["other.test"], 400, "bad_host"),
        (&absolute, &["media.test:8080"], 400, "bad_host"),
        (&path, &["media.test."], 421, "unknown_host"),
        (&path, &["media%2etest"], 400, "bad_host"),
        (&path, &["other.test"], 421, "unknown_host"),
        (&path, &["media.test.evil"], 421, "unknown_host"),
        (&path, &["127.0.0.1"], 421, "unknown_host"),
    ] {
        let hosts: Vec<_> = hosts.iter().map(|host| ("Host", *host)).collect();
        let answer = origin.raw(&request("GET", target, &hosts));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{hosts:?}"
        );
        if status != 200 {
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    let old = format!("GET {path} HTTP/1.0\r\n\r\n");
    assert_eq!(origin.raw(old.as_bytes()).code(), "bad_host");
}

#[test]
fn a_target_is_a_path_or_a_url_of_http() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "hello");
    let path = signed("/a.txt");
    for (method, target, status, code) in [
        ("GET", format!("https://media.test{path}"), 200, ""),
        ("GET", format!("ftp://media.test{path}"), 400, "bad_request"),
        ("GET", "ws://media.test/".to_owned(), 400, "bad_request"),
        ("GET", "media.test".to_owned(), 400, "bad_request"),
        (
            "CONNECT",
            "media.test:80".to_owned(),
            405,
            "method_not_allowed",
        ),
    ] {
        let host = if method == "CONNECT" {
            &target
        } else {
            "media.test"
        };
        let answer = origin.raw(&request(method, &target, &[("Host", host)]));
        let found = (answer.status, answer.code());
        assert_eq!(found, (status, code.to_owned()), "{target}");
    }
}

#[test]
fn two_sites_in_one_process_share_nothing() {
    let prefixed =
        site("other", "", "").replace("root = \"other\"", "root = \"other\"\nprefix = \"own/\"");
    let origin = Origin::start(&format!("{TOP}{}{prefixed}", site("media", "", "")));
    origin.put("a.txt", "of media");
    origin.put("only.txt", "of media");
    fs::create_dir(origin.folder().join("other/own")).unwrap();
    fs::write(origin.folder().join("other/own/a.txt"), "of other").unwrap();
    fs::write(origin.folder().join("other/above.txt"), "above").unwrap();
    // The same secret, path and cache, in turns.
    let ask = |host: &str, site: &str, path: &str| {
        let token = token_of(site, ("k1", SECRET), path, &terms());
        origin.raw(&request("GET", &target(path, &token), &[("Host", host)]))
    };
    for _ in 0..2 {
        assert_eq!(ask("media.test", "media", "/a.txt").text(), "of media");
        assert_eq!(ask("other.test", "other", "/a.txt").text(), "of other");
        assert_eq!(ask("media.test", "other", "/a.txt").code(), "bad_signature");
        assert_eq!(ask("other.test", "media", "/a.txt").code(), "bad_signature");
        assert_eq!(ask("media.test", "media", "/only.txt").status, 200);
        assert_eq!(ask("other.test", "other", "/only.txt").status, 404);
        assert_eq!(ask("other.test", "other", "/above.txt").status, 404);
    }
}
