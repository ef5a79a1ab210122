//! The load: requests over all connections, from one thread.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use crate::connection::{Came, Connection, Scratch};
use crate::cpu;
use crate::plan::Plan;
use crate::report::{Report, Times};

/// After so many wrong answers nothing is measured any more.
const MAX_WRONG: u64 = 100;
/// A server that answers nothing for so long has failed.
const MAX_SILENCE: Duration = Duration::from_secs(10);

/// What is to be done.
pub(crate) struct Drive<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) server: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) idle: usize,
    pub(crate) warmup: Duration,
    pub(crate) measured: Duration,
    pub(crate) once: bool,
    /// Requests a second; `None`: each connection sends the next one at once.
    pub(crate) rate: Option<f64>,
    pub(crate) whole_every: u64,
    pub(crate) copy: bool,
    pub(crate) sleeps: bool,
    pub(crate) from: usize,
    pub(crate) pids: &'a [u32],
}

impl Drive<'_> {
    /// Runs it.
    ///
    /// # Errors
    /// The server cannot be reached, or falls silent.
    pub(crate) fn run(&self) -> io::Result<Report> {
        let idle = self.open_idle()?;
        let mut turn = Turn::start(self)?;
        turn.run()?;
        drop(idle);
        Ok(turn.report())
    }

    /// Connections that had one answer each, and are then quiet.
    fn open_idle(&self) -> io::Result<Vec<TcpStream>> {
        let asked = &self.plan.requests[0];
        let len_bytes = asked.len_bytes.unwrap_or(0);
        let mut bytes = vec![0; len_bytes + 4_096];
        (0..self.idle)
            .map(|_| {
                let mut stream = TcpStream::connect(self.server)?;
                stream.set_read_timeout(Some(MAX_SILENCE))?;
                stream.write_all(&asked.request)?;
                let mut came = 0;
                while came < len_bytes {
                    match stream.read(&mut bytes)? {
                        0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                        more => came += more,
                    }
                }
                Ok(stream)
            })
            .collect()
    }
}

/// Processor time, read at the start of the measured time and at its end.
struct Clocks {
    at: Instant,
    server_nanos: u64,
}

impl Clocks {
    fn read(pids: &[u32]) -> Self {
        Self {
            server_nanos: pids.iter().map(|pid| cpu::ran_nanos(*pid)).sum(),
            at: Instant::now(),
        }
    }
}

/// One run.
struct Turn<'a> {
    drive: &'a Drive<'a>,
    poll: Poll,
    connections: Vec<Connection>,
    scratch: Scratch,
    /// Connections without a request.
    free: VecDeque<usize>,
    /// The next line of the plan.
    next: usize,
    sent: u64,
    began: Instant,
    measured_from: Option<Clocks>,
    measured_to: Option<Clocks>,
    /// Time with something to do, of the measured time.
    busy: Duration,
    requests: u64,
    body_bytes: u64,
    times: Times,
    first_bytes: Times,
    compared_whole: u64,
    wrong: u64,
    first_wrong: Option<String>,
    reconnects: u64,
}

impl<'a> Turn<'a> {
    fn start(drive: &'a Drive<'a>) -> io::Result<Self> {
        let now = Instant::now();
        let mut turn = Self {
            drive,
            poll: Poll::new()?,
            connections: Vec::new(),
            scratch: Scratch::new(drive.copy),
            free: (0..drive.connections).collect(),
            next: drive.from % drive.plan.requests.len(),
            sent: 0,
            began: now,
            measured_from: None,
            measured_to: None,
            busy: Duration::ZERO,
            requests: 0,
            body_bytes: 0,
            times: Times::default(),
            first_bytes: Times::default(),
            compared_whole: 0,
            wrong: 0,
            first_wrong: None,
            reconnects: 0,
        };
        for place in 0..drive.connections {
            let mut connection = Connection::open(drive.server, now)?;
            turn.register(&mut connection, place)?;
            turn.connections.push(connection);
        }
        Ok(turn)
    }

    fn register(&self, connection: &mut Connection, place: usize) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.register(connection.stream(), Token(place), Interest::READABLE)
    }

    fn run(&mut self) -> io::Result<()> {
        // Waking a reader costs the server's core more than many an answer, and on two machines it
        // would cost it nothing: so this one never sleeps.
        let wait = match self.drive.sleeps {
            true => Duration::from_millis(20),
            false => Duration::ZERO,
        };
        let mut events = Events::with_capacity(1_024);
        self.began = Instant::now();
        let mut last_heard = self.began;
        loop {
            let now = Instant::now();
            if self.has_ended(now) {
                return Ok(());
            }
            self.send_what_is_due(now)?;
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            }
            let heard = Instant::now();
            if !events.is_empty() {
                last_heard = heard;
            } else if self.free.len() < self.connections.len() && now - last_heard > MAX_SILENCE {
                return Err(io::ErrorKind::TimedOut.into());
            }
            for event in &events {
                self.read(event.token().0)?;
            }
            if !events.is_empty() && self.measured_from.is_some() {
                // Asking that brings something is work; sleeping until it does is not.
                let since = if self.drive.sleeps { heard } else { now };
                self.busy += since.elapsed();
            }
        }
    }

    /// Whether that was all; begins and ends the measured time.
    fn has_ended(&mut self, now: Instant) -> bool {
        let drive = self.drive;
        if self.wrong >= MAX_WRONG {
            return true;
        }
        if drive.once {
            if self.measured_from.is_none() {
                self.measured_from = Some(Clocks::read(drive.pids));
            }
            let all = self.sent as usize == drive.plan.requests.len();
            if all && self.free.len() == self.connections.len() {
                self.measured_to = Some(Clocks::read(drive.pids));
            }
            return self.measured_to.is_some();
        }
        match &self.measured_from {
            None if now - self.began >= drive.warmup => {
                self.measured_from = Some(Clocks::read(drive.pids));
                self.connections
                    .iter_mut()
                    .for_each(|own| own.uncounted_bytes = 0);
                false
            }
            Some(from) if now - from.at >= drive.measured => {
                self.connections
                    .iter()
                    .for_each(|own| self.body_bytes += own.uncounted_bytes);
                self.measured_to = Some(Clocks::read(drive.pids));
                true
            }
            _ => false,
        }
    }

    /// Gives free connections the requests whose time has come.
    fn send_what_is_due(&mut self, now: Instant) -> io::Result<()> {
        while let Some(&place) = self.free.front() {
            if self.drive.once && self.sent as usize == self.drive.plan.requests.len() {
                break;
            }
            let due = match self.drive.rate {
                Some(rate) => self.began + Duration::from_secs_f64(self.sent as f64 / rate),
                None => now,
            };
            if due > now {
                break;
            }
            self.free.pop_front();
            self.send(place, due)?;
        }
        Ok(())
    }

    fn send(&mut self, place: usize, due: Instant) -> io::Result<()> {
        let requests = &self.drive.plan.requests;
        let request = self.next;
        self.next = (self.next + 1) % requests.len();
        self.sent += 1;
        let is_whole = self.sent.is_multiple_of(self.drive.whole_every);
        let now = Instant::now();
        let connection = &mut self.connections[place];
        connection.is_compared_whole = is_whole;
        if connection
            .send(request, &requests[request], due, now)
            .is_err()
        {
            // Closed by the server while it was free.
            self.reopen(place)?;
            let connection = &mut self.connections[place];
            connection.is_compared_whole = is_whole;
            connection.send(request, &requests[request], due, now)?;
        }
        Ok(())
    }

    fn reopen(&mut self, place: usize) -> io::Result<()> {
        self.reconnects += 1;
        let mut connection = Connection::open(self.drive.server, Instant::now())?;
        self.register(&mut connection, place)?;
        self.connections[place] = connection;
        Ok(())
    }

    fn read(&mut self, place: usize) -> io::Result<()> {
        if self.free.contains(&place) {
            // It is closed, which is seen when it is used.
            return Ok(());
        }
        let connection = &mut self.connections[place];
        let asked = &self.drive.plan.requests[connection.request];
        let came = connection.read(asked, &mut self.scratch);
        if self.measured_from.is_some() {
            self.body_bytes += std::mem::take(&mut connection.uncounted_bytes);
        }
        match came {
            Came::Part => return Ok(()),
            Came::Whole => {
                let goes_on = connection.goes_on();
                self.answered(place);
                if !goes_on {
                    self.reopen(place)?;
                }
            }
            Came::Wrong(what) => {
                self.is_wrong(what);
                self.reopen(place)?;
            }
            Came::Closed => {
                self.is_wrong("the connection was closed before the answer's end".to_owned());
                self.reopen(place)?;
            }
        }
        match self.drive.rate.is_some() || self.drive.once {
            true => self.free.push_back(place),
            false => self.send(place, Instant::now())?,
        }
        Ok(())
    }

    fn answered(&mut self, place: usize) {
        let connection = &self.connections[place];
        self.compared_whole += u64::from(connection.is_compared_whole);
        if self.measured_from.is_none() {
            return;
        }
        self.requests += 1;
        self.times.add(connection.due.elapsed().as_nanos());
        if let Some(first_byte) = connection.first_byte {
            let waited = first_byte.saturating_duration_since(connection.due);
            self.first_bytes.add(waited.as_nanos());
        }
    }

    fn is_wrong(&mut self, what: String) {
        self.wrong += 1;
        self.first_wrong.get_or_insert(what);
    }

    fn report(mut self) -> Report {
        let now = Clocks::read(self.drive.pids);
        let to = self.measured_to.unwrap_or(now);
        let (seconds, server_nanos) = match &self.measured_from {
            Some(from) => (
                (to.at - from.at).as_secs_f64(),
                to.server_nanos.saturating_sub(from.server_nanos),
            ),
            None => (0.0, 0),
        };
        Report {
            requests: self.requests,
            body_bytes: self.body_bytes,
            seconds,
            p50_us: self.times.quantile(0.5),
            p99_us: self.times.quantile(0.99),
            first_byte_p50_us: self.first_bytes.quantile(0.5),
            first_byte_p99_us: self.first_bytes.quantile(0.99),
            server_cpu_seconds: server_nanos as f64 / 1e9,
            server_resident_bytes: self
                .drive
                .pids
                .iter()
                .map(|pid| cpu::resident_bytes(*pid))
                .sum(),
            load_busy: self.busy.as_secs_f64() / seconds.max(1e-9),
            compared_whole: self.compared_whole,
            wrong: self.wrong,
            first_wrong: self.first_wrong,
            reconnects: self.reconnects,
            next: self.next,
        }
    }
}
