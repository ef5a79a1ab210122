//! The hash of maps that every request looks into.
//!
//! Strangers choose paths, so what the hash begins with is random, of the system's own randomness,
//! and another one in each process: which names collide cannot be known from outside. It is a
//! third of the work of the standard library's.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::SharedSeed;
use foldhash::quality::{FoldHasher, SeedableRandomState};

/// How such maps begin to hash.
#[derive(Clone, Debug)]
pub struct Keyed(SeedableRandomState);

/// A map that is looked into for every request.
pub type Map<K, V> = HashMap<K, V, Keyed>;

static SEED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(random()));

impl Default for Keyed {
    fn default() -> Self {
        Self(SeedableRandomState::with_seed(random(), &SEED))
    }
}

impl std::hash::BuildHasher for Keyed {
    type Hasher = FoldHasher<'static>;

    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}

/// Where the system has no randomness, the standard library's own serves.
fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| {
        use std::hash::{BuildHasher, RandomState};
        RandomState::new().hash_one(0)
    })
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::Keyed;

    #[test]
    fn two_maps_hash_differently_and_copies_of_one_alike() {
        let (one, other) = (Keyed::default(), Keyed::default());
        let hash = |keyed: &Keyed| keyed.hash_one("/a/path");
        assert_ne!(hash(&one), hash(&other));
        assert_eq!(hash(&one), hash(&one.clone()));
    }
}
