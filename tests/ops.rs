//! The ops listener: probes, metrics, and verdicts for proxies that deliver themselves.

mod support;

use support::http::{exchange, request};
use support::origin::{Origin, TOP, site};
use support::token::{Terms, signed, signed_with, terms, token};
use support::until;

#[test]
fn probes_and_metrics_need_no_host() {
    let origin = Origin::media("", "");
    for (path, text) in [("/livez", "ok\n"), ("/readyz", "ready\n")] {
        let answer = origin.ops(path, &[]);
        assert_eq!((answer.status, answer.text()), (200, text));
    }
    assert_eq!(origin.ops("/a.txt", &[]).status, 404);
    assert_eq!(origin.ops("/signed", &[]).status, 404);
    let posted = exchange(
        origin.addresses.ops,
        &request("POST", "/readyz", &[("Host", "x")]),
    );
    assert_eq!(posted.status, 405);
}

#[test]
fn metrics_count_what_happened_and_strangers_make_no_labels() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "hello");
    let target = signed("/a.txt");
    origin.get(&target);
    // A block is kept a moment after its last bytes were handed on.
    until("the block that is kept", || {
        let arriving = origin.metric("countersign_cache_arriving_blocks ");
        (arriving == Some(0.0)).then_some(())
    });
    for _ in 0..2 {
        origin.get(&target);
    }
    origin.send("HEAD", &target, &[]);
    for stranger in 100..140 {
        let host = format!("h{stranger}.test");
        origin.raw(&request("GET", "/a.txt", &[("Host", &host)]));
        origin.get(&format!(
            "/p{stranger}.txt?cs=1~kid=k{stranger}~exp=1~sig={}",
            "A".repeat(43)
        ));
        origin.send(&format!("M{stranger}"), "/a.txt", &[]);
    }
    let answer = origin.ops("/metrics", &[]);
    assert!(
        answer
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    for line in [
        "countersign_requests_total{site=\"media\",method=\"GET\",status=\"200\"} 3",
        "countersign_requests_total{site=\"media\",method=\"HEAD\",status=\"200\"} 1",
        "countersign_requests_total{site=\"\",method=\"GET\",status=\"421\"} 40",
        "countersign_requests_total{site=\"media\",method=\"other\",status=\"405\"} 40",
        "countersign_decisions_total{site=\"media\",decision=\"granted\",reason=\"none\",carrier=\"query\"} 4",
        "countersign_decisions_total{site=\"media\",decision=\"denied\",reason=\"unknown_key\",carrier=\"query\"} 40",
        "countersign_cache_outcomes_total{site=\"media\",outcome=\"miss\"} 1",
        "countersign_cache_outcomes_total{site=\"media\",outcome=\"hit\"} 3",
        "countersign_requests_in_flight 0",
        "countersign_request_duration_seconds_count{method=\"GET\"} 83",
    ] {
        assert!(
            answer.text().lines().any(|own| own == line),
            "{line} in\n{}",
            answer.text()
        );
    }
    let series = answer.text().lines().filter(|line| !line.starts_with('#'));
    assert!(series.count() < 300, "{}", answer.text());
    assert!(origin.metric("countersign_build_info{version=\"0.1.0\"}") == Some(1.0));
    // The cache counts what it holds from time to time, as it is used.
    until("what the cache holds", || {
        origin.get(&target);
        origin
            .metric("countersign_cache_bytes ")
            .filter(|bytes| *bytes >= 5.0)
    });
}

fn nginx(target: &str) -> (&str, &str) {
    ("X-Original-URI", target)
}

fn traefik(target: &str) -> (&str, &str) {
    ("X-Forwarded-Uri", target)
}

/// Headers, status, reason.
type Case<'c> = (&'c [(&'c str, &'c str)], u16, &'c str);

#[test]
fn verify_answers_nginx_and_traefik() {
    let origin = Origin::start(&format!(
        "{TOP}{}{}",
        site("media", "", ""),
        site("other", "", "")
    ));
    // A verdict only: the object need not be here.
    let good = signed("/caf\u{e9} 1.txt");
    let posting = Terms {
        method: vec!["POST".into()],
        ..terms()
    };
    let post = signed_with("/a.txt", &posting);
    let bare = token("/a.txt", &terms());
    let download = Terms {
        cd: Some("attachment".into()),
        ..terms()
    };
    let download = signed_with("/a.txt", &download);
    let local = Terms {
        ip: vec!["192.0.2.0/24".into()],
        ..terms()
    };
    let local = signed_with("/a.txt", &local);
    let host = ("X-Original-Host", "media.test");
    let posts = ("X-Original-Method", "POST");
    let table: [Case<'_>; 20] = [
        (&[nginx(&good), host], 200, "none"),
        (
            &[nginx(&good), host, ("X-Original-Method", "HEAD")],
            200,
            "none",
        ),
        (
            &[traefik(&good), ("X-Forwarded-Host", "MEDIA.test")],
            200,
            "none",
        ),
        (&[nginx(&good), ("Host", "media.test")], 200, "none"),
        (
            &[nginx("/a.txt"), host, ("Countersign", &bare)],
            200,
            "none",
        ),
        (&[nginx("/a.txt"), host], 401, "missing"),
        (
            &[nginx(&good), ("X-Original-Host", "other.test")],
            403,
            "bad_signature",
        ),
        (&[nginx("/a/../b"), host], 403, "bad_path"),
        (&[nginx(&good), traefik(&good), host], 403, "conflict"),
        (&[nginx(&good), nginx(&good), host], 403, "conflict"),
        (&[nginx(&good), host, host], 403, "conflict"),
        (&[nginx(&good), host, posts, posts], 403, "conflict"),
        (&[host], 403, "no_target"),
        (
            &[nginx(&good), ("X-Original-Host", "none.test")],
            403,
            "unknown_host",
        ),
        // The form of the one proxy does not mix with the other's.
        (
            &[nginx(&good), ("X-Forwarded-Host", "media.test")],
            403,
            "unknown_host",
        ),
        (
            &[nginx(&post), host, ("X-Original-Method", "POST")],
            403,
            "method_not_allowed",
        ),
        (
            &[nginx(&local), host, ("X-Real-IP", "192.0.2.9")],
            200,
            "none",
        ),
        (
            &[nginx(&local), host, ("X-Real-IP", "192.0.3.9")],
            403,
            "ip",
        ),
        (&[nginx(&local), host], 403, "ip"),
        // What the proxy cannot carry out it must not grant.
        (&[nginx(&download), host], 403, "unsupported"),
    ];
    for (headers, status, reason) in table {
        let answer = origin.ops("/verify", headers);
        let told = (answer.status, answer.header("countersign-reason"));
        assert_eq!(told, (status, reason.to_owned()), "{headers:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.has("countersign-path"), status == 200, "{headers:?}");
    }
    let answer = origin.ops("/verify", &[nginx(&good), host]);
    assert_eq!(answer.header("countersign-path"), "/caf%C3%A9%201.txt");
}

#[test]
fn verify_takes_a_country_only_from_the_header_that_is_configured() {
    let mut terms = terms();
    terms.geo = vec!["CH".into()];
    let target = signed_with("/a.txt", &terms);
    let ask = |origin: &Origin, lines: &[(&'static str, &'static str)]| {
        let mut headers = vec![nginx(&target), ("X-Original-Host", "media.test")];
        headers.extend(lines);
        let answer = origin.ops("/verify", &headers);
        (answer.status, answer.header("countersign-reason"))
    };
    let geo = || (403, "geo".to_owned());
    let country = "X-Country";
    let without = Origin::media("", "");
    assert_eq!(ask(&without, &[(country, "CH")]), geo());
    let top = TOP.replacen("[ops]\n", "[ops]\ncountry_header = \"X-Country\"\n", 1);
    let with = Origin::start(&format!("{top}{}", site("media", "", "")));
    assert_eq!(ask(&with, &[(country, "CH")]).0, 200);
    assert_eq!(ask(&with, &[(country, "DE")]), geo());
    assert_eq!(ask(&with, &[]), geo());
    assert_eq!(ask(&with, &[(country, "CH"), (country, "CH")]), geo());
}
