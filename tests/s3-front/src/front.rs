//! A running front.

use std::io::{Error, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use crate::admin;
use crate::journal::{Counts, Seen};
use crate::listening::{self, Command, Port};
use crate::objects::Objects;
use crate::rule::Rule;
use crate::state::State;

/// How a front is started.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where rules are set over HTTP; by default nowhere.
    pub admin: Option<SocketAddr>,
    /// The S3 server behind it, such as `http://127.0.0.1:5000`; by default none.
    pub upstream: Option<String>,
    /// Threads.
    pub workers: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            admin: None,
            upstream: None,
            workers: 1,
        }
    }
}

/// A front, on threads of its own; ends on drop.
pub struct Front {
    runtime: Option<Runtime>,
    state: Arc<State>,
    commands: mpsc::Sender<Command>,
    address: SocketAddr,
    admin: Option<SocketAddr>,
}

impl Front {
    /// Starts one.
    ///
    /// # Errors
    ///
    /// No such address, or no `http://host:port` of an upstream.
    pub fn start(settings: &Settings) -> Result<Self> {
        let upstream = settings.upstream.as_deref().map(address_of).transpose()?;
        let state = Arc::new(State::new(upstream));
        let runtime = Builder::new_multi_thread()
            .worker_threads(settings.workers)
            .thread_name("s3-front")
            .enable_all()
            .build()?;
        let (commands, received) = mpsc::channel(4);
        let within = runtime.enter();
        let port = Port::take(settings.listen)?;
        let (address, listener) = (port.address, port.listen()?);
        runtime.spawn(listening::run(port, listener, Arc::clone(&state), received));
        drop(within);
        let mut front = Self {
            runtime: None,
            state,
            commands,
            address,
            admin: None,
        };
        if let Some(admin) = settings.admin {
            let (state, commands) = (Arc::clone(&front.state), front.commands.clone());
            front.admin = Some(runtime.block_on(admin::start(admin, state, commands))?);
        }
        front.runtime = Some(runtime);
        Ok(front)
    }

    /// One with nothing behind it but [`Objects`].
    ///
    /// # Panics
    ///
    /// Where no port is free.
    pub fn alone() -> Self {
        Self::start(&Settings::default()).expect("a free port")
    }

    /// One in front of a server.
    ///
    /// # Panics
    ///
    /// Where no port is free, or the text is no `http://host:port`.
    pub fn before(upstream: &str) -> Self {
        let upstream = Some(upstream.to_owned());
        let settings = Settings {
            upstream,
            ..Settings::default()
        };
        Self::start(&settings).expect("a free port and an address")
    }

    /// `http://127.0.0.1:` and its port.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where rules are set over HTTP.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Makes objects; of several that fit a key the newest count.
    pub fn put(&self, objects: Objects) {
        self.state.made().put(objects);
    }

    /// Gives the key its next version; the first is 1.
    pub fn overwrite(&self, key: &str) -> u64 {
        self.state.made().overwrite(key)
    }

    /// From now on this happens too.
    pub fn add(&self, rule: Rule) {
        self.state.add(rule);
    }

    /// From now on nothing happens any more, but to answers that are under way.
    pub fn clear(&self) {
        self.state.clear();
    }

    /// Refuses connections, and cuts those that there are, until [`Front::accept`]. Returns when
    /// that is so.
    pub fn refuse(&self) {
        self.command(false);
    }

    /// Accepts connections again.
    pub fn accept(&self) {
        self.command(true);
    }

    fn command(&self, accepts: bool) {
        let (done, is_done) = sync_channel(1);
        self.commands
            .blocking_send((accepts, done))
            .expect("the runtime is there");
        is_done.recv().expect("an answer of it");
    }

    /// The requests, from the oldest on; the newest 200,000 are kept.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.journal.seen()
    }

    /// How many of them there are.
    pub fn count(&self, is_meant: impl Fn(&Seen) -> bool) -> usize {
        self.seen().iter().filter(|seen| is_meant(seen)).count()
    }

    /// Forgets the requests, and the most there ever were in flight.
    pub fn forget(&self) {
        self.state.journal.forget();
    }

    /// Numbers.
    pub fn counts(&self) -> Counts {
        self.state.journal.counts()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn address_of(upstream: &str) -> Result<SocketAddr> {
    let text = upstream.strip_prefix("http://").unwrap_or_default();
    let address = text.trim_end_matches('/').parse();
    address.map_err(|_| Error::other("the upstream is no http://address:port"))
}
