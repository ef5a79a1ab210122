//! How many connections and requests a listener has at once, and who gives way.
//!
//! Past [`Bounds::connections`] those connections that have had no request for longest give way.
//! Where none can, a new connection is still served in one of a few extra places, only to be told 503;
//! past those it is closed. Nobody waits, so nothing grows.
//!
//! A request costs an addition and a subtraction here; the table is for connections only.

mod bounds;
mod closed;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub(super) use self::bounds::{Bounds, Refused};
pub(super) use self::closed::Closed;
use super::pulse::Pulse;
use crate::config::model::ConnectionLimits;

/// For so long a connection may be without a request before it can be made to give way.
const LEAST_IDLE: Duration = Duration::from_secs(1);

/// Between two searches, where the last one found nobody: a search looks at every connection.
const SEARCH_PAUSE: Duration = Duration::from_millis(100);

/// What a gate has counted.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Connections that are open.
    pub connections: usize,
    /// How many may be.
    pub max_connections: usize,
    /// Requests that may be in flight; `None`: any number.
    pub max_requests: Option<usize>,
    /// Whoever came past a limit, by its name, since the start.
    pub refused: Vec<(&'static str, u64)>,
    /// Connections that this side closed, by why, since the start.
    pub closed: Vec<(&'static str, u64)>,
}

/// A listener's counts.
#[derive(Debug)]
pub struct Gate {
    bounds: Bounds,
    table: Mutex<Table>,
    requests: AtomicUsize,
    refused: [AtomicU64; Refused::ALL.len()],
    closed: [AtomicU64; Closed::COUNT],
}

#[derive(Debug, Default)]
struct Table {
    open: HashMap<u64, Seated>,
    next: u64,
    /// Connections in ordinary places.
    seated: usize,
    /// Those of them that were told to give way.
    leaving: usize,
    /// Connections in extra places.
    extra: usize,
    clients: HashMap<Client, usize>,
    /// Nobody is looked for before.
    search_from: Option<Instant>,
}

/// A connection, and what it is counted as.
#[derive(Debug)]
struct Seated {
    pulse: Arc<Pulse>,
    seat: Seat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    Ordinary,
    /// Ordinary, and told to give way.
    Leaving,
    /// Only to be told 503.
    Extra,
}

/// One client's network: an IPv4 address, or 64 bits of IPv6 (RFC 6177 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Client {
    V4(u32),
    V6(u64),
}

impl Client {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(ip) => Self::V4(ip.to_bits()),
            IpAddr::V6(ip) => Self::V6((ip.to_bits() >> 64) as u64),
        }
    }
}

impl Gate {
    /// The gate of the delivery listener.
    pub fn delivery(limits: &ConnectionLimits) -> Arc<Self> {
        Self::new(Bounds {
            connections: limits.max_connections,
            per_client: limits.max_connections_per_client,
            requests: limits.max_requests,
            extra: Bounds::extra_of(limits.max_connections),
        })
    }

    /// The gate of a listener for the house: fewer connections, and each request is its own
    /// business.
    pub fn of_the_house(limits: &ConnectionLimits) -> Arc<Self> {
        Self::new(Bounds {
            connections: Bounds::house_of(limits.max_connections),
            per_client: 0,
            requests: usize::MAX,
            extra: 0,
        })
    }

    pub(super) fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            table: Mutex::default(),
            requests: AtomicUsize::new(0),
            refused: Default::default(),
            closed: Default::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection with this pulse. `None`: there is none at all.
    pub(super) fn place(self: &Arc<Self>, pulse: &Arc<Pulse>, now: Instant) -> Option<Place> {
        let mut table = self.lock();
        let most = self.bounds.connections;
        if table.is_full(most) {
            table.make_room(most, now);
        }
        let is_extra = table.is_full(most);
        if is_extra && table.extra >= self.bounds.extra {
            return None;
        }
        let seat = if is_extra {
            table.extra += 1;
            self.count(Refused::Connections);
            Seat::Extra
        } else {
            table.seated += 1;
            Seat::Ordinary
        };
        let number = table.next;
        table.next += 1;
        let pulse = Arc::clone(pulse);
        table.open.insert(number, Seated { pulse, seat });
        Some(Place {
            gate: Arc::clone(self),
            number,
            is_extra,
            client: None,
        })
    }

    pub(super) fn count(&self, refused: Refused) {
        self.refused[refused as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A connection was closed for this.
    pub(super) fn closed(&self, why: Closed) {
        self.closed[why.index()].fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted up to now.
    pub fn figures(&self) -> Figures {
        let connections = self.lock().open.len();
        let count_of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let refused = Refused::ALL.into_iter().zip(&self.refused);
        let closed = Closed::words().zip(&self.closed);
        let requests = self.bounds.requests;
        Figures {
            connections,
            max_connections: self.bounds.connections,
            max_requests: (requests != usize::MAX).then_some(requests),
            refused: refused
                .map(|(why, count)| (why.as_str(), count_of(count)))
                .collect(),
            closed: closed.map(|(why, count)| (why, count_of(count))).collect(),
        }
    }
}

impl Table {
    /// Whether all ordinary places are taken by those who stay.
    fn is_full(&self, connections: usize) -> bool {
        self.seated.saturating_sub(self.leaving) >= connections
    }

    /// Tells those to go that have had no request for longest: several, as a search looks at all.
    fn make_room(&mut self, connections: usize, now: Instant) {
        let left = Bounds::leaving_of(connections).saturating_sub(self.leaving);
        if left == 0 || self.search_from.is_some_and(|from| now < from) {
            return;
        }
        let is_idle = |pulse: &Arc<Pulse>| {
            let since = pulse.without_request_since()?;
            (now.saturating_duration_since(since) >= LEAST_IDLE).then_some(since)
        };
        // Those in extra places are about to go, and would make no room.
        let mut idle: Vec<(Instant, &mut Seated)> = self
            .open
            .values_mut()
            .filter(|seated| seated.seat == Seat::Ordinary)
            .filter_map(|seated| Some((is_idle(&seated.pulse)?, seated)))
            .collect();
        if idle.is_empty() {
            self.search_from = Some(now + SEARCH_PAUSE);
            return;
        }
        idle.sort_unstable_by_key(|(since, _)| *since);
        for (_, seated) in idle
            .into_iter()
            .take(Bounds::at_once(connections).min(left))
        {
            if seated.pulse.evict() {
                seated.seat = Seat::Leaving;
                self.leaving += 1;
            }
        }
    }

    /// Lets a connection that is to be told 503 have an extra place for its ordinary one; `false`:
    /// there is none, or it is leaving anyway.
    fn demote(&mut self, number: u64, extra: usize) -> bool {
        let Some(seated) = self.open.get_mut(&number) else {
            return false;
        };
        match seated.seat {
            Seat::Extra => return true,
            Seat::Ordinary if self.extra < extra => {}
            _ => return false,
        }
        seated.seat = Seat::Extra;
        self.seated -= 1;
        self.extra += 1;
        true
    }

    fn leave(&mut self, number: u64) {
        match self.open.remove(&number).map(|seated| seated.seat) {
            Some(Seat::Ordinary) => self.seated -= 1,
            Some(Seat::Leaving) => {
                self.seated -= 1;
                self.leaving -= 1;
            }
            Some(Seat::Extra) => self.extra -= 1,
            None => {}
        }
    }
}

/// A connection's place; free again on drop.
#[derive(Debug)]
pub(super) struct Place {
    gate: Arc<Gate>,
    number: u64,
    is_extra: bool,
    client: Option<Client>,
}

impl Place {
    /// Whether it is one of those who are only told 503.
    pub(super) const fn is_extra(&self) -> bool {
        self.is_extra
    }

    /// A request comes in; `None`: there are too many.
    pub(super) fn enter(self: &Arc<Self>) -> Option<InFlight> {
        let before = self.gate.requests.fetch_add(1, Ordering::Relaxed);
        let entered = InFlight(Arc::clone(self));
        (before < self.gate.bounds.requests).then_some(entered)
    }

    /// A request comes in that is answered before anything else happens; `None`: there are too many.
    pub(super) fn pass(self: &Arc<Self>) -> Option<Passing<'_>> {
        let before = self.gate.requests.fetch_add(1, Ordering::Relaxed);
        let passing = Passing(Some(self));
        (before < self.gate.bounds.requests).then_some(passing)
    }

    /// The gate that it is behind.
    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Whose connection it is, as soon as that is known. `false`: its network has too many, and
    /// this one is in an extra place from now on, where there is one.
    pub(super) fn belongs_to(&mut self, address: IpAddr) -> bool {
        let most = self.gate.bounds.per_client;
        if most == 0 {
            return true;
        }
        let client = Client::of(address);
        let mut table = self.gate.lock();
        let count = table.clients.entry(client).or_default();
        *count += 1;
        let fits = *count <= most;
        if !fits {
            self.is_extra = table.demote(self.number, self.gate.bounds.extra);
        }
        drop(table);
        self.client = Some(client);
        if !fits {
            self.gate.count(Refused::Client);
        }
        fits
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.gate.lock();
        table.leave(self.number);
        if let Some(client) = self.client
            && let Some(count) = table.clients.get_mut(&client)
        {
            *count -= 1;
            if *count == 0 {
                table.clients.remove(&client);
            }
        }
    }
}

/// A request in flight; it has ended on drop.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Place>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.gate.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request in flight for as long as one call takes.
#[derive(Debug)]
pub(super) struct Passing<'p>(Option<&'p Arc<Place>>);

impl Passing<'_> {
    /// It is in flight for longer: the count is handed on.
    pub(super) fn stays(mut self) -> Option<InFlight> {
        self.0.take().map(|place| InFlight(Arc::clone(place)))
    }
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.0 {
            place.gate.requests.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
