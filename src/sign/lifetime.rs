//! When a token expires: as asked, inside what the rule, the site and the key allow. Nothing asked
//! for is trimmed.

use countersign_token::Key;

use super::request::Expiry;
use super::stable;
use crate::config::model::{Site, Text};

/// The lifetime of a request that names none, unless the rule, the site or the key allow less.
pub const DEFAULT_LIFETIME_SECS: u64 = 3_600;

/// What bounds a lifetime.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The rule's `max_ttl`.
    pub(super) rule_secs: u64,
    /// The smaller `max_ttl` of site and key.
    pub(super) key_secs: Option<u64>,
    /// The key's `until`.
    pub(super) until: Option<u64>,
}

/// A token's times, in Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) exp: u64,
    /// Never ahead.
    pub(super) iat: u64,
}

/// Why there is no such expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LifetimeFault {
    #[error("is past")]
    Past,
    #[error("is beyond the rule's longest lifetime of {max_secs} s")]
    BeyondRule { max_secs: u64 },
    #[error("is beyond the longest lifetime of the site or its key, {max_secs} s")]
    BeyondKey { max_secs: u64 },
    #[error("is beyond the end of the signing key, {until} in Unix seconds")]
    BeyondUntil { until: u64 },
}

impl Bounds {
    pub(super) fn new(rule_secs: u64, site: &Site, key: &Key<Text>) -> Self {
        let bounds = [site.token.max_ttl_secs(), key.max_ttl_secs()];
        Self {
            rule_secs,
            key_secs: bounds.into_iter().flatten().min(),
            until: key.until_unix_secs(),
        }
    }

    /// When the token ends and since when it is said to exist. `is_stable`: the same for every
    /// request inside a window, which both times are then borders of.
    pub(super) fn times(
        &self,
        asked: Expiry,
        is_stable: bool,
        now_unix_secs: u64,
        (site, path): (&str, &str),
    ) -> Result<Times, LifetimeFault> {
        let now = now_unix_secs;
        let settle = |ttl_secs, latest: u64| {
            let exp = if is_stable {
                stable::expiry(now, ttl_secs, site, path).min(latest)
            } else {
                now.saturating_add(ttl_secs).min(latest)
            };
            let iat = if is_stable {
                exp.saturating_sub(ttl_secs)
            } else {
                now
            };
            Times { exp, iat }
        };
        match asked {
            Expiry::Default => {
                let most = self.rule_secs.min(self.key_secs.unwrap_or(u64::MAX));
                // A key's last tokens end with it: one expiry for all, so still a stable one.
                let latest = self.until.unwrap_or(u64::MAX);
                Ok(settle(most.min(DEFAULT_LIFETIME_SECS), latest))
            }
            Expiry::In(ttl_secs) => {
                let checked = self.check(now, ttl_secs);
                checked.map(|()| settle(ttl_secs, u64::MAX))
            }
            Expiry::At(exp) if exp <= now => Err(LifetimeFault::Past),
            Expiry::At(exp) => {
                let checked = self.check(now, exp - now);
                checked.map(|()| Times { exp, iat: now })
            }
        }
    }

    fn check(&self, now: u64, ttl_secs: u64) -> Result<(), LifetimeFault> {
        if ttl_secs > self.rule_secs {
            let max_secs = self.rule_secs;
            return Err(LifetimeFault::BeyondRule { max_secs });
        }
        if let Some(max_secs) = self.key_secs.filter(|&max_secs| ttl_secs > max_secs) {
            return Err(LifetimeFault::BeyondKey { max_secs });
        }
        match self.until {
            Some(until) if now.saturating_add(ttl_secs) > until => {
                Err(LifetimeFault::BeyondUntil { until })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Expiry, LifetimeFault};

    const NOW: u64 = 1_900_000_000;

    const BOUNDS: Bounds = Bounds {
        rule_secs: 7_200,
        key_secs: Some(5_400),
        until: Some(NOW + 5_000),
    };

    fn expiry(bounds: Bounds, asked: Expiry, is_stable: bool) -> Result<u64, LifetimeFault> {
        let times = bounds.times(asked, is_stable, NOW, ("s", "/a"));
        times.map(|times| times.exp)
    }

    #[test]
    fn what_is_asked_is_given_or_refused_and_never_trimmed() {
        let plain = |asked| expiry(BOUNDS, asked, false);
        assert_eq!(plain(Expiry::In(60)), Ok(NOW + 60));
        assert_eq!(plain(Expiry::At(NOW + 5_000)), Ok(NOW + 5_000));
        assert_eq!(plain(Expiry::At(NOW)), Err(LifetimeFault::Past));
        let beyond = |asked| plain(asked).unwrap_err();
        assert_eq!(
            beyond(Expiry::In(7_201)),
            LifetimeFault::BeyondRule { max_secs: 7_200 }
        );
        assert_eq!(
            beyond(Expiry::In(7_200)),
            LifetimeFault::BeyondKey { max_secs: 5_400 }
        );
        let until = LifetimeFault::BeyondUntil { until: NOW + 5_000 };
        assert_eq!(beyond(Expiry::In(5_400)), until);
        assert_eq!(
            beyond(Expiry::At(u64::MAX)),
            LifetimeFault::BeyondRule { max_secs: 7_200 }
        );
    }

    #[test]
    fn the_default_fits_into_every_bound() {
        let default = |bounds| expiry(bounds, Expiry::Default, false).unwrap() - NOW;
        assert_eq!(default(BOUNDS), 3_600);
        assert_eq!(
            default(Bounds {
                rule_secs: 60,
                ..BOUNDS
            }),
            60
        );
        assert_eq!(
            default(Bounds {
                key_secs: Some(50),
                ..BOUNDS
            }),
            50
        );
        assert_eq!(
            default(Bounds {
                until: Some(NOW + 40),
                ..BOUNDS
            }),
            40
        );
    }

    #[test]
    fn it_is_issued_now_or_at_the_begin_of_its_window() {
        let issued = |asked, is_stable, now| {
            let times = BOUNDS.times(asked, is_stable, now, ("s", "/a")).unwrap();
            (times.iat, times.exp)
        };
        assert_eq!(issued(Expiry::In(60), false, NOW).0, NOW);
        assert_eq!(issued(Expiry::At(NOW + 60), true, NOW).0, NOW);
        let (iat, exp) = issued(Expiry::In(4_000), true, NOW);
        assert_eq!(
            (exp - iat, iat <= NOW, NOW - iat < 1_000),
            (4_000, true, true)
        );
        assert_eq!(issued(Expiry::In(4_000), true, iat), (iat, exp));
        assert_eq!(issued(Expiry::In(4_000), true, iat + 999), (iat, exp));
        assert_ne!(issued(Expiry::In(4_000), true, iat + 1_000), (iat, exp));
    }

    #[test]
    fn a_stable_expiry_is_earlier_and_never_later() {
        let exp = expiry(BOUNDS, Expiry::In(4_000), true).unwrap();
        assert!((NOW + 3_000..=NOW + 4_000).contains(&exp), "{exp}");
    }
}
