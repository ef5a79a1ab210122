//! The brute-force guard: counts requests whose token does not hold by the client's network, and
//! says when there were too many. It never looks at a request whose token holds, so that nobody is
//! locked out by a neighbour behind the same address.

use std::sync::{Mutex, PoisonError};

use countersign_token::{ClientAddress, Reason};
use lru::LruCache;

use crate::config::model::GuardSettings;
use crate::request::Network;

/// How many networks are counted at once, in under 10 MB. The one that failed longest ago gives way
/// to a new one. A keyed rate limiter would grow with every stranger until somebody tidies it.
const MAX_NETWORKS: usize = 65_536;

/// What the guard says of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// Counted; the denial stands as it is.
    Counted,
    /// Too many before it.
    Refused {
        /// When its network is counted afresh.
        retry_after_secs: u64,
    },
    /// Nobody knows who failed, so nobody is counted.
    Unknown,
}

impl Guarded {
    /// The word in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Refused { .. } => "refused",
            Self::Unknown => "unknown_client",
        }
    }
}

/// The failures of every network in its window.
#[derive(Debug)]
pub struct Guard {
    settings: GuardSettings,
    windows: Mutex<LruCache<Network, Window>>,
}

/// Failures since the first one.
#[derive(Clone, Copy, Debug)]
struct Window {
    began_unix_secs: u64,
    failures: u32,
}

impl Guard {
    /// Nobody has failed yet.
    pub fn new(settings: GuardSettings) -> Self {
        Self {
            settings,
            windows: Mutex::new(LruCache::unbounded()),
        }
    }

    /// A request of `client`'s was denied for `reason`. `None`: the guard is off, or the reason is
    /// none that guessing meets.
    pub fn denied(
        &self,
        client: Option<ClientAddress>,
        reason: Reason,
        now_unix_secs: u64,
    ) -> Option<Guarded> {
        let is_guess = matches!(
            reason,
            Reason::Malformed | Reason::UnknownKey | Reason::BadSignature
        );
        if !is_guess || self.settings.max_failures == 0 {
            return None;
        }
        let Some(client) = client else {
            return Some(Guarded::Unknown);
        };
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.get_or_insert_mut(Network::of(client), || Window {
            began_unix_secs: now_unix_secs,
            failures: 0,
        });
        let guarded = window.fail(&self.settings, now_unix_secs);
        if windows.len() > MAX_NETWORKS {
            windows.pop_lru();
        }
        Some(guarded)
    }
}

impl Window {
    fn fail(&mut self, settings: &GuardSettings, now_unix_secs: u64) -> Guarded {
        let window_secs = settings.window.as_secs();
        // A clock that was set back begins a new window too.
        let age_secs = now_unix_secs.checked_sub(self.began_unix_secs);
        let left_secs = age_secs.and_then(|age| window_secs.checked_sub(age));
        match left_secs {
            None | Some(0) => {
                *self = Self {
                    began_unix_secs: now_unix_secs,
                    failures: 1,
                };
                Guarded::Counted
            }
            Some(retry_after_secs) if self.failures >= settings.max_failures => {
                Guarded::Refused { retry_after_secs }
            }
            Some(_) => {
                self.failures += 1;
                Guarded::Counted
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countersign_token::{ClientAddress, Reason};

    use super::{Guard, Guarded, MAX_NETWORKS};
    use crate::config::model::GuardSettings;

    fn guard(max_failures: u32) -> Guard {
        Guard::new(GuardSettings {
            max_failures,
            window: Duration::from_secs(60),
        })
    }

    fn fail(guard: &Guard, client: &str, now: u64) -> Option<Guarded> {
        guard.denied(ClientAddress::parse(client), Reason::BadSignature, now)
    }

    fn refused(retry_after_secs: u64) -> Option<Guarded> {
        Some(Guarded::Refused { retry_after_secs })
    }

    const COUNTED: Option<Guarded> = Some(Guarded::Counted);

    #[test]
    fn past_the_limit_failures_are_refused_until_the_window_ends() {
        let guard = guard(2);
        assert_eq!(fail(&guard, "192.0.2.1", 1_000), COUNTED);
        assert_eq!(fail(&guard, "192.0.2.1", 1_010), COUNTED);
        assert_eq!(fail(&guard, "192.0.2.1", 1_010), refused(50));
        assert_eq!(fail(&guard, "192.0.2.1", 1_059), refused(1));
        assert_eq!(fail(&guard, "192.0.2.1", 1_060), COUNTED);
        assert_eq!(fail(&guard, "192.0.2.1", 1_060), COUNTED);
        assert_eq!(fail(&guard, "192.0.2.1", 1_060), refused(60));
        // The clock was set back.
        assert_eq!(fail(&guard, "192.0.2.1", 500), COUNTED);
    }

    #[test]
    fn a_network_is_an_ipv4_address_or_64_bits_of_ipv6() {
        let guard = guard(1);
        assert_eq!(fail(&guard, "192.0.2.1", 0), COUNTED);
        assert_eq!(fail(&guard, "192.0.2.2", 0), COUNTED);
        assert_eq!(fail(&guard, "::ffff:192.0.2.1", 0), refused(60));
        assert_eq!(fail(&guard, "2001:db8:0:1::1", 0), COUNTED);
        assert_eq!(fail(&guard, "2001:db8:0:1:ffff::9", 0), refused(60));
        assert_eq!(fail(&guard, "2001:db8:0:2::1", 0), COUNTED);
    }

    #[test]
    fn only_what_guessing_meets_is_counted_and_nobody_unknown() {
        let guard = guard(1);
        let client = ClientAddress::parse("192.0.2.1");
        let counting: Vec<_> = Reason::ALL
            .into_iter()
            .filter(|&reason| guard.denied(client, reason, 0).is_some())
            .collect();
        assert_eq!(
            counting,
            [Reason::Malformed, Reason::UnknownKey, Reason::BadSignature]
        );
        for _ in 0..3 {
            let unknown = guard.denied(None, Reason::Malformed, 0);
            assert_eq!(unknown, Some(Guarded::Unknown));
        }
        assert_eq!(fail(&self::guard(0), "192.0.2.1", 0), None);
    }

    #[test]
    fn the_number_of_networks_is_bounded_and_the_oldest_gives_way() {
        let guard = guard(1);
        let address = |at: usize| std::net::Ipv4Addr::from_bits(at as u32).to_string();
        for at in 0..MAX_NETWORKS {
            assert_eq!(fail(&guard, &address(at), 0), COUNTED);
        }
        // Whoever goes on failing stays.
        assert_eq!(fail(&guard, &address(0), 0), refused(60));
        assert_eq!(fail(&guard, &address(MAX_NETWORKS), 0), COUNTED);
        assert_eq!(guard.windows.lock().unwrap().len(), MAX_NETWORKS);
        assert_eq!(fail(&guard, &address(0), 0), refused(60));
        assert_eq!(fail(&guard, &address(1), 0), COUNTED);
    }
}
