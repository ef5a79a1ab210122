//! Uses counted by this process. A restart forgets them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, ready};

use super::{Ask, Ticket, UseCounter, UseFigures, UsesFault};
use crate::config::model::UseSettings;
use crate::request::Network;

/// How many uses of one token may be open at once.
const MAX_OPEN_A_TOKEN: usize = 1_024;

/// How many uses of all tokens may be open at once, in some 20 MB.
const MAX_OPEN: usize = 262_144;

/// The uses of every token that is not expired.
#[derive(Debug)]
pub struct LocalUses {
    settings: UseSettings,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    tokens: HashMap<(Box<str>, Box<str>), Token>,
    open: usize,
    swept_unix_secs: u64,
}

/// What is known of one token.
#[derive(Debug, Default)]
struct Token {
    /// Uses that count or are reserved.
    spent: u64,
    /// The latest `exp` of the tokens with its id.
    exp: u64,
    /// Requests that are not yet answered.
    pending: u64,
    open: HashMap<Network, Open>,
}

/// A use that further requests belong to.
#[derive(Debug)]
struct Open {
    last_unix_secs: u64,
    /// Its requests that are not yet answered.
    pending: u64,
    /// Whether one of them got bytes.
    kept: bool,
}

impl LocalUses {
    /// Nothing used yet.
    pub fn new(settings: UseSettings) -> Self {
        let table = Mutex::default();
        Self { settings, table }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, ask: &Ask<'_>) -> Result<Ticket, UsesFault> {
        let window_secs = self.settings.window.as_secs();
        let name = (Box::from(ask.site), Box::from(ask.jti));
        let mut table = self.table();
        let table = &mut *table;
        let is_new = !table.tokens.contains_key(&name);
        if table.open >= MAX_OPEN || (is_new && table.tokens.len() >= self.settings.max_tokens) {
            table.sweep(window_secs, ask.now_unix_secs);
            let full = is_new && table.tokens.len() >= self.settings.max_tokens;
            if full || table.open >= MAX_OPEN {
                return Err(UsesFault::Unavailable);
            }
        }
        let token = table.tokens.entry(name.clone()).or_default();
        token.exp = token.exp.max(ask.exp);
        let closed = token.close(window_secs, ask.now_unix_secs);
        table.open = table.open.saturating_sub(closed);
        let network = ask.client.map(Network::of);
        let taken = token.take(network, ask.uses, ask.now_unix_secs);
        if token.spent == 0 && token.pending == 0 {
            table.tokens.remove(&name);
        }
        table.open += usize::from(taken?);
        let token = name;
        Ok(Ticket { token, network })
    }

    fn settle(&self, ticket: &Ticket, kept: bool) {
        let mut table = self.table();
        let table = &mut *table;
        let Some(token) = table.tokens.get_mut(&ticket.token) else {
            return;
        };
        let closed = token.settle(ticket.network, kept);
        table.open = table.open.saturating_sub(usize::from(closed));
        if token.spent == 0 && token.pending == 0 {
            table.tokens.remove(&ticket.token);
        }
    }
}

impl Table {
    /// Forgets expired tokens and closes uses whose window is over; once a second at most, as it
    /// looks at all of them.
    fn sweep(&mut self, window_secs: u64, now: u64) {
        if self.swept_unix_secs == now {
            return;
        }
        self.swept_unix_secs = now;
        for token in self.tokens.values_mut() {
            token.close(window_secs, now);
        }
        self.tokens
            .retain(|_, token| token.pending > 0 || token.exp > now);
        self.open = self.tokens.values().map(|token| token.open.len()).sum();
    }
}

impl Token {
    /// Closes the uses whose last request is longer ago than the window; how many.
    fn close(&mut self, window_secs: u64, now: u64) -> usize {
        let before = self.open.len();
        self.open.retain(|_, open| {
            open.pending > 0 || now.saturating_sub(open.last_unix_secs) <= window_secs
        });
        before - self.open.len()
    }

    /// Puts a request into its use; whether it opened one that others may belong to.
    fn take(&mut self, network: Option<Network>, uses: u64, now: u64) -> Result<bool, UsesFault> {
        let found = network.and_then(|network| self.open.get_mut(&network));
        if let Some(open) = found {
            open.last_unix_secs = open.last_unix_secs.max(now);
            open.pending += 1;
            self.pending += 1;
            return Ok(false);
        }
        if self.spent >= uses {
            return Err(UsesFault::Exhausted);
        }
        if self.open.len() >= MAX_OPEN_A_TOKEN {
            return Err(UsesFault::Unavailable);
        }
        self.spent += 1;
        self.pending += 1;
        let opened = network.map(|network| {
            let open = Open {
                last_unix_secs: now,
                pending: 1,
                kept: false,
            };
            self.open.insert(network, open)
        });
        Ok(opened.is_some())
    }

    /// A request is answered; whether its use is closed by that.
    fn settle(&mut self, network: Option<Network>, kept: bool) -> bool {
        self.pending = self.pending.saturating_sub(1);
        let Some(network) = network else {
            self.spent = self.spent.saturating_sub(u64::from(!kept));
            return false;
        };
        let Some(open) = self.open.get_mut(&network) else {
            return false;
        };
        open.pending = open.pending.saturating_sub(1);
        open.kept |= kept;
        if open.kept || open.pending > 0 {
            return false;
        }
        self.open.remove(&network);
        self.spent = self.spent.saturating_sub(1);
        true
    }
}

impl UseCounter for LocalUses {
    fn reserve<'a>(&'a self, ask: Ask<'a>) -> BoxFuture<'a, Result<Ticket, UsesFault>> {
        Box::pin(ready(self.take(&ask)))
    }

    fn keep(&self, ticket: Ticket) {
        self.settle(&ticket, true);
    }

    fn give_back(&self, ticket: Ticket) {
        self.settle(&ticket, false);
    }

    fn figures(&self, now_unix_secs: u64) -> UseFigures {
        let mut table = self.table();
        table.sweep(self.settings.window.as_secs(), now_unix_secs);
        UseFigures {
            tokens: table.tokens.len(),
            max_tokens: self.settings.max_tokens,
            open: table.open,
            max_open: MAX_OPEN,
        }
    }
}

#[cfg(test)]
mod tests;
