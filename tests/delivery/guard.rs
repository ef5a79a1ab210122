//! The brute-force guard: who guesses is told to wait, and nobody else is.

use crate::support::http::Answer;
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{NOW, SECRET, signed, signed_with, target, terms, token, token_of};

/// Three failures in half a minute; `own` goes into `[delivery]`, `tables` behind the site.
fn guarded(own: &str, tables: &str) -> Origin {
    let delivery = format!("[delivery]\n{own}\nguard = {{ max_failures = 3, window = \"30s\" }}\n");
    let top = TOP.replacen("[delivery]\n", &delivery, 1);
    let origin = Origin::start(&format!("{top}{}", site("media", "", tables)));
    origin.put("a.txt", "hello");
    origin
}

/// One target for each of the three ways in which a guess fails.
fn guesses() -> [(String, &'static str); 3] {
    let of = |key, path| target("/a.txt", &token_of("media", key, path, &terms()));
    [
        ("/a.txt?cs=nonsense".to_owned(), "malformed"),
        (of(("k9", SECRET), "/a.txt"), "unknown_key"),
        (of(("k1", SECRET), "/b.txt"), "bad_signature"),
    ]
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

fn too_many() -> (u16, String) {
    (429, "too_many_failures".to_owned())
}

#[test]
fn past_the_limit_guesses_are_told_to_wait_and_tokens_that_hold_are_served() {
    let cors = "[site.cors]\nallowed_origins = [\"https://app.test\"]";
    let origin = guarded("", cors);
    for (target, reason) in guesses() {
        assert_eq!(told(&origin.get(&target)), (403, reason.to_owned()));
    }
    origin.clock.set(NOW + 12);
    for (target, _) in guesses() {
        let answer = origin.send("GET", &target, &[("Origin", "https://app.test")]);
        assert_eq!(told(&answer), too_many());
        assert_eq!(answer.header("retry-after"), "18");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("countersign-reason"), "too_many_failures");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "https://app.test"
        );
        assert!(answer.problem()["detail"].is_string(), "{answer:?}");
    }
    // Whoever has a token that was signed here is no guesser, whatever else is wrong with it.
    assert_eq!(origin.get(&signed("/a.txt")).text(), "hello");
    assert_eq!(origin.get(&signed("/none.txt")).status, 404);
    let mut ended = terms();
    ended.exp = NOW;
    let ended = origin.get(&signed_with("/a.txt", &ended));
    assert_eq!(told(&ended), (403, "expired".to_owned()));
    assert_eq!(told(&origin.get("/a.txt")), (401, "missing".to_owned()));
    assert_eq!(origin.send("HEAD", &guesses()[0].0, &[]).status, 429);
    let count = |outcome: &str| {
        let metric = format!("countersign_guard_failures_total{{outcome=\"{outcome}\"}}");
        origin.metric(&metric)
    };
    assert_eq!((count("counted"), count("refused")), (Some(3.0), Some(4.0)));
    // The window ends.
    origin.clock.set(NOW + 30);
    let (target, reason) = &guesses()[0];
    assert_eq!(told(&origin.get(target)), (403, (*reason).to_owned()));
}

#[test]
fn each_network_behind_a_proxy_is_counted_for_itself_and_the_proxy_never() {
    let proxies = "trusted_proxies = [\"127.0.0.1\"]\nclient_ip_header = \"X-Forwarded-For\"";
    let origin = guarded(proxies, "");
    let (guess, _) = &guesses()[0];
    let from = |client: &str| {
        origin
            .send("GET", guess, &[("X-Forwarded-For", client)])
            .status
    };
    let times = |client: &str| [(); 4].map(|()| from(client));
    assert_eq!(times("192.0.2.1"), [403, 403, 403, 429]);
    // What the client itself sends on the left makes no other network of it.
    assert_eq!(from("198.51.100.9, 192.0.2.1"), 429);
    assert_eq!(times("192.0.2.2"), [403, 403, 403, 429]);
    assert_eq!(times("2001:db8:0:1::1"), [403, 403, 403, 429]);
    assert_eq!(from("2001:db8:0:1:ffff::2"), 429);
    assert_eq!(from("2001:db8:0:2::1"), 403);
    // Unknown clients share nothing, so one cannot lock out another.
    for unknown in ["unknown", "127.0.0.1", ""] {
        assert_eq!(times(unknown), [403; 4], "{unknown:?}");
    }
    assert_eq!([(); 4].map(|()| origin.get(guess).status), [403; 4]);
    let unknown = "countersign_guard_failures_total{outcome=\"unknown_client\"}";
    assert_eq!(origin.metric(unknown), Some(16.0));
}

#[test]
fn what_is_only_reported_is_served_and_never_counted() {
    let policy = "[[site.policy]]\npaths = [\"/new/**\"]\nmode = \"report\"\n\
                  [[site.policy]]\npaths = [\"/free/**\"]\nmode = \"optional\"";
    let origin = guarded("", policy);
    origin.put("new/a.txt", "new");
    origin.put("free/a.txt", "free");
    for _ in 0..5 {
        assert_eq!(origin.get("/new/a.txt?cs=nonsense").text(), "new");
    }
    let (guess, _) = &guesses()[0];
    // Where a token is optional, a wrong one is refused, and counts.
    let optional = "/free/a.txt?cs=nonsense";
    assert_eq!(origin.get(guess).status, 403);
    assert_eq!(origin.get(optional).status, 403);
    assert_eq!(origin.get(optional).status, 403);
    assert_eq!(origin.get(optional).status, 429);
    assert_eq!(origin.get("/free/a.txt").text(), "free");
    assert_eq!(origin.get("/new/a.txt?cs=nonsense").text(), "new");
}

#[test]
fn a_guard_of_nought_is_off() {
    let top = TOP.replacen("[delivery]\n", "[delivery]\nguard.max_failures = 0\n", 1);
    let origin = Origin::start(&format!("{top}{}", site("media", "", "")));
    let bad = target("/b.txt", &token("/a.txt", &terms()));
    for _ in 0..130 {
        assert_eq!(origin.get(&bad).status, 403);
    }
    assert_eq!(
        origin.metric("countersign_guard_failures_total{outcome=\"counted\"}"),
        None
    );
}
