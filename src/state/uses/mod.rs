//! How often tokens were used (`uses`). A use is one client for a while, not one request: so the
//! ranges, seeks and retries of one player are one use.

mod local;

use std::fmt::Debug;
use std::sync::Arc;

use countersign_token::ClientAddress;
use futures_util::future::BoxFuture;

pub use self::local::LocalUses;
use crate::request::Network;

/// A request under a token with `uses`.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The site's name.
    pub site: &'a str,
    /// The token's id.
    pub jti: &'a str,
    /// How many uses the token grants.
    pub uses: u64,
    /// When the token expires, in Unix seconds.
    pub exp: u64,
    /// Who asks. Every request of an unknown client is a use of its own.
    pub client: Option<ClientAddress>,
    /// Now.
    pub now_unix_secs: u64,
}

/// Why there is no use to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsesFault {
    /// All were used.
    #[error("no uses left")]
    Exhausted,
    /// Nothing more can be counted now; later it can.
    #[error("no more uses can be counted now")]
    Unavailable,
}

/// A use that a request belongs to, for its counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The site's name and the token's id.
    pub token: (Box<str>, Box<str>),
    /// The client; `None`: unknown.
    pub network: Option<Network>,
}

/// How much is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UseFigures {
    /// Tokens with uses that are not expired.
    pub tokens: usize,
    /// How many such tokens there may be.
    pub max_tokens: usize,
    /// Uses that further requests would belong to.
    pub open: usize,
    /// How many of these there may be.
    pub max_open: usize,
}

/// What counts uses: this process, or a store that several nodes share.
pub trait UseCounter: Debug + Send + Sync {
    /// Finds the open use that a request belongs to, or opens one.
    fn reserve<'a>(&'a self, ask: Ask<'a>) -> BoxFuture<'a, Result<Ticket, UsesFault>>;

    /// The request got its bytes: the use counts.
    fn keep(&self, ticket: Ticket);

    /// It did not: a use that nobody else has got bytes under, or still might, is given back.
    fn give_back(&self, ticket: Ticket);

    /// How much is counted.
    fn figures(&self, now_unix_secs: u64) -> UseFigures;
}

/// A use that is given back on drop, unless it is kept.
#[derive(Debug)]
pub struct Reserved {
    counter: Arc<dyn UseCounter>,
    ticket: Option<Ticket>,
}

impl Reserved {
    pub(super) fn new(counter: Arc<dyn UseCounter>, ticket: Ticket) -> Self {
        let ticket = Some(ticket);
        Self { counter, ticket }
    }

    /// The answer has bytes: the use counts.
    pub fn keep(mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.counter.keep(ticket);
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.counter.give_back(ticket);
        }
    }
}
