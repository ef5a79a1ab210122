//! A store that fails in the middle of a body: the reader sees that it was cut, and nobody else
//! notices.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::runtime::Runtime;

use crate::end::{get, http2};
use crate::faulty::{Faulty, Reply};
use crate::start::{FILM_BYTES, curl, folder, serve, signed};
use crate::support::ops::ask_ops;
use crate::support::origin::{Origin, TOP};
use crate::support::token::{self, SECRET};
use crate::support::until;

/// An error with what it came from.
fn told(error: &(dyn Error + 'static)) -> String {
    let from = error.source().map(told).unwrap_or_default();
    format!("{error}: {from}")
}

/// Reads to the end: how many bytes came, and how it ended.
async fn read(mut body: Incoming) -> (usize, Result<(), String>) {
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes += frame.into_data().map_or(0, |data| data.len()),
            Err(error) => return (bytes, Err(told(&error))),
        }
    }
    (bytes, Ok(()))
}

#[test]
fn a_stream_of_http_2_is_reset_and_the_others_of_its_connection_go_on() {
    let folder = folder("");
    let media = folder.path().join("media");
    let other = fs::File::create(media.join("other.mp4")).unwrap();
    other.set_len(FILM_BYTES as u64).unwrap();
    let (program, address) = serve(&folder);
    Runtime::new().unwrap().block_on(async {
        let (mut sender, connection) = http2(address).await;
        tokio::spawn(connection);
        let mut bodies = Vec::new();
        // Both are held up by HTTP/2's windows, long before their ends.
        for target in [signed("/film.mp4"), signed("/other.mp4")] {
            let answer = sender.send_request(get(&target)).await.unwrap();
            assert_eq!(answer.headers()["content-length"], FILM_BYTES.to_string());
            let mut body = answer.into_body();
            body.frame().await.unwrap().unwrap();
            bodies.push(body);
        }
        let film = fs::File::options().write(true).open(media.join("film.mp4"));
        film.unwrap().set_len(FILM_BYTES as u64 / 2).unwrap();
        let other = bodies.remove(1);
        let (bytes, end) = read(bodies.remove(0)).await;
        assert!(bytes < FILM_BYTES / 2, "{bytes}");
        let end = end.unwrap_err();
        assert!(
            end.contains("stream error") && end.contains("internal error"),
            "{end}"
        );
        let later = sender.send_request(get(&signed("/a.txt"))).await.unwrap();
        assert_eq!(read(later.into_body()).await, (5, Ok(())));
        let (bytes, end) = read(other).await;
        assert_eq!(end, Ok(()));
        assert!(bytes < FILM_BYTES && bytes > FILM_BYTES / 2, "{bytes}");
    });
    let cut = "countersign_responses_cut_total{site=\"media\"} 1";
    until("the metric", || {
        let answer = ask_ops(program.address("ops"), "/metrics", &[]);
        answer.text().contains(cut).then_some(())
    });
    let logged = || program.out.text().contains("\"complete\":false");
    until("the log", || logged().then_some(()));
}

/// What the bucket's server sends of a body before it closes the connection.
const SENT_BYTES: usize = 100_000;
const KIND: &str = "etag: \"1\"\ncontent-type: video/mp4";

/// Of `small`, which is one block, the end is missing; of `large` only the first block is right.
fn bucket(head: &str) -> Reply {
    let len_bytes = match head {
        head if head.contains("/small") => 200_000,
        head if head.contains("/large") => 4_000_000,
        _ => return Reply::error(403, "AccessDenied"),
    };
    let first = head.split_once("bytes=0-").and_then(|(_, rest)| {
        let (last, _) = rest.split_once('\r')?;
        last.parse::<usize>().ok()
    });
    if let Some(last) = first.filter(|last| *last < len_bytes) {
        let body = "x".repeat(last + 1);
        let range = format!("content-range: bytes 0-{last}/{len_bytes}");
        let head = format!("206 X\ncontent-length: {}\n{range}\n{KIND}", body.len());
        return Reply::new(&head, &body);
    }
    let head = format!("200 OK\ncontent-length: {len_bytes}\n{KIND}");
    Reply::new(&head, &"x".repeat(SENT_BYTES))
}

fn origin(endpoint: &str) -> Origin {
    Origin::start(&format!(
        "{TOP}[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n\
         [site.store]\ntype = \"s3\"\nbucket = \"media\"\nendpoint = \"{endpoint}\"\n\
         region = \"us-east-1\"\npath_style = true\naccess_key_id = \"testing\"\nsecret_access_key = \"testing\"\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n",
    ))
}

/// curl's exit code and status.
fn ask(address: SocketAddr, version: &str, target: &str) -> String {
    let say = ["-o", "/dev/null", "-w", "%{exitcode} %{http_code}\n"];
    curl(address, "http", &[&[version], &say[..]].concat(), target)
}

#[test]
fn a_bucket_that_ends_a_body_early_is_seen_in_both_versions() {
    let runtime = Runtime::new().unwrap();
    let bucket = runtime.block_on(Faulty::start(bucket));
    let origin = origin(&bucket.endpoint);
    // What arrives is sent as it comes; a fault that comes at once may take the head with it, or come
    // before it, which one in a later block cannot.
    for (path, version, seen) in [
        ("/small.mp4", "--http1.1", ["18 200", "52 000", "0 503"]),
        (
            "/small.mp4",
            "--http2-prior-knowledge",
            ["92 200", "92 000", "0 503"],
        ),
        ("/large.mp4", "--http1.1", ["18 200"; 3]),
        ("/large.mp4", "--http2-prior-knowledge", ["92 200"; 3]),
    ] {
        // 18: the connection's end is not the body's; 52: nothing came; 92: the stream was reset
        // (libcurl-errors(3)).
        let out = ask(origin.addresses.delivery, version, &token::signed(path));
        let is_seen = seen.iter().any(|seen| out.starts_with(seen));
        assert!(is_seen, "{path} {version}: {out}");
    }
}
