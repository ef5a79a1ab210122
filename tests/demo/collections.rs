//! The demo's stream and gallery over plain HTTP, as any player asks for them.

use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::support::http::{Answer, exchange, request};
use super::{demo, get, parts, started, text};

/// A film of 12 s at 24 frames a second.
const FRAMES: &str = "288";

fn get_with(url: &str, cookie: &str) -> Answer {
    let (address, target) = parts(url);
    let host = address.to_string();
    exchange(
        address,
        &request("GET", target, &[("Host", &host), ("Cookie", cookie)]),
    )
}

/// A URI of a playlist as RFC 3986 (§5.2.2) resolves a relative path: the base's query goes.
fn resolved(base: &str, uri: &str) -> String {
    let path = base.split('?').next().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{uri}")
}

/// The URIs of a playlist: its lines, and that of the initialization section.
fn uris(playlist: &str) -> Vec<&str> {
    let map = playlist
        .lines()
        .filter(|line| line.starts_with("#EXT-X-MAP:"))
        .filter_map(|line| line.split('"').nth(1));
    let plain = playlist.lines().filter(|line| !line.starts_with('#'));
    map.chain(plain).collect()
}

/// Asks for everything that the playlist at `master` leads to; how many segments there were.
fn walk_stream(master: &str, ask: impl Fn(&str) -> Answer) -> usize {
    let playlist = |url: &str| {
        let answer = ask(url);
        assert_eq!(answer.status, 200, "{url}: {}", answer.text());
        let kind = answer.header("content-type");
        assert_eq!(kind, "application/vnd.apple.mpegurl", "{url}");
        answer.text().to_owned()
    };
    let mut segments = 0;
    for variant in uris(&playlist(master)) {
        let variant = resolved(master, variant);
        for uri in uris(&playlist(&variant)) {
            let answer = ask(&resolved(&variant, uri));
            assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
            assert!(answer.header("content-type").starts_with("video/"), "{uri}");
            let caching = answer.header("cache-control");
            assert!(caching.starts_with("private"), "{uri}: {caching}");
            segments += usize::from(uri.ends_with(".m4s"));
        }
    }
    segments
}

/// The grant of the demo's backend, and the cookie where there is one.
fn open(page: &str, query: &str) -> (Value, String, String) {
    let (address, _) = parts(page);
    let target = format!("/_demo/open?{query}");
    let host = address.to_string();
    let answer = exchange(address, &request("POST", &target, &[("Host", &host)]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let line = answer.header("set-cookie");
    let cookie = line.split(';').next().unwrap_or_default().to_owned();
    (serde_json::from_slice(&answer.body).unwrap(), cookie, line)
}

/// The frames that ffprobe reads of a stream's variants; none where it is not installed.
fn frames(url: &str, cookie: Option<&str>) -> Option<Vec<String>> {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-count_packets", "-of", "csv=p=0"]);
    ffprobe.args(["-show_entries", "stream=nb_read_packets"]);
    if let Some(cookie) = cookie {
        ffprobe.args(["-headers", &format!("Cookie: {cookie}\r\n")]);
    }
    let told = ffprobe.arg(url).stderr(Stdio::inherit()).output().ok()?;
    let told = String::from_utf8(told.stdout).unwrap();
    let mut lines: Vec<String> = told.lines().map(|line| line.trim().to_owned()).collect();
    lines.retain(|line| !line.is_empty());
    // Streams are told of a second time, as a program's.
    lines.dedup();
    Some(lines)
}

#[test]
fn one_path_token_or_one_cookie_opens_a_whole_stream_and_a_query_token_does_not() {
    let folder = TempDir::new().unwrap();
    let (_program, demo) = started(demo(folder.path(), &[]));
    let page = text(&demo["page"]);

    let (by_path, _, no_cookie) = open(page, "what=stream&by=path&secs=600");
    let master = text(&by_path["url"]);
    assert!(master.contains("/cs=") && no_cookie.is_empty(), "{master}");
    assert_eq!(walk_stream(master, get), 12);

    let (by_cookie, cookie, line) = open(page, "what=stream&by=cookie&secs=600");
    let plain = text(&by_cookie["url"]);
    assert!(!plain.contains("cs="), "{plain}");
    // The signing API writes the caller's user into what it signs.
    assert!(master.contains("~sub=ada~") && cookie.contains("~sub=ada~"));
    for attribute in ["; Path=/users/ada/stream/;", "; HttpOnly", "; SameSite=Lax"] {
        assert!(line.contains(attribute), "{line}");
    }
    assert_eq!(walk_stream(plain, |url| get_with(url, &cookie)), 12);
    assert_eq!(get(plain).code(), "missing");
    let elsewhere = plain.replace("/stream/master.m3u8", "/photo.jpg");
    assert_eq!(get_with(&elsewhere, &cookie).code(), "path");

    // The same token in the query opens the playlist, and is gone at the next URI.
    let token = cookie.split_once('=').unwrap().1;
    let by_query = format!("{plain}?cs={token}");
    let answer = get(&by_query);
    assert_eq!(answer.status, 200);
    let variant = resolved(&by_query, uris(answer.text())[0]);
    assert_eq!(get(&variant).code(), "missing");

    let found = [frames(master, None), frames(plain, Some(&cookie))];
    if found.iter().any(Option::is_none) {
        #[expect(
            clippy::print_stderr,
            reason = "whoever reads the report should see it"
        )]
        {
            eprintln!("skipped: there is no ffprobe");
        }
        return;
    }
    for frames in found.into_iter().flatten() {
        assert_eq!(frames, [FRAMES], "both variants, read to their ends");
    }
}

#[test]
fn one_cookie_opens_two_hundred_pictures_until_it_is_taken_away() {
    let folder = TempDir::new().unwrap();
    let (_program, demo) = started(demo(folder.path(), &[]));
    let page = text(&demo["page"]);
    let data = get(&format!("{page}_demo/data.json"));
    let data: Value = serde_json::from_slice(&data.body).unwrap();
    let pictures = data["gallery"].as_array().unwrap();
    assert_eq!(pictures.len(), 200);
    let url = |picture: &Value| format!("{}{}", page.trim_end_matches('/'), text(picture));

    let (_, cookie, _) = open(page, "what=gallery&by=cookie&secs=600");
    for picture in [&pictures[0], &pictures[199]] {
        assert_eq!(get(&url(picture)).code(), "missing");
        let answer = get_with(&url(picture), &cookie);
        assert_eq!((answer.status, &answer.body[..2]), (200, &[0xff, 0xd8][..]));
    }
    let (_, none, line) = open(page, "what=gallery&by=cookie&secs=0");
    assert_eq!(none, "cs-gallery=");
    assert!(line.contains("Max-Age=0"), "{line}");
}
