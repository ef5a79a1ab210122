//! Revocations and purges, asked for at the signing API and seen at the delivery listener.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::byteranges::{noise, streams::assert_cut_in_the_second_part};
use crate::support::http::{Answer, connect, exchange, parse, request};
use crate::support::origin::{Origin, TOP, site};
use crate::support::program::Program;
use crate::support::token::{NOW, Terms, signed, signed_with, terms};
use crate::support::until;

const KEY: &str = "cs_support.key";

/// `top`, a site `media`, and a backend that may sign, revoke and purge.
fn config(top: &str, own: &str) -> String {
    let digest = Sha256::digest(KEY);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{top}\n[signing]\nlisten = \"127.0.0.1:0\"\n\
         [[signing.api_key]]\nname = \"support\"\nsha256 = \"{digest}\"\n\
         [[signing.rule]]\nname = \"support\"\npaths = [\"/**\"]\nmax_ttl = \"1d\"\nbackend = true\n\
         permissions = [\"revoke\", \"purge\"]\n{}",
        site("media", own, "")
    )
}

fn call(address: SocketAddr, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let bearer = format!("Bearer {KEY}");
    let len = body.len().to_string();
    let mut bytes = request(
        method,
        path,
        &[
            ("Host", "api"),
            ("Authorization", &bearer),
            ("Content-Type", "application/json"),
            ("Content-Length", &len),
        ],
    );
    bytes.extend(body.bytes());
    exchange(address, &bytes)
}

fn revoke(address: SocketAddr, body: Value) -> Value {
    let answer = call(address, "POST", "/v1/revocations", &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn api(origin: &Origin) -> SocketAddr {
    origin.addresses.signing.unwrap()
}

/// A token with every name, issued when the clock stands.
fn named(iat: Option<u64>) -> Terms {
    Terms {
        iat,
        jti: Some("j1".into()),
        sub: Some("ada".into()),
        sid: Some("s1".into()),
        ..terms()
    }
}

#[test]
fn each_kind_is_seen_by_the_next_request_and_lifted_again() {
    let origin = Origin::start(&config(TOP, ""));
    origin.put("a.txt", "hello");
    let target = signed_with("/a.txt", &named(Some(NOW - 10)));
    let other = signed_with("/a.txt", &terms());
    for (body, others) in [
        (json!({ "jti": "j1" }), 200),
        (json!({ "sub": "ada", "note": "left the company" }), 200),
        (json!({ "sid": "s1", "expires_in": "1h" }), 200),
        (json!({ "kid": "k1" }), 403),
        (json!({ "issued_before": NOW - 9 }), 403),
        (json!({ "sub": "ada", "issued_before": NOW - 9 }), 200),
    ] {
        let told = revoke(api(&origin), body.clone());
        let refused = origin.get(&target);
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "revoked"),
            "{body}"
        );
        assert_eq!(origin.get(&other).status, others, "{body}");
        let verify = [("X-Original-URI", target.as_str()), ("Host", "media.test")];
        let verified = origin.ops("/verify", &verify);
        assert_eq!(verified.header("countersign-reason"), "revoked");
        assert_eq!(origin.metric("countersign_revocations "), Some(1.0));
        let path = format!("/v1/revocations/{}", told["id"].as_str().unwrap());
        assert_eq!(
            call(api(&origin), "DELETE", &path, &Value::Null).status,
            204
        );
        assert_eq!(
            call(api(&origin), "DELETE", &path, &Value::Null).status,
            404
        );
        assert_eq!(origin.get(&target).status, 200, "{body}");
    }
    // What has an end is over then.
    revoke(api(&origin), json!({ "sub": "ada", "expires_at": NOW + 5 }));
    assert_eq!(origin.get(&target).status, 403);
    origin.clock.set(NOW + 5);
    assert_eq!(origin.get(&target).status, 200);
}

#[test]
fn nothing_is_signed_that_is_revoked_and_what_is_signed_afterwards_holds() {
    let origin = Origin::start(&config(TOP, ""));
    origin.put("a.txt", "hello");
    let sign = |body: Value| call(api(&origin), "POST", "/v1/sign", &body);
    let before = signed("/a.txt");
    revoke(api(&origin), json!({ "issued_before": NOW }));
    assert_eq!(origin.get(&before).code(), "revoked");
    for stable in [true, false] {
        let body = json!({ "path": "/a.txt", "sub": "ada", "expires_in": 600, "stable": stable });
        let answer: Value = serde_json::from_slice(&sign(body).body).unwrap();
        let url = answer["url"].as_str().unwrap();
        let target = url.strip_prefix("https://media.test").unwrap();
        assert_eq!(origin.get(target).status, 200, "{url}");
    }
    revoke(api(&origin), json!({ "sub": "ada" }));
    let refused = sign(json!({ "path": "/a.txt", "sub": "ada" }));
    assert_eq!((refused.status, refused.code().as_str()), (403, "revoked"));
    assert_eq!(sign(json!({ "path": "/a.txt", "sub": "bob" })).status, 200);
}

#[test]
fn the_list_is_paged_and_wrong_requests_name_their_fields() {
    let origin = Origin::start(&config(TOP, ""));
    for jti in ["a", "b", "c"] {
        revoke(api(&origin), json!({ "jti": jti, "note": "lost" }));
    }
    let list = |query: &str| {
        let path = format!("/v1/revocations{query}");
        let answer = call(api(&origin), "GET", &path, &Value::Null);
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status, body)
    };
    let ids = |body: &Value| {
        let entries = body["revocations"].as_array().unwrap();
        entries
            .iter()
            .map(|entry| entry["jti"].clone())
            .collect::<Vec<_>>()
    };
    let (status, first) = list("?limit=2&site=media");
    assert_eq!((status, ids(&first)), (200, vec![json!("a"), json!("b")]));
    assert_eq!(first["revocations"][0]["by"], "support");
    assert_eq!(first["revocations"][0]["created_at"], NOW);
    let (_, second) = list(&format!("?after={}", first["next"].as_str().unwrap()));
    assert_eq!(
        (ids(&second), &second["next"]),
        (vec![json!("c")], &Value::Null)
    );
    for query in [
        "?limit=0",
        "?limit=1001",
        "?after=x",
        "?x=1",
        "?site=media&site=media",
        "?site=other",
    ] {
        assert_eq!(list(query).0, 400, "{query}");
    }
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "jti": "a", "sub": "b" }), ""),
        (json!({ "jti": "a", "issued_before": 5 }), ""),
        (json!({ "jti": "a b" }), "/jti"),
        (json!({ "sub": "" }), "/sub"),
        (json!({ "issued_before": NOW + 1 }), "/issued_before"),
        (json!({ "jti": "a", "expires_at": NOW }), "/expires_at"),
        (json!({ "jti": "a", "note": "x".repeat(257) }), "/note"),
        (json!({ "jti": "a", "reason": "x" }), "/reason"),
        (json!({ "jti": "a", "site": "other" }), "/site"),
    ] {
        let answer = call(api(&origin), "POST", "/v1/revocations", &body);
        assert_eq!(answer.status, 400, "{body}");
        let errors = answer.problem()["errors"].clone();
        assert_eq!(errors[0]["pointer"], pointer, "{body}: {errors}");
    }
}

#[test]
fn who_has_no_permission_neither_revokes_nor_purges() {
    let toml = config(TOP, "").replace("permissions = [\"revoke\", \"purge\"]", "");
    let origin = Origin::start(&toml);
    for (method, path, body) in [
        ("POST", "/v1/revocations", json!({ "jti": "a" })),
        ("GET", "/v1/revocations", Value::Null),
        ("DELETE", "/v1/revocations/1", Value::Null),
        ("POST", "/v1/purge", json!({ "all": true })),
    ] {
        let answer = call(api(&origin), method, path, &body);
        let told = (answer.status, answer.code());
        assert_eq!(told, (403, "not_permitted".to_owned()), "{method} {path}");
    }
}

/// A body that takes two seconds has begun; then its token is revoked.
fn revoked_on_the_way(own: &str, headers: &[(&str, &str)]) -> (Origin, Answer) {
    let origin = Origin::start(&config(TOP, own));
    origin.put("film.mp4", noise(30_000));
    let slow = Terms {
        bps: Some(15_000),
        ..named(None)
    };
    let target = signed_with("/film.mp4", &slow);
    let mut stream = connect(origin.addresses.delivery);
    let asked = request(
        "GET",
        &target,
        &[&[("Host", "media.test")], headers].concat(),
    );
    stream.write_all(&asked).unwrap();
    let mut all = vec![0; 1_500];
    stream.read_exact(&mut all).unwrap();
    revoke(api(&origin), json!({ "sid": "s1" }));
    let _ = stream.read_to_end(&mut all);
    (origin, parse(&all))
}

#[test]
fn a_running_body_is_cut_where_the_site_says_so() {
    let (origin, answer) = revoked_on_the_way("revoke_running = true", &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-length"), "30000");
    assert!(answer.body.len() < 30_000, "{}", answer.body.len());
    let line = "countersign_streams_cut_total{reason=\"revoked\"} ";
    assert_eq!(origin.metric(line), Some(1.0));
}

#[test]
fn a_running_answer_of_several_parts_is_cut_too() {
    let several = [("Range", "bytes=9-99,2000-25000")];
    let (origin, answer) = revoked_on_the_way("revoke_running = true", &several);
    let all = noise(30_000);
    assert_cut_in_the_second_part(&answer, &all[9..=99], &all[2_000..=25_000]);
    let line = "countersign_streams_cut_total{reason=\"revoked\"} ";
    assert_eq!(origin.metric(line), Some(1.0));
}

#[test]
fn elsewhere_a_running_body_is_sent_whole() {
    let (_origin, answer) = revoked_on_the_way("", &[]);
    assert_eq!((answer.status, answer.body.len()), (200, 30_000));
}

#[test]
fn a_purge_brings_new_content_at_once_and_leaves_the_rest() {
    let top = format!("{TOP}fresh_for = \"1h\"\n");
    let origin = Origin::start(&config(&top, ""));
    let names = ["a/1.txt", "a/2.txt", "b/1.txt"];
    let put = |text: &str| names.iter().for_each(|name| origin.put(name, text));
    let read = || {
        let text = |name: &&str| origin.get(&signed(&format!("/{name}"))).text().to_owned();
        names.iter().map(text).collect::<Vec<_>>()
    };
    let purge = |body: Value| {
        let answer = call(api(&origin), "POST", "/v1/purge", &body);
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status, told["purged"].as_u64())
    };
    put("one");
    assert_eq!(read(), ["one", "one", "one"]);
    put("two");
    assert_eq!(read(), ["one", "one", "one"]);
    assert_eq!(purge(json!({ "path": "/a/1.txt" })), (200, Some(1)));
    assert_eq!(read(), ["two", "one", "one"]);
    assert_eq!(purge(json!({ "prefix": "/a/" })), (200, Some(2)));
    assert_eq!(read(), ["two", "two", "one"]);
    put("three");
    assert_eq!(purge(json!({ "all": true })), (200, Some(3)));
    assert_eq!(read(), ["three", "three", "three"]);
    assert_eq!(purge(json!({ "path": "/none" })), (200, Some(0)));
    for body in [
        json!({}),
        json!({ "all": false }),
        json!({ "path": "/a//b" }),
        json!({ "prefix": "a" }),
        json!({ "path": "/a", "all": true }),
    ] {
        assert_eq!(purge(body.clone()).0, 400, "{body}");
    }
}

#[test]
fn a_revocation_that_cannot_be_kept_is_told_and_counted() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("media")).unwrap();
    let toml = config(TOP, "") + "[revocations]\nfile = \"revoked.jsonl\"\nmax_entries = 50\n";
    std::fs::write(folder.path().join("countersign.toml"), toml).unwrap();
    // Files of this process can have two blocks, as if the disk was full; no pipe is a file.
    let mut shell = Command::new("sh");
    shell.current_dir(folder.path()).args([
        "-c",
        "trap '' XFSZ; ulimit -f 2; exec \"$0\" serve",
        env!("CARGO_BIN_EXE_countersign"),
    ]);
    let program = Program::start(shell);
    let metric = |name: &str| program.metric(name) as u64;
    let not_kept = "countersign_revocation_failures_total{reason=\"not_kept\"}";
    assert_eq!(metric(not_kept), 0);
    let ask = |number: u64| {
        let body = json!({ "jti": format!("j{number}"), "note": "n".repeat(256) });
        call(program.address("signing"), "POST", "/v1/revocations", &body)
    };
    let mut answers = (0..20).map(ask);
    let refused = answers
        .by_ref()
        .find(|answer| answer.status != 201)
        .unwrap();
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "revocation_not_kept")
    );
    assert_eq!(metric(not_kept), 1);
    let kept = metric("countersign_revocations ");
    assert!((1..19).contains(&kept), "{kept}");
    assert_eq!(metric("countersign_revocations_max "), 50);
    // A change is not believed that the next start would not know of.
    drop(program);
    let file = std::fs::read_to_string(folder.path().join("revoked.jsonl")).unwrap();
    assert_eq!(file.lines().count() as u64, kept);
}

#[test]
fn a_killed_process_remembers_what_it_answered() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("media")).unwrap();
    let toml = config(TOP, "") + "[revocations]\nfile = \"revoked.jsonl\"\n";
    std::fs::write(folder.path().join("countersign.toml"), toml).unwrap();
    let mut program = Program::serve(folder.path());
    let told = revoke(program.address("signing"), json!({ "sub": "ada" }));
    let gone = revoke(program.address("signing"), json!({ "sub": "bob" }));
    let path = format!("/v1/revocations/{}", gone["id"].as_str().unwrap());
    let lifted = call(program.address("signing"), "DELETE", &path, &Value::Null);
    assert_eq!(lifted.status, 204);
    program.signal("KILL");
    until("the end", || program.has_ended());
    let file = folder.path().join("revoked.jsonl");
    let torn = std::fs::read_to_string(&file).unwrap() + "{\"revoke\":{";
    std::fs::write(&file, torn).unwrap();
    let program = Program::serve(folder.path());
    program.told("torn");
    let list = call(
        program.address("signing"),
        "GET",
        "/v1/revocations",
        &Value::Null,
    );
    let list: Value = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list["revocations"], json!([told]));
    drop(program);
    std::fs::write(&file, "no revocation\n").unwrap();
    let mut command = crate::support::program::command(folder.path());
    command.arg("serve");
    let (code, _, err) = crate::support::program::run(command);
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("revoked.jsonl") && err.contains("line 1"),
        "{err}"
    );
}
