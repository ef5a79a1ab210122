//! `Cache-Control` of an answer: the object's own, never beyond the token's life (RFC 9111 §5.2).

use crate::store::Directives;

/// How long a browser may keep an object that says nothing of caching itself, where its token lives
/// longer. A stable URL stays the same so long, so the next visit costs nothing.
const DEFAULT_MAX_AGE_SECS: u64 = 3_600;

/// From so long on a browser is told never to ask again while it keeps the object (RFC 8246).
const IMMUTABLE_FROM_SECS: u64 = 365 * 86_400;

/// What the site's cache rule says; it goes before the object's own times.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// How long a browser may keep the object, in seconds.
    pub browser_secs: Option<u64>,
    /// How long the cache in front may, in seconds.
    pub edge_secs: Option<u64>,
}

/// The two headers that caches go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheHeaders {
    /// `Cache-Control`.
    pub cache_control: String,
    /// `CDN-Cache-Control` (RFC 9213), for an edge that verifies.
    pub cdn_cache_control: Option<String>,
}

/// What is said of most objects: they say nothing of caching themselves, nor does the site, and
/// their token lives long enough.
const USUAL: &str = "private, max-age=3600";

/// [`cache_headers`] as far as it needs no text to be made. `None`: it does.
pub fn usual(
    own: Option<&str>,
    times: Times,
    left_secs: Option<u64>,
    edge_verifies: bool,
) -> Option<&'static str> {
    let lives_on = left_secs.is_some_and(|left| left >= DEFAULT_MAX_AGE_SECS);
    let says_nothing = own.is_none() && times.browser_secs.is_none() && times.edge_secs.is_none();
    (lives_on && says_nothing && !edge_verifies).then_some(USUAL)
}

/// What the answer says. `own` is the object's `Cache-Control`, `times` the site's, `left_secs` the
/// token's remaining life (`None`: no token was needed), `edge_verifies` whether the cache in front
/// verifies tokens. An object's `no-store` and `private` hold whatever the site says.
pub fn cache_headers(
    own: Option<&str>,
    times: Times,
    left_secs: Option<u64>,
    edge_verifies: bool,
) -> CacheHeaders {
    let own = under(times, Directives::of(own.unwrap_or_default()));
    if own.no_store {
        return CacheHeaders {
            cache_control: "no-store".to_owned(),
            cdn_cache_control: None,
        };
    }
    let cap = |secs: u64| left_secs.map_or(secs, |left| secs.min(left));
    let browser_secs = cap(own.max_age_secs.unwrap_or(DEFAULT_MAX_AGE_SECS));
    // Without a token an object is everybody's; with one only where the cache in front verifies.
    let shared = (left_secs.is_none() || edge_verifies) && !own.private;
    let mut text = if shared { "public" } else { "private" }.to_owned();
    if own.no_cache {
        text.push_str(", no-cache");
    } else {
        text.push_str(&format!(", max-age={browser_secs}"));
    }
    for (there, word) in [
        (own.must_revalidate, ", must-revalidate"),
        (own.no_transform, ", no-transform"),
        (own.immutable, ", immutable"),
    ] {
        if there {
            text.push_str(word);
        }
    }
    let edge_secs = own.s_maxage_secs.map_or(browser_secs, cap);
    if shared && own.s_maxage_secs.is_some() && !own.no_cache {
        text.push_str(&format!(", s-maxage={edge_secs}"));
    }
    let for_edge = edge_verifies && shared && (times.edge_secs.is_some() || !own.no_cache);
    let cdn_cache_control = for_edge.then(|| format!("max-age={edge_secs}"));
    CacheHeaders {
        cache_control: text,
        cdn_cache_control,
    }
}

/// What is taken over of an object's own directives, with the site's times in place of the object's.
/// The rest (`stale-while-revalidate` and `stale-if-error`, which would outlive a token, and whatever
/// is unknown) is left out.
fn under(times: Times, mut own: Directives) -> Directives {
    if let Some(secs) = times.browser_secs {
        own.max_age_secs = Some(secs);
        own.no_cache = false;
        own.immutable = secs >= IMMUTABLE_FROM_SECS;
    }
    own.s_maxage_secs = times.edge_secs.or(own.s_maxage_secs);
    own
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DEFAULT_MAX_AGE_SECS, Times, cache_headers, usual};

    fn browser(own: &str, left_secs: Option<u64>) -> String {
        cache_headers(Some(own), Times::default(), left_secs, false).cache_control
    }

    #[test]
    fn the_objects_own_time_is_capped_by_the_tokens_life() {
        assert_eq!(
            browser("max-age=31536000, immutable", Some(600)),
            "private, max-age=600, immutable"
        );
        assert_eq!(
            browser("public, max-age=60", Some(600)),
            "private, max-age=60"
        );
        assert_eq!(
            browser("max-age=60, stale-while-revalidate=99", Some(9)),
            "private, max-age=9"
        );
    }

    #[test]
    fn an_object_that_says_nothing_is_kept_for_an_hour_at_most() {
        let of = |left| cache_headers(None, Times::default(), left, false).cache_control;
        assert_eq!(of(Some(60)), "private, max-age=60");
        assert_eq!(
            of(Some(1 << 40)),
            format!("private, max-age={DEFAULT_MAX_AGE_SECS}")
        );
        assert_eq!(of(None), format!("public, max-age={DEFAULT_MAX_AGE_SECS}"));
    }

    #[test]
    fn no_store_and_no_cache_stay() {
        assert_eq!(browser("no-store, max-age=9", Some(600)), "no-store");
        assert_eq!(browser("no-cache", Some(600)), "private, no-cache");
        assert_eq!(browser("private, max-age=9", None), "private, max-age=9");
    }

    #[test]
    fn an_edge_that_verifies_gets_its_own_time() {
        let headers = cache_headers(
            Some("max-age=60, s-maxage=3600"),
            Times::default(),
            Some(600),
            true,
        );
        assert_eq!(headers.cache_control, "public, max-age=60, s-maxage=600");
        assert_eq!(headers.cdn_cache_control.as_deref(), Some("max-age=600"));
        let private = cache_headers(
            Some("private, max-age=60"),
            Times::default(),
            Some(600),
            true,
        );
        assert_eq!(private.cdn_cache_control, None);
    }

    fn ruled(
        own: &str,
        browser_secs: u64,
        edge_secs: u64,
        left: Option<u64>,
        edge: bool,
    ) -> [String; 2] {
        let times = Times {
            browser_secs: Some(browser_secs),
            edge_secs: Some(edge_secs),
        };
        let headers = cache_headers(Some(own), times, left, edge);
        [
            headers.cache_control,
            headers.cdn_cache_control.unwrap_or_default(),
        ]
    }

    #[test]
    fn a_rules_times_go_before_the_objects_and_not_before_the_tokens_life() {
        let year = 365 * 86_400;
        let own = "max-age=60, immutable, s-maxage=60, stale-while-revalidate=9";
        assert_eq!(
            ruled(own, 1, 10, Some(600), false),
            ["private, max-age=1", ""]
        );
        assert_eq!(
            ruled(own, 1, 10, Some(600), true),
            ["public, max-age=1, s-maxage=10", "max-age=10"]
        );
        assert_eq!(
            ruled("no-cache", year, year, Some(600), true),
            [
                "public, max-age=600, immutable, s-maxage=600",
                "max-age=600"
            ]
        );
        assert_eq!(
            ruled("", year - 1, 10, None, false),
            ["public, max-age=31535999, s-maxage=10", ""]
        );
    }

    #[test]
    fn no_rule_keeps_what_the_object_forbids_to_keep() {
        assert_eq!(ruled("no-store", 9, 9, None, true), ["no-store", ""]);
        assert_eq!(
            ruled("private", 9, 9, None, true),
            ["private, max-age=9", ""]
        );
    }

    #[test]
    fn an_edge_time_alone_leaves_the_browsers_as_it_is() {
        let times = Times {
            edge_secs: Some(10),
            ..Times::default()
        };
        let headers = cache_headers(Some("no-cache"), times, Some(600), true);
        assert_eq!(headers.cache_control, "public, no-cache");
        assert_eq!(headers.cdn_cache_control.as_deref(), Some("max-age=10"));
    }

    #[test]
    fn a_time_that_cannot_be_read_is_none() {
        assert_eq!(browser("max-age=soon", Some(600)), "private, max-age=0");
        assert_eq!(
            browser("max-age=50, max-age=10", Some(600)),
            "private, max-age=10"
        );
    }

    proptest! {
        #[test]
        fn the_usual_is_what_would_be_made(own in proptest::option::of("no-store|max-age=9|"), left in proptest::option::of(3_590..3_610_u64), browser_secs in proptest::option::of(0..9_u64), edge_secs in proptest::option::of(0..9_u64), edge: bool) {
            let times = Times { browser_secs, edge_secs };
            if let Some(text) = usual(own.as_deref(), times, left, edge) {
                let made = cache_headers(own.as_deref(), times, left, edge);
                prop_assert_eq!((text, None), (made.cache_control.as_str(), made.cdn_cache_control));
            }
        }

        #[test]
        fn no_time_is_beyond_the_tokens_life(own in "[a-z0-9=,\\- \"]{0,60}|(s-maxage|max-age)=[0-9]{1,12}", left in 0..100_000_u64, browser_secs: Option<u64>, edge_secs: Option<u64>, edge: bool) {
            let times = Times { browser_secs, edge_secs };
            let headers = cache_headers(Some(&own), times, Some(left), edge);
            let all = format!("{},{}", headers.cache_control, headers.cdn_cache_control.unwrap_or_default());
            for directive in all.split(',') {
                if let Some((_, secs)) = directive.split_once('=') {
                    prop_assert!(secs.parse::<u64>().unwrap() <= left);
                }
            }
        }
    }
}
