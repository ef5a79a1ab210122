//! Expiry times that stand still for a while, so that the same request gets the same URL and
//! caches hit, with no state shared between nodes.

use sha2::{Digest, Sha256};

/// The greatest border of a window ≤ `now` + `ttl`. A window is a quarter of the lifetime; its
/// borders are offset by a hash of site and path, so that not everything expires at once.
///
/// The result is never beyond `now` + `ttl`, and leaves more than three quarters of `ttl`.
pub(super) fn expiry(now_unix_secs: u64, ttl_secs: u64, site: &str, path: &str) -> u64 {
    let window_secs = (ttl_secs / 4).max(1);
    let latest = now_unix_secs.saturating_add(ttl_secs);
    // How far the last border lies back, borders being at offset, offset + window, …
    let offset = hash(site, path) % window_secs;
    let back = (latest % window_secs + window_secs - offset) % window_secs;
    latest.saturating_sub(back)
}

fn hash(site: &str, path: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(site);
    hash.update([0]);
    hash.update(path);
    let digest: [u8; 32] = hash.finalize().into();
    digest
        .iter()
        .take(8)
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::expiry;

    const NOW: u64 = 1_900_000_000;

    proptest! {
        #[test]
        fn it_is_never_too_late_and_leaves_three_quarters(
            now in 0..5_000_000_000_u64,
            ttl in 1..100_000_000_u64,
            path in "/[a-z]{0,8}",
        ) {
            let exp = expiry(now, ttl, "s", &path);
            prop_assert!(exp <= now + ttl);
            prop_assert!(exp > now);
            prop_assert!((exp - now) * 4 >= ttl * 3);
        }

        #[test]
        fn it_stands_still_for_a_window_and_never_goes_back(ttl in 8..2_000_u64, path in "/[a-z]{0,8}") {
            let window = ttl / 4;
            let times: Vec<_> = (0..3 * window).map(|at| expiry(NOW + at, ttl, "s", &path)).collect();
            prop_assert!(times.is_sorted());
            let different: HashSet<_> = times.iter().collect();
            prop_assert!(different.len() == 3 || different.len() == 4);
            for pair in times.windows(2) {
                prop_assert!(pair[1] == pair[0] || pair[1] == pair[0] + window);
            }
        }
    }

    #[test]
    fn different_objects_expire_at_different_times() {
        let times: HashSet<_> = (0..100)
            .map(|number| expiry(NOW, 3_600, "s", &format!("/{number}")))
            .collect();
        assert!(times.len() > 80, "{}", times.len());
        assert_ne!(expiry(NOW, 3_600, "a", "/x"), expiry(NOW, 3_600, "b", "/x"));
    }
}
