//! How long what is known is used: by the settings, and within what the object itself says.

use std::time::Duration;

use crate::store::{Directives, ObjectMeta};

/// How long what is known is used (RFC 9111 §4.2, RFC 5861).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    /// Without asking.
    pub(super) fresh_for: Duration,
    /// Then so long again, while the store is being asked.
    pub(super) stale_while_revalidate: Duration,
    /// So long after `fresh_for`, where the store cannot be asked.
    pub(super) stale_if_error: Duration,
    /// Whether they hold whatever the object says, as a site's rule has them.
    pub(super) are_a_rule: bool,
}

/// What an object's own `Cache-Control` allows at most (RFC 9111 §4.2.1, §4.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    fresh_for: Option<Duration>,
    may_be_stale: bool,
}

impl Bounds {
    /// `s-maxage` goes before `max-age`, and forbids what is stale as `proxy-revalidate` does
    /// (RFC 9111 §5.2.2.10).
    pub(super) fn of(meta: &ObjectMeta) -> Self {
        let own = Directives::of(meta.cache_control.as_deref().unwrap_or_default());
        let secs = match own.no_cache {
            true => Some(0),
            false => own.s_maxage_secs.or(own.max_age_secs),
        };
        Self {
            fresh_for: secs.map(Duration::from_secs),
            may_be_stale: !own.no_cache && !own.must_revalidate && own.s_maxage_secs.is_none(),
        }
    }
}

impl Times {
    /// What is left of them.
    pub(super) fn within(self, bounds: Bounds) -> Self {
        if self.are_a_rule {
            return self;
        }
        let fresh_for = bounds
            .fresh_for
            .map_or(self.fresh_for, |own| own.min(self.fresh_for));
        let unless_forbidden = |time| match bounds.may_be_stale {
            true => time,
            false => Duration::ZERO,
        };
        Self {
            fresh_for,
            stale_while_revalidate: unless_forbidden(self.stale_while_revalidate).min(fresh_for),
            stale_if_error: unless_forbidden(self.stale_if_error),
            are_a_rule: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Duration, ObjectMeta, Times};

    const SECOND: Duration = Duration::from_secs(1);

    fn within(cache_control: &str, are_a_rule: bool) -> [u64; 3] {
        let meta = ObjectMeta {
            len_bytes: 1,
            etag: None,
            weak_etag: None,
            last_modified_unix_secs: None,
            content_type: None,
            content_encoding: None,
            content_language: None,
            cache_control: Some(cache_control.to_owned()),
            content_disposition: None,
        };
        let times = Times {
            fresh_for: 10 * SECOND,
            stale_while_revalidate: 10 * SECOND,
            stale_if_error: 600 * SECOND,
            are_a_rule,
        };
        let left = times.within(Bounds::of(&meta));
        [
            left.fresh_for,
            left.stale_while_revalidate,
            left.stale_if_error,
        ]
        .map(|own| own.as_secs())
    }

    #[test]
    fn the_objects_own_time_shortens_and_never_lengthens() {
        assert_eq!(within("", false), [10, 10, 600]);
        assert_eq!(within("max-age=3600, immutable", false), [10, 10, 600]);
        assert_eq!(within("max-age=4", false), [4, 4, 600]);
        assert_eq!(within("max-age=0", false), [0, 0, 600]);
        assert_eq!(within("max-age=1, s-maxage=4", false), [4, 0, 0]);
    }

    #[test]
    fn nothing_stale_is_used_where_the_object_forbids_it() {
        assert_eq!(within("no-cache", false), [0, 0, 0]);
        assert_eq!(within("max-age=60, must-revalidate", false), [10, 0, 0]);
        assert_eq!(within("proxy-revalidate", false), [10, 0, 0]);
    }

    #[test]
    fn a_rule_of_the_site_goes_before_the_object() {
        assert_eq!(within("no-cache", true), [10, 10, 600]);
    }
}
