//! How much a caller may ask for in a time, by the generic cell rate algorithm. Counted by caller
//! and not by address: a backend asks for all its users from one.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue};
use lru::LruCache;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use crate::config::model::RateLimit;

/// How many callers are counted at once, in under 20 MB. The one that asked longest ago gives way to a
/// new one; it had its whole burst again unless it asked just now.
const MAX_CALLERS: usize = 65_536;

/// The policy's name in the headers.
const POLICY: &str = "caller";

type Limiter<C> = RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>;

/// Every caller's use of its rate. Lives on when a configuration is read again.
#[derive(Debug)]
pub struct CallerRates<C: Clock = MonotonicClock> {
    clock: C,
    callers: Mutex<LruCache<Name, Counted<C>>>,
}

/// A digest of authority and name, which may be long.
type Name = [u8; 32];

#[derive(Debug)]
struct Counted<C: Clock> {
    limit: RateLimit,
    limiter: Arc<Limiter<C>>,
}

/// What a caller has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    limit: RateLimit,
    left: u32,
}

/// Why a caller has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RateFault {
    /// It has asked for too much. After so long the same is given, if nothing else is asked for.
    TooFast { limit: RateLimit, wait_secs: u64 },
    /// However long it waits.
    BeyondBurst { burst: u32 },
}

impl CallerRates {
    /// Nobody has asked yet.
    pub fn new() -> Self {
        Self::with_clock(MonotonicClock)
    }
}

impl Default for CallerRates {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Clock + Clone> CallerRates<C> {
    fn with_clock(clock: C) -> Self {
        Self {
            clock,
            callers: Mutex::new(LruCache::unbounded()),
        }
    }

    /// Takes `count` from what `caller` may ask for.
    ///
    /// # Errors
    /// [`RateFault`]; then nothing is taken.
    pub(super) fn charge(
        &self,
        caller: &Caller,
        limit: RateLimit,
        count: NonZeroU32,
    ) -> Result<Allowance, RateFault> {
        let burst = limit.burst;
        let checked = self.limiter(caller, limit).check_n(count);
        match checked.map_err(|_| RateFault::BeyondBurst { burst: burst.get() })? {
            Ok(state) => Ok(Allowance {
                limit,
                left: state.remaining_burst_capacity(),
            }),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now());
                Err(RateFault::TooFast {
                    limit,
                    wait_secs: ceil_secs(wait).max(1),
                })
            }
        }
    }

    /// Takes the rest of a batch of `count`, of which one is taken already.
    ///
    /// # Errors
    /// [`RateFault`]; then only the one is taken.
    pub(super) fn charge_rest(
        &self,
        caller: &Caller,
        limit: RateLimit,
        count: usize,
    ) -> Result<Option<Allowance>, RateFault> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if count > limit.burst.get() {
            let burst = limit.burst.get();
            return Err(RateFault::BeyondBurst { burst });
        }
        let Some(rest) = NonZeroU32::new(count.saturating_sub(1)) else {
            return Ok(None);
        };
        let charged = self.charge(caller, limit, rest);
        charged.map(Some).map_err(|fault| match fault {
            // Next time one is taken first, again; it is there within a second.
            RateFault::TooFast { limit, wait_secs } => RateFault::TooFast {
                limit,
                wait_secs: wait_secs + 1,
            },
            fault @ RateFault::BeyondBurst { .. } => fault,
        })
    }

    fn limiter(&self, caller: &Caller, limit: RateLimit) -> Arc<Limiter<C>> {
        let name = digest(caller);
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Counted {
            limit,
            limiter: Arc::new(self.fresh(limit)),
        };
        let counted = callers.get_or_insert_mut(name, new);
        if counted.limit != limit {
            *counted = new();
        }
        let limiter = Arc::clone(&counted.limiter);
        if callers.len() > MAX_CALLERS {
            callers.pop_lru();
        }
        limiter
    }

    fn fresh(&self, limit: RateLimit) -> Limiter<C> {
        let quota = Quota::per_second(limit.per_second).allow_burst(limit.burst);
        RateLimiter::direct_with_clock(quota, self.clock.clone()).with_middleware()
    }
}

impl Allowance {
    /// Nothing is left.
    pub(super) const fn spent(limit: RateLimit) -> Self {
        Self { limit, left: 0 }
    }

    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10 §3, §4): `q` calls
    /// in `w` seconds; `r` are left now, and all of them after `t` seconds.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        let (burst, rate) = (self.limit.burst.get(), self.limit.per_second.get());
        let window_secs = burst.div_ceil(rate);
        let refill_secs = burst.saturating_sub(self.left).div_ceil(rate);
        let policy = format!("\"{POLICY}\";q={burst};w={window_secs}");
        let now = format!("\"{POLICY}\";r={};t={refill_secs}", self.left);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

fn digest(caller: &Caller) -> Name {
    let mut hash = Sha256::new();
    // So that no authority runs on into a name.
    hash.update((caller.authority.len() as u64).to_be_bytes());
    hash.update(&caller.authority);
    hash.update(&caller.name);
    hash.finalize().into()
}

fn ceil_secs(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;
    use http::HeaderMap;

    use super::{Allowance, CallerRates, MAX_CALLERS, RateFault};
    use crate::config::model::RateLimit;
    use crate::sign::caller::Caller;
    use crate::sign::claims::Claims;

    fn rates() -> (CallerRates<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (CallerRates::with_clock(clock.clone()), clock)
    }

    fn caller(authority: &str, name: &str) -> Caller {
        Caller {
            authority: authority.to_owned(),
            name: name.to_owned(),
            claims: Claims::default(),
        }
    }

    fn number(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    fn limit(per_second: u32, burst: u32) -> RateLimit {
        RateLimit {
            per_second: number(per_second),
            burst: number(burst),
        }
    }

    fn left(rates: &CallerRates<FakeRelativeClock>, name: &str, limit: RateLimit) -> Option<u32> {
        let charged = rates.charge(&caller("idp", name), limit, number(1));
        charged.ok().map(|allowance| allowance.left)
    }

    #[test]
    fn a_burst_goes_through_and_then_as_many_as_the_rate() {
        let (rates, clock) = rates();
        let limit = limit(2, 3);
        for expected in [Some(2), Some(1), Some(0), None] {
            assert_eq!(left(&rates, "ada", limit), expected);
        }
        clock.advance(Duration::from_millis(500));
        assert_eq!(left(&rates, "ada", limit), Some(0));
        assert_eq!(left(&rates, "ada", limit), None);
        clock.advance(Duration::from_secs(60));
        assert_eq!(left(&rates, "ada", limit), Some(2));
    }

    #[test]
    fn one_caller_does_not_use_up_another_of_the_same_name_elsewhere() {
        let (rates, _) = rates();
        let limit = limit(1, 1);
        for authority in ["idp", "api_key"] {
            for name in ["ada", "bob"] {
                let caller = caller(authority, name);
                assert!(rates.charge(&caller, limit, number(1)).is_ok());
                assert!(rates.charge(&caller, limit, number(1)).is_err());
            }
        }
    }

    #[test]
    fn many_at_once_are_all_counted_or_none() {
        let (rates, clock) = rates();
        let limit = limit(2, 10);
        let ada = caller("idp", "ada");
        let seven = || {
            rates
                .charge(&ada, limit, number(7))
                .map(|allowance| allowance.left)
        };
        assert_eq!(seven(), Ok(3));
        let wait_secs = 2;
        assert_eq!(seven(), Err(RateFault::TooFast { limit, wait_secs }));
        assert_eq!(left(&rates, "ada", limit), Some(2));
        clock.advance(Duration::from_secs(wait_secs));
        assert_eq!(left(&rates, "ada", limit), Some(5));
        let eleven = rates.charge(&ada, limit, number(11));
        assert_eq!(eleven, Err(RateFault::BeyondBurst { burst: 10 }));
    }

    #[test]
    fn who_waits_as_long_as_told_gets_through() {
        let (rates, clock) = rates();
        let limit = limit(3, 5);
        let ada = caller("idp", "ada");
        assert!(rates.charge(&ada, limit, number(5)).is_ok());
        let Err(RateFault::TooFast { wait_secs, .. }) = rates.charge(&ada, limit, number(5)) else {
            panic!("not held");
        };
        clock.advance(Duration::from_secs(wait_secs));
        assert!(rates.charge(&ada, limit, number(5)).is_ok());
    }

    #[test]
    fn a_batch_that_waits_as_told_gets_through() {
        let (rates, clock) = rates();
        let (limit, ada) = (limit(1, 10), caller("idp", "ada"));
        let batch = |rates: &CallerRates<FakeRelativeClock>| {
            rates.charge(&ada, limit, number(1))?;
            rates.charge_rest(&ada, limit, 10)
        };
        assert!(batch(&rates).is_ok());
        let mut told = Vec::new();
        while let Err(RateFault::TooFast { wait_secs, .. }) = batch(&rates) {
            told.push(wait_secs);
            clock.advance(Duration::from_secs(wait_secs));
        }
        // Before the body is read nobody knows how many there are.
        assert_eq!(told, [1, 10]);
        assert_eq!(
            rates.charge_rest(&ada, limit, 11),
            Err(RateFault::BeyondBurst { burst: 10 })
        );
        assert_eq!(rates.charge_rest(&ada, limit, 1), Ok(None));
    }

    #[test]
    fn another_limit_begins_with_its_own_burst() {
        let (rates, _) = rates();
        assert_eq!(left(&rates, "ada", limit(1, 1)), Some(0));
        assert_eq!(left(&rates, "ada", limit(1, 1)), None);
        assert_eq!(left(&rates, "ada", limit(1, 2)), Some(1));
    }

    #[test]
    fn a_flood_of_names_is_held_in_bounded_memory() {
        let (rates, _) = rates();
        for number in 0..=MAX_CALLERS {
            left(&rates, &number.to_string(), limit(1, 1));
        }
        assert_eq!(rates.callers.lock().unwrap().len(), MAX_CALLERS);
    }

    #[test]
    fn headers_tell_the_policy_and_what_is_left() {
        let told = |left: u32| {
            let mut headers = HeaderMap::new();
            let limit = limit(3, 10);
            Allowance { limit, left }.tell(&mut headers);
            let text = |name: &str| headers[name].to_str().unwrap().to_owned();
            (text("ratelimit-policy"), text("ratelimit"))
        };
        let policy = "\"caller\";q=10;w=4".to_owned();
        assert_eq!(told(10), (policy.clone(), "\"caller\";r=10;t=0".to_owned()));
        assert_eq!(told(6), (policy, "\"caller\";r=6;t=2".to_owned()));
    }
}
