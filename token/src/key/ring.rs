//! The ring: which keys may stand together, which of them signs, and which one a token names.

use core::fmt;

use super::{Key, KeyState};

/// Why a ring of sound keys cannot be used. Places are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingFault {
    /// Every key is retired, or there is none.
    NoUsableKey,
    /// Two keys have one `kid`.
    KidTwice {
        /// The first of them.
        first: usize,
        /// The second.
        second: usize,
    },
    /// Two keys have one secret.
    SecretTwice {
        /// The first of them.
        first: usize,
        /// The second.
        second: usize,
    },
}

impl fmt::Display for RingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUsableKey => f.write_str(
                "no usable key: there must be one that is \"active\" or \"accept\" (`countersign keys new` makes one)",
            ),
            Self::KidTwice { first, second } => {
                write!(f, "keys {} and {} have the same kid", first + 1, second + 1)
            }
            Self::SecretTwice { first, second } => {
                write!(f, "keys {} and {} have the same secret", first + 1, second + 1)
            }
        }
    }
}

impl core::error::Error for RingFault {}

/// Checks a whole ring, as a start-up does.
///
/// # Errors
/// The first [`RingFault`].
pub fn check_ring<T>(keys: &[Key<T>]) -> Result<(), RingFault> {
    if keys.iter().all(|key| key.state == KeyState::Retired) {
        return Err(RingFault::NoUsableKey);
    }
    // Keys do not keep their secrets; equal ones make equal MACs of a text that is no token's.
    let mark = |key: &Key<T>| key.mac(b"countersign/same-secret");
    for (second, key) in keys.iter().enumerate() {
        for (first, earlier) in keys[..second].iter().enumerate() {
            if key.kid_bytes() == earlier.kid_bytes() {
                return Err(RingFault::KidTwice { first, second });
            }
            if mark(key).is_some() && mark(key) == mark(earlier) {
                return Err(RingFault::SecretTwice { first, second });
            }
        }
    }
    Ok(())
}

/// The key that signs at `now`: active, in its dates, with the latest `from`.
pub fn signing_key<T>(keys: &[Key<T>], now_unix_secs: u64) -> Option<&Key<T>> {
    keys.iter()
        .filter(|key| key.state == KeyState::Active && key.verifies_at(now_unix_secs, 0))
        .max_by_key(|key| key.from)
}

/// The key of that id.
#[inline]
pub(crate) fn find<'k, T>(keys: &'k [Key<T>], kid: &[u8]) -> Option<&'k Key<T>> {
    keys.iter().find(|key| key.kid_bytes() == kid)
}

#[cfg(test)]
mod tests {
    use super::{Key, KeyState, RingFault, check_ring, signing_key};

    fn key(kid: &str, figure: &str) -> Key<&'static str> {
        Key::hs256(kid, &figure.repeat(64)).unwrap()
    }

    #[test]
    fn a_ring_has_a_usable_key_and_nothing_twice() {
        let retired = || key("a", "1").with_state(KeyState::Retired);
        assert_eq!(check_ring::<&str>(&[]), Err(RingFault::NoUsableKey));
        assert_eq!(check_ring(&[retired()]), Err(RingFault::NoUsableKey));
        assert_eq!(check_ring(&[retired(), key("b", "2")]), Ok(()));
        let twice = RingFault::KidTwice {
            first: 0,
            second: 1,
        };
        assert_eq!(check_ring(&[key("a", "1"), key("a", "2")]), Err(twice));
        let twice = RingFault::SecretTwice {
            first: 0,
            second: 1,
        };
        assert_eq!(check_ring(&[key("a", "1"), key("b", "1")]), Err(twice));
    }

    #[test]
    fn the_active_key_with_the_latest_start_signs() {
        let ring = [
            key("old", "1"),
            key("new", "2").with_from(Some(100)),
            key("next", "3").with_from(Some(200)),
            key("accepted", "4")
                .with_from(Some(150))
                .with_state(KeyState::Accept),
        ];
        let at = |now| signing_key(&ring, now).map(Key::kid);
        assert_eq!(at(99), Some("old"));
        assert_eq!(at(100), Some("new"));
        assert_eq!(at(250), Some("next"));
    }
}
