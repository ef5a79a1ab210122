//! What a person sees who follows a link that does not hold.

use std::fs;

use crate::support::http::Answer;
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{NOW, Terms, signed, signed_with, terms};

const BROWSER: [(&str, &str); 2] = [
    ("Sec-Fetch-Mode", "navigate"),
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
];

const LOGIN: &str = "[site.denied_navigation]\n\
     redirect = \"https://app.example/login?from=media&return_to={return_to}\"\n";

fn late(path: &str) -> String {
    signed_with(
        path,
        &Terms {
            exp: NOW,
            ..terms()
        },
    )
}

fn follow(origin: &Origin, method: &str, target: &str) -> Answer {
    let answer = origin.send(method, target, &BROWSER);
    assert_eq!(
        answer.header("cache-control").contains("no-store"),
        answer.status != 200
    );
    answer
}

#[test]
fn a_person_is_led_to_the_login_with_the_way_back_and_without_the_token() {
    let origin = Origin::media("", LOGIN);
    origin.put("a b/ü&c.txt", "hello");
    let path = "/a b/ü&c.txt";
    let bare = "/a%20b/%C3%BC%26c.txt";
    let login = "https://app.example/login?from=media&return_to=\
                 https%3A%2F%2Fmedia.test%2Fa%2520b%2F%25C3%25BC%2526c.txt";
    for method in ["GET", "HEAD"] {
        for target in [bare.to_owned(), format!("{bare}?w=1"), late(path)] {
            let answer = follow(&origin, method, &target);
            let told = (answer.status, answer.header("location"));
            assert_eq!(told, (302, login.to_owned()), "{target}");
            assert_eq!(answer.header("content-length"), "0");
            assert!(!answer.has("www-authenticate") && !answer.has("content-type"));
        }
    }
    assert_eq!(follow(&origin, "GET", &signed(path)).status, 200);
    // What a login does not help against stays a problem.
    let other = signed("/b.txt").replace("/b.txt", bare);
    assert_eq!(follow(&origin, "GET", &other).code(), "bad_signature");
    assert_eq!(follow(&origin, "GET", "/x/../a").code(), "bad_path");
    assert_eq!(follow(&origin, "GET", &signed("/none")).code(), "not_found");
    // A host of the request's own goes nowhere.
    let host = [("X-Forwarded-Host", "evil.example"), BROWSER[0], BROWSER[1]];
    let answer = origin.send("GET", "//evil.example/%2e%2e", &host);
    assert_eq!((answer.status, answer.has("location")), (400, false));
    let answer = origin.send("GET", "/evil.example", &host);
    assert!(
        answer
            .header("location")
            .ends_with("%2F%2Fmedia.test%2Fevil.example")
    );
}

#[test]
fn scripts_and_players_get_the_problem() {
    let origin = Origin::media("", LOGIN);
    for headers in [
        &[][..],
        &BROWSER[..1],
        &BROWSER[1..],
        &[("Sec-Fetch-Mode", "cors"), BROWSER[1]],
        &[("Sec-Fetch-Mode", "navigate"), ("Accept", "*/*")],
        &[("Sec-Fetch-Mode", "cors"), BROWSER[0], BROWSER[1]],
    ] {
        let answer = origin.send("GET", "/a.txt", headers);
        assert_eq!((answer.status, answer.code().as_str()), (401, "missing"));
    }
}

#[test]
fn a_page_of_the_operators_is_shown_with_the_denials_status() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("denied.html");
    let html = "<!doctype html><title>Sorry</title><p>{reason} {request_id}";
    fs::write(&file, html).unwrap();
    let page = format!("[site.denied_navigation]\npage = \"{}\"\n", file.display());
    let start = |own: &str| Origin::start(&format!("{TOP}{}{own}", site("media", "", &page)));
    let origin = start("");
    for (target, status, reason) in [
        ("/a.txt".to_owned(), 401, "missing"),
        (late("/a.txt"), 403, "expired"),
        ("/x/../a".to_owned(), 400, "bad_path"),
    ] {
        let answer = follow(&origin, "GET", &target);
        assert_eq!(
            (answer.status, answer.header("countersign-reason")),
            (status, reason.into())
        );
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        let start = format!("<!doctype html><title>Sorry</title><p>{reason} ");
        let id = answer.text().strip_prefix(&start).unwrap();
        assert_eq!(id.len(), 24, "{id}");
        let head = follow(&origin, "HEAD", &target);
        assert_eq!(head.status, status);
        assert_eq!(head.header("content-length"), answer.body.len().to_string());
    }
    let origin = start("reasons = [\"expired\"]\n[site.answers]\nshow_reasons = false\n");
    let answer = follow(&origin, "GET", &late("/a.txt"));
    assert!(answer.text().contains("<p>denied "), "{}", answer.text());
    assert_eq!(follow(&origin, "GET", "/a.txt").code(), "missing");
}
