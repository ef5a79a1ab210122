//! Which methods there are.

use crate::support::http::request;
use crate::support::origin::Origin;
use crate::support::token::{Terms, signed, signed_with, terms};

#[test]
fn objects_are_read_with_get_and_head_and_nothing_else() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "hello");
    let got = origin.get(&signed("/a.txt"));
    assert_eq!((got.status, got.text()), (200, "hello"));
    let head = origin.send("HEAD", &signed("/a.txt"), &[]);
    let without_date = |headers: &[(String, String)]| {
        let kept = headers.iter().filter(|(name, _)| name != "date");
        kept.cloned().collect::<Vec<_>>()
    };
    assert_eq!(head.status, 200);
    assert_eq!(without_date(&head.headers), without_date(&got.headers));
    assert_eq!(head.header("content-length"), "5");
    assert!(!head.header("etag").is_empty());

    let reads = origin.metric(
        "countersign_decisions_total{site=\"media\",decision=\"granted\",reason=\"none\",carrier=\"query\"}",
    );
    assert_eq!(reads, Some(2.0));
    let all = Terms {
        method: vec![
            "POST".into(),
            "DELETE".into(),
            "PUT".into(),
            "PATCH".into(),
            "TRACE".into(),
            "QUERY".into(),
        ],
        ..terms()
    };
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "QUERY", "get"] {
        let answer = origin.send(method, &signed_with("/a.txt", &all), &[]);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (405, "method_not_allowed"),
            "{method}"
        );
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS", "{method}");
        assert_eq!(answer.header("cache-control"), "no-store", "{method}");
    }
    let mut upload = request(
        "POST",
        &signed("/a.txt"),
        &[("Host", "media.test"), ("Content-Length", "5")],
    );
    upload.extend(b"other");
    assert_eq!(origin.raw(&upload).status, 405);
    // Neither verified nor looked up: no method but the two above came further than the door.
    assert_eq!(
        origin.metric("countersign_cache_outcomes_total{site=\"media\",outcome=\"miss\"}"),
        Some(1.0)
    );
    assert_eq!(origin.get(&signed("/a.txt")).text(), "hello");
    let connect = origin.raw(&request("CONNECT", "media.test", &[("Host", "media.test")]));
    assert_eq!(connect.status, 405);
}

#[test]
fn options_needs_no_token() {
    let origin = Origin::media("", "");
    for target in ["/a.txt", "*", "/a/../b"] {
        let answer = origin.send("OPTIONS", target, &[]);
        assert_eq!(answer.status, 204, "{target}");
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS", "{target}");
    }
}

#[test]
fn head_is_verified_as_itself() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "hello");
    let only_head = Terms {
        method: vec!["HEAD".into()],
        ..terms()
    };
    let target = signed_with("/a.txt", &only_head);
    assert_eq!(origin.send("HEAD", &target, &[]).status, 200);
    let answer = origin.get(&target);
    assert_eq!((answer.status, answer.code().as_str()), (403, "method"));
    let denied = origin.send("HEAD", "/a.txt", &[]);
    assert_eq!(denied.status, 401);
    let body = origin.get("/a.txt").body.len().to_string();
    assert_eq!(denied.header("content-length"), body);
    assert_eq!(denied.header("countersign-reason"), "missing");
    assert_eq!(origin.send("HEAD", &signed("/none.txt"), &[]).status, 404);
}

#[test]
fn a_chunked_body_is_refused_with_a_reason_and_ends_the_connection() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "hello");
    let head = format!("GET {} HTTP/1.1\r\nHost: media.test\r\n", signed("/a.txt"));
    let hidden = format!("{head}\r\n");
    let framing = "Transfer-Encoding: chunked\r\n";
    let answer = origin.raw(format!("{head}{framing}\r\n0\r\n\r\n{hidden}").as_bytes());
    let told = (answer.status, answer.code(), answer.header("connection"));
    assert_eq!(told, (400, "bad_request".into(), "close".into()));
    assert_eq!(answer.header("cache-control"), "no-store");
    // Without a doubt about its end a body is passed over.
    let close = "Connection: close\r\nContent-Length: 0\r\n";
    assert_eq!(
        origin.raw(format!("{head}{close}\r\n").as_bytes()).status,
        200
    );
}
