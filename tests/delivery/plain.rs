//! Plain requests for what is in memory are answered past the HTTP library: as it answers them, and
//! however slowly the answer is read.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use socket2::{Domain, SockAddr, Socket, Type};

use crate::support::http::Answer;
use crate::support::kept::{Kept, keeping};
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::signed;

/// What the fixed clock of the tests says. The library has a clock of its own, so that this tells
/// who has written an answer.
const DATE: &str = "Sun, 17 Mar 2030 17:46:40 GMT";

fn bytes(len_bytes: usize) -> Vec<u8> {
    (0..len_bytes).map(|at| (at * 31 % 251) as u8).collect()
}

/// The lines but for the date.
fn lines(answer: &Answer) -> Vec<(String, String)> {
    let lines = answer.headers.iter().filter(|(name, _)| name != "date");
    lines.cloned().collect()
}

#[test]
fn a_plain_request_is_answered_as_the_library_would() {
    for own in [
        "",
        "[site.answers]\ncache_status = true\n",
        "[site.cors]\nallowed_origins = [\"*\"]\n",
        "[site.cors]\nallowed_origins = [\"https://page.test\"]\n",
        "[[site.cache]]\npaths = [\"/**\"]\nbrowser = \"5m\"\nedge = \"1h\"\n",
    ] {
        let origin = Origin::media("", own);
        for (name, len_bytes) in [("a.txt", 5), ("b.html", 70_000), ("c.mp4", 3 << 20)] {
            origin.put(name, bytes(len_bytes));
            let mut kept = Kept::new(origin.addresses.delivery);
            let target = signed(&format!("/{name}"));
            let mut ask = |more: &[(&str, String)]| kept.ask("GET", &keeping("GET", &target, more));
            // The store is asked by the first.
            ask(&[]);
            origin.has_kept_all();
            for range in [
                "",
                "bytes=0-0",
                "bytes=-3",
                "bytes=1-",
                "bytes=9-2",
                "lines=1-2",
            ] {
                let range = ("Range", range.to_owned());
                let range: Vec<_> = Some(range)
                    .into_iter()
                    .filter(|(_, text)| !text.is_empty())
                    .collect();
                let plain = ask(&range);
                // It holds for all that there is, and makes a request one for the library.
                let all = ("If-Match", "*".to_owned());
                let other = ask(&[&range[..], &[all]].concat());
                assert_eq!(plain.header("date"), DATE, "{own}{name}{range:?}");
                assert_ne!(other.header("date"), DATE);
                assert_eq!(plain.status, other.status, "{own}{name}{range:?}");
                assert_eq!(lines(&plain), lines(&other), "{own}{name}{range:?}");
                assert!(plain.body == other.body, "{own}{name}{range:?}");
            }
        }
    }
}

#[test]
fn who_reads_slowly_gets_every_byte() {
    let origin = Origin::media("", "");
    let all = bytes(3 << 20);
    origin.put("film.mp4", &all);
    ask_twice_and_read_slowly(&origin, &all, |_| ());
}

#[test]
fn who_reads_slowly_gets_every_byte_also_of_blocks_that_leave_meanwhile() {
    // Of each more goes out together than may be held for a reader.
    let top = TOP.replace("256KiB", "1MiB");
    let origin = Origin::start(&format!("{top}{}", site("media", "", "")));
    let all = bytes(3 << 20);
    origin.put("film.mp4", &all);
    // As much as is kept of all objects.
    let other = bytes(8 << 20);
    origin.put("other.bin", &other);
    let crowds_out = || {
        let answer = origin.get(&signed("/other.bin"));
        assert!(answer.body == other, "other bytes");
    };
    ask_twice_and_read_slowly(&origin, &all, |reads| {
        if reads % 50 == 5 {
            crowds_out();
        }
    });
    let evicted = origin.metric("countersign_cache_evictions_total ");
    assert!(evicted > Some(3.0), "{evicted:?}");
}

/// Two requests for `/film.mp4`, the one behind the other, whose answers are taken in small pieces;
/// `meanwhile` is called after each of so many reads.
fn ask_twice_and_read_slowly(origin: &Origin, all: &[u8], mut meanwhile: impl FnMut(usize)) {
    let request = keeping("GET", &signed("/film.mp4"), &[]);
    Kept::new(origin.addresses.delivery).ask("GET", &request);
    let mut stream = narrow(origin);
    // The next one waits behind an answer that does not go out at once.
    stream
        .write_all(&[request.clone(), request].concat())
        .unwrap();
    let mut came = Vec::new();
    let mut piece = vec![0; 100_000];
    let head = |came: &[u8]| {
        came.windows(4)
            .position(|end| end == b"\r\n\r\n")
            .map(|at| at + 4)
    };
    let mut reads = 0;
    for _ in 0..2 {
        let begins = loop {
            if let Some(begins) = head(&came) {
                break begins;
            }
            let count = stream.read(&mut piece).unwrap();
            came.extend_from_slice(&piece[..count]);
        };
        came.drain(..begins);
        while came.len() < all.len() {
            crate::support::pause(std::time::Duration::from_millis(1));
            let count = stream.read(&mut piece).unwrap();
            assert!(count > 0, "closed after {} bytes", came.len());
            came.extend_from_slice(&piece[..count]);
            reads += 1;
            meanwhile(reads);
        }
        assert!(came[..all.len()] == *all, "other bytes");
        came.drain(..all.len());
    }
    assert!(came.is_empty());
}

/// A connection that holds little: what it does not take yet, the server cannot send.
fn narrow(origin: &Origin) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(8 << 10).unwrap();
    socket
        .connect(&SockAddr::from(origin.addresses.delivery))
        .unwrap();
    socket.into()
}

#[test]
fn a_short_answer_of_which_the_socket_takes_a_part_is_sent_on_from_there() {
    // Short enough to go out in one piece, and together more than any socket holds.
    const TIMES: usize = 600;
    let origin = Origin::media("", "");
    let all = bytes(15_000);
    origin.put("a.bin", &all);
    let request = keeping("GET", &signed("/a.bin"), &[]);
    Kept::new(origin.addresses.delivery).ask("GET", &request);
    origin.has_kept_all();
    let mut stream = narrow(&origin);
    let mut asking = stream.try_clone().unwrap();
    let asks = thread::spawn(move || asking.write_all(&request.repeat(TIMES)).unwrap());
    let mut came = Vec::new();
    let mut piece = vec![0; 40_000];
    for number in 0..TIMES {
        loop {
            let text = came.windows(4).position(|end| end == b"\r\n\r\n");
            if let Some(begins) = text.map(|at| at + 4)
                && came.len() >= begins + all.len()
            {
                assert!(came.starts_with(b"HTTP/1.1 200 "), "answer {number}");
                assert!(came[begins..begins + all.len()] == all, "answer {number}");
                came.drain(..begins + all.len());
                break;
            }
            let count = stream.read(&mut piece).unwrap();
            assert!(count > 0, "closed in answer {number}");
            came.extend_from_slice(&piece[..count]);
        }
    }
    asks.join().unwrap();
    assert!(came.is_empty());
}

#[test]
fn requests_ahead_of_their_answers_are_all_answered_whoever_reads_them() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "0123456789");
    let target = signed("/a.txt");
    let mut kept = Kept::new(origin.addresses.delivery);
    // More than a plain request's buffer takes, and more than the library answers at once.
    let long = ("X-Long", "y".repeat(450));
    let head = keeping("HEAD", &target, std::slice::from_ref(&long));
    let get = keeping("GET", &target, &[long]);
    let all: Vec<_> = (0..120)
        .map(|at| if at % 40 == 39 { "GET" } else { "HEAD" })
        .collect();
    let bytes = all
        .iter()
        .flat_map(|method| if *method == "GET" { &get } else { &head });
    kept.write(&bytes.copied().collect::<Vec<u8>>());
    for method in all {
        let answer = kept.read(method);
        assert_eq!(
            (answer.status, &*answer.header("content-length")),
            (200, "10")
        );
    }
}
