//! Tokens that are counted (`uses`), held to a rate (`bps`), and bodies that end with their token.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use crate::support::http::{Answer, connect, parse, request};
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{NOW, Terms, signed_with, terms};

fn counted(path: &str, jti: &str, uses: u64) -> String {
    signed_with(
        path,
        &Terms {
            jti: Some(jti.to_owned()),
            uses: Some(uses),
            ..terms()
        },
    )
}

/// Asks from `127.0.0.HOST`, which is a client of its own.
fn from(host: u8, origin: SocketAddr, method: &str, target: &str, range: Option<&str>) -> Answer {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0));
    socket.bind(&address.into()).unwrap();
    socket.connect(&origin.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut headers = vec![("Host", "media.test")];
    headers.extend(range.map(|range| ("Range", range)));
    stream
        .write_all(&request(method, target, &headers))
        .unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    parse(&all)
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

fn exhausted() -> (u16, String) {
    (403, "exhausted".to_owned())
}

fn ok(status: u16) -> (u16, String) {
    (status, String::new())
}

#[test]
fn what_cannot_be_counted_is_refused_and_seen_by_the_operator() {
    let site = site("media", "", "");
    let origin = Origin::start(&format!("{TOP}[uses]\nmax_tokens = 1\n{site}"));
    origin.put("a.txt", "hello");
    let ask = |jti| origin.get(&counted("/a.txt", jti, 9));
    assert_eq!(told(&ask("one")), ok(200));
    let refused = (503, "uses_unavailable".to_owned());
    assert_eq!(told(&ask("two")), refused);
    assert_eq!(told(&ask("one")), ok(200));
    let filling = ["", "_max"].map(|more| {
        let line = format!("countersign_use_tokens{more} ");
        origin.metric(&line)
    });
    assert_eq!(filling, [Some(1.0), Some(1.0)]);
    let scrape = origin.ops("/metrics", &[]);
    let is_told = |line: &str| {
        line.starts_with("countersign_decisions_total")
            && line.contains("reason=\"uses_unavailable\"")
            && line.ends_with(" 1")
    };
    assert!(scrape.text().lines().any(is_told), "{}", scrape.text());
}

#[test]
fn the_seeks_of_one_player_are_one_use_and_another_client_is_another() {
    let origin = Origin::media("", "");
    origin.put("film.mp4", vec![7; 100_000]);
    let target = counted("/film.mp4", "one", 1);
    let ask = |host, method, range| from(host, origin.addresses.delivery, method, &target, range);
    for range in ["bytes=0-99", "bytes=90000-", "bytes=5-9"] {
        let answer = ask(1, "GET", Some(range));
        assert_eq!(told(&answer), ok(206));
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }
    let refused = ask(2, "GET", Some("bytes=0-99"));
    assert_eq!(told(&refused), exhausted());
    assert_eq!(refused.header("countersign-reason"), "exhausted");
    assert_eq!(ask(2, "HEAD", None).status, 403);
    assert_eq!(told(&ask(1, "GET", None)), ok(200));
    // A second player has the second use of a token that has two.
    let target = counted("/film.mp4", "two", 2);
    let ask = |host| from(host, origin.addresses.delivery, "GET", &target, None);
    let statuses = [1, 2, 3, 1, 2].map(|host| ask(host).status);
    assert_eq!(statuses, [200, 200, 403, 200, 200]);
    assert_eq!(origin.metric("countersign_open_uses "), Some(3.0));
    assert_eq!(origin.metric("countersign_use_tokens "), Some(2.0));
    let bounds = ["use_tokens", "open_uses"].map(|name| {
        let line = format!("countersign_{name}_max ");
        origin.metric(&line)
    });
    assert_eq!(bounds, [Some(100_000.0), Some(262_144.0)]);
    let line = "countersign_decisions_total{site=\"media\",decision=\"denied\",reason=\"exhausted\",carrier=\"query\"} ";
    assert_eq!(origin.metric(line), Some(3.0));
    // When the window is over, coming again is another use.
    origin.clock.set(NOW + 301);
    assert_eq!(told(&ask(1)), exhausted());
}

#[test]
fn a_use_counts_only_when_bytes_are_sent() {
    let origin = Origin::media("", "");
    let target = counted("/late.txt", "t", 1);
    let ask = |host, method| from(host, origin.addresses.delivery, method, &target, None);
    assert_eq!(told(&ask(1, "GET")), (404, "not_found".to_owned()));
    assert_eq!(ask(2, "HEAD").status, 404);
    origin.put("late.txt", "here");
    assert_eq!(ask(2, "HEAD").status, 200);
    let beyond = from(
        3,
        origin.addresses.delivery,
        "GET",
        &target,
        Some("bytes=9-"),
    );
    assert_eq!(beyond.status, 416);
    let first = ask(4, "GET");
    assert_eq!(told(&first), ok(200));
    assert_eq!(told(&ask(5, "GET")), exhausted());
    let other = counted("/late.txt", "u", 1);
    let tag = first.header("etag");
    let same = origin.send("GET", &other, &[("If-None-Match", &tag)]);
    assert_eq!(same.status, 304);
    let later = from(5, origin.addresses.delivery, "GET", &other, None);
    assert_eq!(later.status, 200);
}

#[test]
fn of_a_hundred_clients_at_once_ten_get_one_of_ten_uses() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "hello");
    let target = counted("/a.txt", "t", 10);
    let statuses = thread::scope(|scope| {
        let (target, address) = (&target, origin.addresses.delivery);
        let ask = |host| scope.spawn(move || from(host, address, "GET", target, None).status);
        let asked: Vec<_> = (1..=100).map(ask).collect();
        let answered = asked.into_iter().map(|thread| thread.join().unwrap());
        answered.collect::<Vec<_>>()
    });
    let count = |status| statuses.iter().filter(|own| **own == status).count();
    assert_eq!((count(200), count(403)), (10, 90));
}

#[test]
fn an_answer_keeps_to_its_tokens_rate() {
    let origin = Origin::media("", "");
    origin.put("a.bin", vec![7; 30_000]);
    let slow = Terms {
        bps: Some(40_000),
        ..terms()
    };
    let target = signed_with("/a.bin", &slow);
    let started = Instant::now();
    let answer = origin.get(&target);
    let secs = started.elapsed().as_secs_f64();
    assert_eq!((answer.status, answer.body.len()), (200, 30_000));
    assert!(secs >= 0.75, "{secs}");
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[test]
fn a_body_is_cut_when_its_token_expires_where_the_site_says_so() {
    let origin = Origin::media("cut_at_expiry = true", "");
    origin.put("film.mp4", vec![7; 600_000]);
    // A body that takes a minute.
    let slow = Terms {
        bps: Some(10_000),
        exp: NOW + 1,
        ..terms()
    };
    let target = signed_with("/film.mp4", &slow);
    let mut stream = connect(origin.addresses.delivery);
    let asked = request("GET", &target, &[("Host", "media.test")]);
    stream.write_all(&asked).unwrap();
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    let answer = parse(&all);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-length"), "600000");
    let len = answer.body.len();
    assert!((1..=20_000).contains(&len), "{len} bytes");
    let line = "countersign_streams_cut_total{reason=\"expired\"} ";
    assert_eq!(origin.metric(line), Some(1.0));
}
