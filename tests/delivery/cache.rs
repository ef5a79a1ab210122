//! Objects kept, changed, larger than a block, and asked for by many at once.

use std::{fs, thread};

use s3_front::mix;
use sha2::{Digest, Sha256};

use crate::support::origin::{Origin, TOP, site};
use crate::support::token::signed;
use crate::support::until;

/// Bytes of which no two stretches are alike.
fn noise(len: usize) -> Vec<u8> {
    let words = (0..).map(|place| mix(place).to_le_bytes());
    words.flatten().take(len).collect()
}

#[test]
fn a_changed_object_is_seen_when_its_time_is_over() {
    let top = format!("{TOP}fresh_for = \"300ms\"\n");
    let origin = Origin::start(&format!("{top}{}", site("media", "", "")));
    origin.put("a.txt", "first");
    let target = signed("/a.txt");
    let first = origin.get(&target);
    origin.put("a.txt", "other");
    assert_eq!(origin.get(&target).text(), "first", "kept for fresh_for");
    let changed = || Some(origin.get(&target)).filter(|answer| answer.text() == "other");
    let other = until("the new version", changed);
    assert_ne!(other.header("etag"), first.header("etag"));
    let tag = first.header("etag");
    let asked = origin.send("GET", &target, &[("If-None-Match", &tag)]);
    assert_eq!((asked.status, asked.text()), (200, "other"));
    // A range of the version that is gone brings the whole of the new one.
    let part = [("If-Range", tag.as_str()), ("Range", "bytes=1-2")];
    let asked = origin.send("GET", &target, &part);
    assert_eq!((asked.status, asked.text()), (200, "other"));
    fs::remove_file(origin.folder().join("media/a.txt")).unwrap();
    until("the end of it", || {
        (origin.get(&target).status == 404).then_some(())
    });
}

#[test]
fn a_large_object_is_kept_in_blocks_and_read_in_any_range() {
    let origin = Origin::media("", "");
    let bytes = noise((6 << 20) + 123);
    origin.put("film.mp4", &bytes);
    let target = signed("/film.mp4");
    let digest = |bytes: &[u8]| Sha256::digest(bytes);
    for _ in 0..2 {
        let answer = origin.get(&target);
        assert_eq!(answer.status, 200);
        assert_eq!(digest(&answer.body), digest(&bytes));
    }
    // Inside, across the cache's limit, to the end, and all.
    for (first, last) in [
        (0, 0),
        (5, 70_000),
        ((1 << 20) - 1, 1 << 20),
        (3 << 20, bytes.len() - 1),
        (0, bytes.len() - 1),
    ] {
        let range = format!("bytes={first}-{last}");
        let answer = origin.send("GET", &target, &[("Range", &range)]);
        assert_eq!(answer.status, 206, "{range}");
        assert_eq!(
            digest(&answer.body),
            digest(&bytes[first..=last]),
            "{range}"
        );
        let told = format!("bytes {first}-{last}/{}", bytes.len());
        assert_eq!(answer.header("content-range"), told);
    }
    let beyond = format!("bytes={}-", bytes.len());
    assert_eq!(
        origin.send("GET", &target, &[("Range", &beyond)]).status,
        416
    );
    let kept = origin.metric("countersign_cache_bytes ").unwrap();
    assert!(kept > bytes.len() as f64, "{kept} bytes kept");
    let asked = "countersign_store_calls_total{site=\"media\",operation=\"get\",result=\"ok\"}";
    let blocks = bytes.len().div_ceil(256 << 10);
    assert_eq!(origin.metric(asked), Some(blocks as f64), "each block once");
    let sent = origin
        .metric("countersign_response_body_bytes_total")
        .unwrap();
    assert!(sent >= 2.0 * bytes.len() as f64, "{sent} bytes sent");
}

#[test]
fn many_readers_of_a_cold_object_are_one_question_to_the_store() {
    let origin = Origin::media("", "");
    let bytes = noise(800 << 10);
    origin.put("photo.jpg", &bytes);
    let target = signed("/photo.jpg");
    thread::scope(|scope| {
        let readers: Vec<_> = (0..50)
            .map(|_| scope.spawn(|| origin.get(&target)))
            .collect();
        for reader in readers {
            let answer = reader.join().unwrap();
            assert!(answer.status == 200 && answer.body == bytes);
        }
    });
    let outcome = |word: &str| {
        let line = format!("countersign_cache_outcomes_total{{site=\"media\",outcome=\"{word}\"}}");
        origin.metric(&line).unwrap_or_default()
    };
    let ended = || (outcome("miss") + outcome("shared") + outcome("hit") >= 50.0).then_some(());
    until("the end of all", ended);
    assert_eq!(outcome("miss"), 1.0);
}

#[test]
fn a_reader_that_leaves_takes_nothing_from_the_others() {
    use std::io::{Read, Write};

    use crate::support::http::{connect, request};

    let origin = Origin::media("", "");
    let bytes = noise(6 << 20);
    origin.put("film.mp4", &bytes);
    let target = signed("/film.mp4");
    for _ in 0..20 {
        let mut stream = connect(origin.addresses.delivery);
        let asked = request("GET", &target, &[("Host", "media.test")]);
        stream.write_all(&asked).unwrap();
        stream.read_exact(&mut [0; 1_000]).unwrap();
    }
    assert!(origin.get(&target).body == bytes);
    let idle = || (origin.metric("countersign_requests_in_flight") == Some(0.0)).then_some(());
    until("that those who left are forgotten", idle);
}
