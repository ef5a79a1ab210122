//! `countersign demo`, as a newcomer runs it.

#[path = "demo/collections.rs"]
mod collections;
mod support;

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::http::{Answer, exchange, request};
use support::moto::Moto;
use support::program::{Program, command, run};
use support::{s3, until};
use tempfile::TempDir;

fn demo(folder: &Path, args: &[&str]) -> Command {
    let mut command = command(folder);
    command.args(["demo", "--port", "0", "--json"]).args(args);
    command
}

/// A demo and its one line.
fn started(command: Command) -> (Program, Value) {
    let program = Program::start(command);
    let line = || program.out.all().first().cloned();
    let line = until("the demo's line", line);
    (program, serde_json::from_str(&line).unwrap())
}

/// A URL's address and target.
fn parts(url: &str) -> (SocketAddr, &str) {
    let behind = url.strip_prefix("http://").unwrap();
    let (address, _) = behind.split_once('/').unwrap_or((behind, ""));
    (address.parse().unwrap(), &behind[address.len()..])
}

fn get(url: &str) -> Answer {
    let (address, target) = parts(url);
    exchange(
        address,
        &request("GET", target, &[("Host", &address.to_string())]),
    )
}

fn post(url: &str, bearer: &str, body: &Value) -> Answer {
    let (address, target) = parts(url);
    let body = body.to_string();
    let headers = [
        ("Host", address.to_string()),
        ("Authorization", format!("Bearer {bearer}")),
        ("Content-Type", "application/json".to_owned()),
        ("Content-Length", body.len().to_string()),
    ];
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let mut bytes = request("POST", target, &headers);
    bytes.extend(body.into_bytes());
    exchange(address, &bytes)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Each link answers as it says; the answers' names, statuses and codes.
fn walk(demo: &Value) -> Vec<(String, u16, String)> {
    let links = demo["links"].as_array().unwrap();
    let told = links.iter().map(|link| {
        let answer = get(text(&link["url"]));
        let expect = &link["expect"];
        assert_eq!(json!(answer.status), expect["status"], "{link}");
        let code = expect["code"].as_str().unwrap_or_default();
        assert_eq!(answer.code(), code, "{link}");
        (text(&link["name"]).to_owned(), answer.status, answer.code())
    });
    told.collect()
}

/// The signing call as it stands opens what it is for.
fn signs(demo: &Value) -> Answer {
    let sign = &demo["sign"];
    let answer = post(text(&sign["url"]), text(&sign["bearer"]), &sign["body"]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let signed: Value = serde_json::from_slice(&answer.body).unwrap();
    get(text(&signed["url"]))
}

#[test]
fn the_samples_open_and_every_bad_link_says_why() {
    let folder = TempDir::new().unwrap();
    let (mut program, demo) = started(demo(folder.path(), &[]));
    let told = walk(&demo);
    let of = |name: &str, status: u16, code: &str| {
        let expected = (name.to_owned(), status, code.to_owned());
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    };
    of("photo", 200, "");
    of("film", 200, "");
    of("expired", 403, "expired");
    of("tampered", 403, "bad_signature");
    of("no token", 401, "missing");
    assert!(told.len() >= 6);
    assert_eq!(signs(&demo).header("content-type"), "image/jpeg");

    let sign = &demo["sign"];
    let (url, bearer) = (text(&sign["url"]), text(&sign["bearer"]));
    let other = json!({"path": "/users/bob/photo.jpg", "expires_in": "15m"});
    let refused = post(url, bearer, &other);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "not_allowed")
    );
    let stranger = post(url, "no.jwt.here", &sign["body"]);
    assert_eq!(stranger.status, 401);

    let page = get(text(&demo["page"]));
    assert_eq!(
        (page.status, page.header("content-type").as_str()),
        (200, "text/html; charset=utf-8")
    );
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    for (name, kind) in [
        ("inspect.html", "text/html"),
        ("app.js", "text/javascript"),
        ("style.css", "text/css"),
        ("data.json", "application/json"),
    ] {
        let answer = get(&format!("{}_demo/{name}", text(&demo["page"])));
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.header("content-type").starts_with(kind), "{name}");
    }
    // Opened by its other name, the page may still show what the links lead to.
    let (address, _) = parts(text(&demo["page"]));
    let localhost = format!("localhost:{}", address.port());
    let page = exchange(address, &request("GET", "/", &[("Host", &localhost)]));
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    for kind in ["img-src", "media-src", "connect-src"] {
        let sources = policy
            .split(';')
            .find(|sources| sources.contains(kind))
            .unwrap();
        assert!(sources.contains(&format!("http://{address}")), "{policy}");
    }
    // A page of another name that leads here gets no token.
    let rebound = exchange(
        address,
        &request("GET", "/_demo/data.json", &[("Host", "evil.test")]),
    );
    assert_eq!(rebound.status, 421);

    let ops = text(&demo["ops"]).strip_prefix("http://").unwrap();
    for (args, code, part) in [
        (&["health", "--ops", ops][..], 0, "200"),
        (
            &["health", "--live", "--json", "--ops", ops],
            0,
            "\"ok\": true",
        ),
        (&["health", "--ops", &address.to_string()], 1, ""),
    ] {
        let mut health = command(folder.path());
        health.args(args);
        let (found, out, _) = run(health);
        assert_eq!(found, code, "{args:?}: {out}");
        assert!(out.contains(part), "{args:?}: {out}");
    }
    assert_eq!(program.out.all().len(), 1);
    program.signal("INT");
    assert_eq!(program.end(), Some(0));
    let mut health = command(folder.path());
    health.args(["health", "--ops", ops]);
    let (code, _, err) = run(health);
    assert_eq!(code, 1);
    assert!(err.contains("does not answer"), "{err}");
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let mut second = command(folder.path());
    second.args(["demo", "--port", &port]);
    let (code, out, err) = run(second);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("--port") && err.contains("in use") && err.contains("port 0"),
        "{err}"
    );
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[test]
fn a_folder_of_ones_own_is_served_and_an_empty_one_says_so() {
    let folder = TempDir::new().unwrap();
    let pictures = folder.path().join("pictures");
    fs::create_dir_all(pictures.join("summer 2026")).unwrap();
    fs::write(pictures.join("summer 2026/caf\u{e9}.jpg"), "photo").unwrap();
    fs::write(pictures.join("notes.txt"), "notes").unwrap();
    let (_program, own) = started(demo(folder.path(), &["--root", "pictures"]));
    let told = walk(&own);
    assert!(told.len() >= 6, "{told:?}");
    assert_eq!(signs(&own).text(), "photo");

    fs::create_dir(folder.path().join("empty")).unwrap();
    let (_program, empty) = started(demo(folder.path(), &["--root", "empty"]));
    let told = walk(&empty);
    assert!(
        told.iter()
            .any(|(_, status, code)| (*status, code.as_str()) == (404, "not_found")),
        "{told:?}"
    );
    assert!(told.iter().any(|(name, ..)| name == "expired"), "{told:?}");
    assert_eq!(signs(&empty).status, 404);

    let (code, out, err) = run(demo(folder.path(), &["--root", "none"]));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: ") && err.contains("none"), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    // Settings that a demo does not have are not asked for.
    assert!(
        err.contains("--root") && !err.contains("store.root"),
        "{err}"
    );
}

#[test]
fn a_bucket_of_ones_own_is_served() {
    let Some(moto) = Moto::start() else { return };
    s3::bucket(
        &moto.endpoint,
        "mine",
        &[
            ("trips/a b.png", "image/png", b"photo"),
            ("secret.txt", "text/plain", b"secret"),
        ],
    );
    let folder = TempDir::new().unwrap();
    let endpoint = [
        "--endpoint",
        &moto.endpoint,
        "--path-style",
        "--region",
        "us-east-1",
    ];
    let with = |bucket: &str, keys: bool| {
        let mut command = demo(folder.path(), &["--s3", bucket]);
        command.args(endpoint);
        if keys {
            command.envs([
                ("AWS_ACCESS_KEY_ID", "testing"),
                ("AWS_SECRET_ACCESS_KEY", "testing"),
            ]);
        }
        command
    };
    let (_program, own) = started(with("mine/trips", true));
    assert!(walk(&own).len() >= 6);
    let photo = signs(&own);
    assert_eq!((photo.status, photo.text()), (200, "photo"));
    for (bucket, keys, part) in [
        ("gone", true, "does not exist"),
        ("mine", false, "set AWS_ACCESS_KEY_ID"),
    ] {
        let (code, out, err) = run(with(bucket, keys));
        assert_eq!((code, out.as_str()), (2, ""), "{bucket}");
        assert!(err.contains(part) && !err.contains("store."), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
}
