//! A case, and its run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::client::{Came, Client, serves};
use super::wire::{INTERNAL, NO_ERROR, PROTOCOL, hello, stalling};
use crate::support::origin::Origin;

/// Rows at once.
const AT_ONCE: usize = 8;
/// The stream on which a connection that must live is asked once more.
const LATER: u32 = 1_001;
/// Less than any time-out of the server's that would end a connection by itself.
const DECIDED_WITHIN: Duration = Duration::from_secs(9);
const MARK: [u8; 8] = *b"the end.";

/// What may come back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Allow {
    /// A connection error: GOAWAY with this code, or a general one (RFC 9113 §5.4), and the
    /// connection's end; or its end alone, for GOAWAY is only a SHOULD (§5.4.1).
    Gone(u32),
    /// A stream error with this code, or a general one.
    Reset(u32, u32),
    /// An answer.
    Status(u32, u16),
    /// The connection goes on, and serves the next request.
    Lives,
}
use Allow::{Gone, Lives, Reset, Status};

/// RFC 9113 §8.1.1: a stream error, before which an answer may come; or, as any stream error, one of
/// the connection (§5.4.1).
pub(super) const MALFORMED: &[Allow] = &[Reset(1, PROTOCOL), Gone(PROTOCOL), Status(1, 400)];

#[derive(Clone, Debug)]
pub(super) enum Step {
    Send(Vec<u8>),
    /// Until the stream's answer has come whole.
    Answered(u32),
}

/// A case.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Of RFC 9113, or `7541 …`.
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) allow: &'static [Allow],
    steps: Vec<Step>,
}

/// Frames behind preface and SETTINGS.
pub(super) fn row(
    section: &'static str,
    name: &'static str,
    allow: &'static [Allow],
    frames: &[Vec<u8>],
) -> Row {
    bare(
        section,
        name,
        allow,
        &[vec![hello()], frames.to_vec()].concat(),
    )
}

/// Frames on a connection whose answers have no room, so that their streams stay open.
pub(super) fn stalled(
    section: &'static str,
    name: &'static str,
    allow: &'static [Allow],
    frames: &[Vec<u8>],
) -> Row {
    bare(
        section,
        name,
        allow,
        &[vec![stalling()], frames.to_vec()].concat(),
    )
}

/// Nothing but these bytes.
pub(super) fn bare(
    section: &'static str,
    name: &'static str,
    allow: &'static [Allow],
    bytes: &[Vec<u8>],
) -> Row {
    Row {
        section,
        name,
        allow,
        steps: vec![Step::Send(bytes.concat())],
    }
}

impl Row {
    /// Waits for the answer on stream 1, then sends more.
    pub(super) fn then(self, frames: &[Vec<u8>]) -> Self {
        self.then_on(1, frames)
    }

    /// The same of another stream.
    pub(super) fn then_on(mut self, stream: u32, frames: &[Vec<u8>]) -> Self {
        self.steps.push(Step::Answered(stream));
        self.steps.push(Step::Send(frames.concat()));
        self
    }

    /// What came, where the row does not allow it.
    fn fault(&self, mut client: Client) -> Option<String> {
        for step in &self.steps {
            match step {
                Step::Send(bytes) => drop(client.send(bytes)),
                Step::Answered(stream) => drop(client.answered(*stream)),
            }
        }
        client.ping(MARK);
        let (mut all, from) = (Vec::new(), Instant::now());
        loop {
            let came = client.next();
            all.push(came.clone());
            if from.elapsed() > DECIDED_WITHIN {
                return Some(format!("late: {all:?}"));
            }
            if let Some(is_right) = self.decide(&came, &mut client) {
                return (!is_right).then(|| format!("{all:?}"));
            }
        }
    }

    /// Whether it is allowed; nothing where it does not decide.
    fn decide(&self, came: &Came, client: &mut Client) -> Option<bool> {
        let allows = |is: &dyn Fn(&Allow) -> bool| self.allow.iter().any(is);
        let has = |code: u32, own: u32| [own, PROTOCOL, INTERNAL].contains(&code);
        match *came {
            Came::Closed => Some(allows(&|allow| matches!(allow, Gone(_)))),
            Came::Goaway(code) => {
                let is = allows(&|allow| matches!(allow, Gone(own) if has(code, *own)));
                Some(is && closes(client))
            }
            Came::Reset(of, code) => {
                let is =
                    |allow: &_| matches!(allow, Reset(id, own) if *id == of && has(code, *own));
                match allows(&is) {
                    // Behind an answer to a request that was not read whole (RFC 9113 §8.1).
                    false if code == NO_ERROR => None,
                    is => Some(is),
                }
            }
            Came::Status(of, status) => {
                let is =
                    |allow: &_| matches!(allow, Status(id, own) if (*id, *own) == (of, status));
                // Another stream's answer, or another than a good one, may come before what decides.
                let other = |allow: &_| {
                    matches!(allow, Lives)
                        || matches!(allow, Status(id, _) | Reset(id, _) if *id != of)
                };
                match allows(&is) {
                    false if status >= 400 || allows(&other) => None,
                    is => Some(is),
                }
            }
            Came::Pong(MARK) if allows(&|allow| matches!(allow, Lives)) => {
                Some(client.is_served(LATER))
            }
            _ => None,
        }
    }
}

/// RFC 9113 §5.4.1: behind GOAWAY for an error the connection is closed.
fn closes(client: &mut Client) -> bool {
    loop {
        match client.next() {
            Came::Closed => return true,
            Came::Status(..) | Came::Pong(_) => return false,
            _ => {}
        }
    }
}

/// A server with what rows ask for.
pub(super) fn origin() -> Origin {
    let origin = Origin::media("", "");
    put_objects(&origin);
    origin
}

pub(super) fn put_objects(origin: &Origin) {
    origin.put("a.txt", "hello");
    origin.put("film.mp4", vec![7; 4 << 20]);
}

/// Runs rows against a server in clear text.
pub(super) fn run(rows: &[Row]) {
    let origin = origin();
    let address = origin.addresses.delivery;
    check(rows, &|| Client::open(address));
}

/// Runs rows, each on a connection of its own, and serves a good request behind each.
pub(super) fn check(rows: &[Row], connect: &(dyn Fn() -> Client + Sync)) {
    assert!(serves(connect()), "before the first row");
    at_once(rows, |row| {
        let undecided = || "nothing came that decides".to_owned();
        let fault = catch_unwind(AssertUnwindSafe(|| row.fault(connect())));
        let fault = fault.unwrap_or_else(|_| Some(undecided()));
        let served = catch_unwind(AssertUnwindSafe(|| serves(connect()))).unwrap_or(false);
        let told = |what: &str| format!("§{} {}: {what}", row.section, row.name);
        match fault {
            Some(came) => Some(told(&format!("{came} not in {:?}", row.allow))),
            None => (!served).then(|| told("nothing is served behind it")),
        }
    });
}

/// Looks at some items at a time, and tells the faults of all.
pub(super) fn at_once<T: Sync>(items: &[T], fault: impl Fn(&T) -> Option<String> + Sync) {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fault = fault(item);
            faults.lock().unwrap().extend(fault);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
