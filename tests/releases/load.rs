//! Clients that ask on and on, and look at every byte.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};

use crate::client::{Door, NoAnswer, Sender, Wire, told};
use crate::objects::{self, BRISK, FILM};
use crate::tally::{Counts, Failure, Tally};

/// From one request's begin to the next one's, for a client that is not slow.
const TURN: Duration = Duration::from_millis(50);
/// Nothing takes longer that does not stand still.
const LIMIT: Duration = Duration::from_secs(30);
/// A slow client's rate.
const SLOW_BYTES_PER_SEC: f64 = 6e6;
/// After so many requests an HTTP/1.1 client comes by a new connection.
const KEPT_FOR: usize = 40;

/// By path; several for one path are asked for in turn.
pub(crate) type Targets = BTreeMap<&'static str, Vec<String>>;

/// Clients at work.
pub(crate) struct Load {
    shared: Arc<Shared>,
    clients: JoinSet<()>,
}

struct Shared {
    door: Door,
    objects: BTreeMap<&'static str, Bytes>,
    targets: Mutex<Arc<Targets>>,
    is_over: AtomicBool,
    tally: Tally,
}

impl Load {
    /// Eight clients with HTTP/1.1, three with HTTP/2 of four streams each, and four slow ones: up
    /// to 400 requests a second.
    pub(crate) fn start(door: Door, targets: Targets) -> Self {
        let shared = Arc::new(Shared {
            door,
            objects: objects::all(),
            targets: Mutex::new(Arc::new(targets)),
            is_over: AtomicBool::new(false),
            tally: Tally::new(),
        });
        let mut clients = JoinSet::new();
        for number in 0..8 {
            clients.spawn(Client::new(&shared, Wire::Http1, number).asks());
        }
        for connection in 0..3 {
            let shared_connection = Arc::default();
            for stream in 0..4 {
                let mut client = Client::new(&shared, Wire::Http2, connection * 4 + stream);
                client.connection = Arc::clone(&shared_connection);
                clients.spawn(client.asks());
            }
        }
        for (wire, number) in [Wire::Http1, Wire::Http2].into_iter().zip([0, 2]) {
            for number in [number, number + 1] {
                let mut client = Client::new(&shared, wire, number);
                client.is_slow = true;
                clients.spawn(client.asks());
            }
        }
        Self { shared, clients }
    }

    /// Further requests have these targets; ends when the last one with one from before has.
    pub(crate) async fn turn_to(&self, targets: Targets) {
        let before = {
            let mut own = self.shared.targets.lock().unwrap();
            std::mem::replace(&mut *own, Arc::new(targets))
        };
        while Arc::strong_count(&before) > 1 {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until so many further requests have ended.
    pub(crate) async fn goes_on_for(&self, requests: u64) {
        let ended = || {
            let counts = self.shared.tally.counts();
            counts.whole + counts.failures.len() as u64
        };
        let until = ended() + requests;
        while ended() < until {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until every client has come to the end of its request, and tells the figures.
    pub(crate) async fn end(mut self, name: &str) -> Counts {
        self.shared.is_over.store(true, Ordering::Relaxed);
        while let Some(ended) = self.clients.join_next().await {
            ended.unwrap();
        }
        self.shared.tally.told(name)
    }
}

struct Client {
    shared: Arc<Shared>,
    wire: Wire,
    number: usize,
    is_slow: bool,
    connection: Arc<tokio::sync::Mutex<Option<Sender>>>,
}

impl Client {
    fn new(shared: &Arc<Shared>, wire: Wire, number: usize) -> Self {
        Self {
            shared: Arc::clone(shared),
            wire,
            number,
            is_slow: false,
            connection: Arc::default(),
        }
    }

    async fn asks(self) {
        for turn in 0.. {
            if self.shared.is_over.load(Ordering::Relaxed) {
                return;
            }
            let began = Instant::now();
            if self.wire == Wire::Http1 && turn % KEPT_FOR == KEPT_FOR - 1 {
                *self.connection.lock().await = None;
            }
            let (path, _) = match self.is_slow {
                true => FILM,
                false => BRISK[(self.number + turn) % BRISK.len()],
            };
            self.ask(path, turn, began).await;
            sleep_until((began + TURN).into()).await;
        }
    }

    async fn ask(&self, path: &'static str, turn: usize, began: Instant) {
        let targets = Arc::clone(&self.shared.targets.lock().unwrap());
        let of_path = &targets[path];
        let target = &of_path[turn % of_path.len()];
        let mut server = None;
        let asked = async {
            let answer = self.answer(target).await?;
            let head = began.elapsed();
            let tally = &self.shared.tally;
            tally.add(|counts| counts.slowest_head = counts.slowest_head.max(head));
            let name = answer.headers().get("x-server");
            server = name.map(|name| name.to_str().unwrap().to_owned());
            self.check(answer, path).await
        };
        let asked = timeout(LIMIT, asked).await;
        let came = asked.unwrap_or_else(|_| Err(format!("no end within {LIMIT:?}")));
        let what = format!("{:?} {path}", self.wire);
        let ended = Instant::now();
        self.shared.tally.add(|counts| match came {
            Ok(len_bytes) => {
                counts.whole += 1;
                counts.over_http2 += u64::from(self.wire == Wire::Http2);
                counts.bytes += len_bytes as u64;
            }
            Err(why) => counts.failures.push(Failure {
                what,
                why,
                server,
                began,
                ended,
            }),
        });
    }

    /// On the kept connection, or on a new one where that has ended.
    async fn answer(&self, target: &str) -> Result<Response<Incoming>, String> {
        for _ in 0..4 {
            let mut own = self.sender().await?;
            let answer = own.get(target).await;
            match answer {
                Ok(answer) => {
                    if self.wire == Wire::Http1 {
                        *self.connection.lock().await = Some(own);
                    }
                    return Ok(answer);
                }
                Err(NoAnswer::NotSent) => {}
                Err(NoAnswer::Failed(why)) => return Err(why),
            }
        }
        Err("four connections in turn ended before they were used".to_owned())
    }

    async fn sender(&self) -> Result<Sender, String> {
        let mut kept = self.connection.lock().await;
        if let Some(mut sender) = kept.take()
            && sender.is_open().await
        {
            *kept = sender.share();
            return Ok(sender);
        }
        let sender = self.shared.door.connect(self.wire).await?;
        self.shared.tally.add(|counts| counts.connections += 1);
        *kept = sender.share();
        Ok(sender)
    }

    /// The body's length, when it is the object's, byte for byte.
    async fn check(&self, answer: Response<Incoming>, path: &str) -> Result<usize, String> {
        let expected = &self.shared.objects[path];
        let (head, mut body) = answer.into_parts();
        if head.status != 200 {
            let reason = head.headers.get("countersign-reason");
            return Err(format!("status {}, {reason:?}", head.status));
        }
        let (began, mut at) = (Instant::now(), 0);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| format!("cut at byte {at}: {}", told(error)))?;
            let bytes = frame.into_data().unwrap_or_default();
            if expected.get(at..at + bytes.len()) != Some(&bytes[..]) {
                return Err(format!("wrong bytes from {at} on"));
            }
            at += bytes.len();
            if self.is_slow {
                let due = Duration::from_secs_f64(at as f64 / SLOW_BYTES_PER_SEC);
                sleep_until((began + due).into()).await;
            }
        }
        match at == expected.len() {
            true => Ok(at),
            false => Err(format!("short: {at} of {} bytes", expected.len())),
        }
    }
}
