//! A store that wants to be asked less, or says nothing: what it is asked, and what clients get.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::support::origin::{Origin, TOP};
use crate::support::token::{SECRET, signed};
use crate::support::until;

/// An S3 whose every object is `abcd`: throttles what it is asked beyond so much at once, and says
/// nothing to what it is asked for under `/slow`.
#[derive(Default)]
struct Store {
    calls: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    throttled: AtomicUsize,
    is_silent: Mutex<bool>,
    spoken: Condvar,
    /// As many as may be in flight have come, and are held until then.
    burst: Mutex<usize>,
    is_there: Condvar,
}

const BEARS: usize = 3;
const BURST: usize = 16;

impl Store {
    fn start() -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let store = Arc::new(Self::default());
        let serving = Arc::clone(&store);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let store = Arc::clone(&serving);
                thread::spawn(move || store.answer(stream));
            }
        });
        (store, endpoint)
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut target = String::new();
        for (place, line) in BufReader::new(stream.try_clone()?).lines().enumerate() {
            let line = line?;
            if place == 0 {
                target.clone_from(&line);
            }
            if line.is_empty() {
                break;
            }
        }
        // The listing that the start asks for.
        if target.contains("list-type") {
            return stream.write_all(b"HTTP/1.1 403 X\r\nconnection: close\r\ncontent-length: 46\r\n\r\n<Error><Code>AccessDenied</Code></Error>      ");
        }
        self.calls.fetch_add(1, Ordering::SeqCst);
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        if target.contains("/slow") {
            let mut is_silent = self.is_silent.lock().unwrap();
            while *is_silent {
                is_silent = self.spoken.wait(is_silent).unwrap();
            }
        }
        if target.contains("/burst/") {
            let mut burst = self.burst.lock().unwrap();
            *burst += 1;
            self.is_there.notify_all();
            while *burst < BURST {
                burst = self.is_there.wait(burst).unwrap();
            }
        }
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        let answer = if at_once > BEARS {
            self.throttled.fetch_add(1, Ordering::SeqCst);
            "503 Slow Down\r\nretry-after: 3\r\ncontent-length: 0\r\n\r\n"
        } else {
            "200 OK\r\netag: \"1\"\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nabcd"
        };
        let (status, rest) = answer.split_once("\r\n").unwrap();
        write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\n{rest}")
    }

    fn be_silent(&self, is_silent: bool) {
        *self.is_silent.lock().unwrap() = is_silent;
        self.spoken.notify_all();
    }
}

fn origin(endpoint: &str, own: &str) -> Origin {
    Origin::start(&format!(
        "{TOP}[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n\
         [site.store]\ntype = \"s3\"\nbucket = \"media\"\nendpoint = \"{endpoint}\"\n{own}\n\
         region = \"us-east-1\"\npath_style = true\naccess_key_id = \"testing\"\nsecret_access_key = \"testing\"\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n",
    ))
}

fn metric(origin: &Origin, name: &str) -> f64 {
    let line = format!("countersign_store_{name}{{site=\"media\"}}");
    origin.metric(&line).unwrap()
}

#[test]
fn a_throttling_store_is_asked_less_and_every_client_has_an_answer() {
    let (store, endpoint) = Store::start();
    let origin = origin(&endpoint, &format!("max_fetches = {BURST}"));
    assert_eq!(origin.get(&signed("/kept.txt")).status, 200);
    let answers: Vec<_> = thread::scope(|scope| {
        let origin = &origin;
        let asking: Vec<_> = (0..64)
            .map(|number| scope.spawn(move || origin.get(&signed(&format!("/burst/{number}.txt")))))
            .collect();
        asking.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let (mut whole, mut refused) = (0, 0);
    for answer in &answers {
        match answer.status {
            200 => whole += usize::from(answer.text() == "abcd"),
            _ => {
                assert_eq!(answer.code(), "store_unavailable");
                // The store's own.
                assert_eq!(answer.header("retry-after"), "3");
                refused += 1;
            }
        }
    }
    assert_eq!(whole + refused, 64);
    assert!(
        refused >= BURST - BEARS && whole >= BEARS,
        "{whole} and {refused}"
    );
    assert_eq!(store.most_at_once.load(Ordering::SeqCst), BURST);
    let throttled = store.throttled.load(Ordering::SeqCst);
    assert_eq!(metric(&origin, "throttled_total") as usize, throttled);
    assert_eq!(metric(&origin, "fetches_in_flight"), 0.0);
    let limit = metric(&origin, "fetch_limit");
    assert!((4.0..=12.0).contains(&limit), "{limit}");
    // A store that wants three seconds is not asked again before.
    assert!(store.calls.load(Ordering::SeqCst) <= 65);
    for number in 100..120 {
        assert_eq!(origin.get(&signed(&format!("/{number}.txt"))).status, 200);
    }
    assert!(metric(&origin, "fetch_limit") > limit);
}

#[test]
fn a_store_that_says_nothing_holds_up_nobody_else_for_long() {
    let (store, endpoint) = Store::start();
    let origin = origin(&endpoint, "max_fetches = 1\nmax_wait = \"50ms\"");
    assert_eq!(origin.get(&signed("/kept.txt")).text(), "abcd");
    store.be_silent(true);
    thread::scope(|scope| {
        let slow = scope.spawn(|| origin.get(&signed("/slow.txt")));
        while metric(&origin, "fetches_in_flight") < 1.0 {
            thread::yield_now();
        }
        let refused = origin.get(&signed("/other.txt"));
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (503, "store_overloaded")
        );
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(origin.get(&signed("/kept.txt")).text(), "abcd");
        store.be_silent(false);
        assert_eq!(slow.join().unwrap().text(), "abcd");
    });
    assert_eq!(origin.get(&signed("/other.txt")).text(), "abcd");
    // The client may have all of it before the body has ended here.
    until("its end", || {
        (metric(&origin, "fetches_in_flight") == 0.0).then_some(())
    });
}
