//! How objects are sent: types, protection, file names, how long they may be kept.

use crate::support::http::Answer;
use crate::support::origin::Origin;
use crate::support::token::{NOW, Terms, signed, signed_with, terms};

fn is_protected(answer: &Answer) -> bool {
    let sandboxed = answer
        .header("content-security-policy")
        .starts_with("sandbox");
    let saved = answer
        .header("content-disposition")
        .starts_with("attachment");
    assert_eq!(sandboxed, saved, "both or none: {answer:?}");
    sandboxed
}

#[test]
fn what_a_browser_would_run_is_sandboxed_and_saved() {
    let origin = Origin::media("", "[site.answers]\nallow_active_types = [\"/pages/**\"]");
    for (name, kind, protected) in [
        ("a.html", "text/html", true),
        ("a.svg", "image/svg+xml", true),
        ("a.js", "text/javascript", true),
        ("a.xml", "text/xml", true),
        ("a", "application/octet-stream", true),
        ("a.jpg", "image/jpeg", false),
        ("a.mp4", "video/mp4", false),
        ("a.m3u8", "application/vnd.apple.mpegurl", false),
        ("a.pdf", "application/pdf", false),
        ("a.txt", "text/plain", false),
        ("pages/a.html", "text/html", false),
    ] {
        origin.put(name, "x");
        let path = format!("/{name}");
        let answer = origin.get(&signed(&path));
        assert_eq!(answer.header("content-type"), kind, "{name}");
        assert_eq!(is_protected(&answer), protected, "{name}");
        let part = origin.send("GET", &signed(&path), &[("Range", "bytes=0-0")]);
        assert_eq!(
            (part.status, is_protected(&part)),
            (206, protected),
            "{name}"
        );
    }
    // What is sent decides, and only the site lifts it.
    for (name, ct, cd, protected) in [
        ("a.html", Some("text/plain"), None, false),
        ("a.html", None, Some("inline"), true),
        (
            "a.html",
            Some("text/html; charset=utf-8"),
            Some("inline:x.html"),
            true,
        ),
        ("a.jpg", Some("text/html"), Some("inline"), true),
        ("a.jpg", Some("image/svg+xml"), None, true),
        ("pages/a.html", Some("image/svg+xml"), None, false),
    ] {
        let terms = Terms {
            ct: ct.map(Into::into),
            cd: cd.map(Into::into),
            ..terms()
        };
        let answer = origin.get(&signed_with(&format!("/{name}"), &terms));
        assert_eq!(is_protected(&answer), protected, "{name} {ct:?} {cd:?}");
        if let Some(ct) = ct {
            assert_eq!(answer.header("content-type"), ct);
        }
    }
}

#[test]
fn a_token_names_the_file_that_is_saved() {
    let origin = Origin::media("", "");
    origin.put("a.jpg", "x");
    for (cd, header) in [
        ("attachment", "attachment"),
        ("inline", "inline"),
        (
            "attachment:holiday.jpg",
            "attachment; filename=\"holiday.jpg\"",
        ),
        ("inline:a b;c.jpg", "inline; filename=\"a b;c.jpg\""),
        (
            "attachment:Zürich \"100%\".jpg",
            "attachment; filename=\"Z_rich _100__.jpg\"; filename*=UTF-8''Z%C3%BCrich%20%22100%25%22.jpg",
        ),
    ] {
        let terms = Terms {
            cd: Some(cd.into()),
            ..terms()
        };
        let answer = origin.get(&signed_with("/a.jpg", &terms));
        assert_eq!(answer.header("content-disposition"), header);
    }
}

#[test]
fn nothing_is_kept_longer_than_its_token_lives() {
    let origin = Origin::media(
        "",
        "[[site.policy]]\npaths = [\"/open/**\"]\nmode = \"public\"",
    );
    origin.put("a.jpg", "x");
    origin.put("open/a.jpg", "x");
    let cache = |target: &str| origin.get(target).header("cache-control");
    assert_eq!(cache(&signed("/a.jpg")), "private, max-age=600");
    origin.clock.set(NOW + 590);
    assert_eq!(cache(&signed("/a.jpg")), "private, max-age=10");
    let long = Terms {
        exp: NOW + 86_400,
        ..terms()
    };
    assert_eq!(
        cache(&signed_with("/a.jpg", &long)),
        "private, max-age=3600"
    );
    assert_eq!(cache("/open/a.jpg"), "public, max-age=3600");

    let edge = Origin::media(
        "",
        "[site.answers]\nedge_verifies = true\ncache_status = true\nserver_timing = true",
    );
    edge.put("a.jpg", "x");
    let answer = edge.get(&signed("/a.jpg"));
    assert_eq!(answer.header("cache-control"), "public, max-age=600");
    assert_eq!(answer.header("cdn-cache-control"), "max-age=600");
    assert!(
        answer.header("cache-status").contains("fwd=miss"),
        "{answer:?}"
    );
    assert!(!answer.header("server-timing").is_empty());
    assert!(
        edge.get(&signed("/a.jpg"))
            .header("cache-status")
            .contains("hit")
    );
    // What a token changes in an answer is for nobody else.
    let own = Terms {
        cd: Some("attachment:mine.jpg".into()),
        ..terms()
    };
    let answer = edge.get(&signed_with("/a.jpg", &own));
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(!answer.has("cdn-cache-control"));
}
