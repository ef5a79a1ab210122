//! What a thread has found on a shelf lately, to be had again without the shelf: a lookup there
//! is written down each time, and those notes are worked off by the threads that look.
//!
//! Whatever changes on the shelf is seen at once: each change of what is known of an object is
//! counted, and what was found before it is not used.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::CacheKey;
use super::key::{KeyOf, NameOf};
use super::known::Known;
use crate::keyed::Keyed;

/// How many objects a thread keeps at hand. Their metadata may be there for a moment after they left
/// the shelf.
const PLACES: usize = 256;

/// The shelf hears so often that an object is used. That is far less than one takes to become the one
/// that was not used for longest.
const PERIOD: Duration = Duration::from_millis(100);

/// Changes are counted apart for so many parts of the objects, as one change is none of most.
const PARTS: usize = 64;

static MADE: AtomicU64 = AtomicU64::new(0);

/// A shelf's side of it.
#[derive(Debug)]
pub(super) struct Lately {
    /// Which of the process's shelves it is.
    shelf: u64,
    hashes: Keyed,
    changes: [AtomicU64; PARTS],
}

struct Found {
    shelf: u64,
    changes: u64,
    at: Instant,
    key: CacheKey,
    known: Known,
}

thread_local! {
    /// None before the first is found: most threads look for nothing.
    static FOUND: RefCell<Vec<Option<Found>>> = const { RefCell::new(Vec::new()) };
}

impl Lately {
    /// Of a new shelf, whose names hash so.
    pub(super) fn new(hashes: Keyed) -> Self {
        Self {
            shelf: MADE.fetch_add(1, Ordering::Relaxed),
            hashes,
            changes: [const { AtomicU64::new(0) }; PARTS],
        }
    }

    /// What is kept by this name has just been changed.
    pub(super) fn changed(&self, name: NameOf<'_>) {
        let part = self.hashes.hash_one(name) as usize / PLACES % PARTS;
        self.changes[part].fetch_add(1, Ordering::Release);
    }

    /// What this thread found in this period, where it is still so; else what `find` finds.
    pub(super) fn or_find(
        &self,
        key: KeyOf<'_>,
        now: Instant,
        find: impl FnOnce() -> Option<Known>,
    ) -> Option<Known> {
        let hash = self.hashes.hash_one(NameOf::Object(key)) as usize;
        // Before it is looked for: what changes meanwhile makes what is found old.
        let changes = self.changes[hash / PLACES % PARTS].load(Ordering::Acquire);
        FOUND.with_borrow_mut(|all| {
            if all.is_empty() {
                all.resize_with(PLACES, || None);
            }
            let place = &mut all[hash % PLACES];
            if let Some(found) = place
                && (found.shelf, found.changes) == (self.shelf, changes)
                && now.saturating_duration_since(found.at) < PERIOD
                && key.is_of(&found.key)
            {
                return Some(found.known.clone());
            }
            let known = find()?;
            *place = Some(Found {
                shelf: self.shelf,
                changes,
                at: now,
                key: key.to_key(),
                known: known.clone(),
            });
            Some(known)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;
    use std::time::Instant;

    use super::super::CacheKey;
    use super::super::key::NameOf;
    use super::super::known::{Known, Version};
    use super::{Lately, PERIOD};
    use crate::answer::test_meta;
    use crate::cache::Described;
    use crate::keyed::Keyed;

    #[test]
    fn the_shelf_is_asked_once_a_period_and_again_after_a_change() {
        let key = |path: &str| CacheKey {
            site: "s".into(),
            store: 1,
            path: path.into(),
            version: None,
            variant: None,
        };
        let (one, other) = (key("/a"), key("/b"));
        let known = |number| {
            let meta = Described::new(test_meta());
            Known::now(Arc::new(Version::new(number, meta)))
        };
        let (lately, start) = (Lately::new(Keyed::default()), Instant::now());
        let asked = Cell::new(0);
        let find = |lately: &Lately, key: &CacheKey, at, number| {
            let found = lately.or_find(key.into(), at, || {
                asked.set(asked.get() + 1);
                Some(known(number))
            });
            found.map(|known| known.version.number)
        };
        assert_eq!(find(&lately, &one, start, 1), Some(1));
        assert_eq!(find(&lately, &one, start + PERIOD / 2, 2), Some(1));
        // Neither another object nor one of the same name on another shelf is it.
        assert_eq!(find(&lately, &other, start, 3), Some(3));
        let another = Lately::new(Keyed::default());
        assert_eq!(find(&another, &one, start, 4), Some(4));
        assert_eq!(find(&lately, &one, start + PERIOD, 5), Some(5));
        lately.changed(NameOf::Object((&one).into()));
        assert_eq!(find(&lately, &one, start + PERIOD, 6), Some(6));
        assert_eq!(find(&lately, &one, start + PERIOD, 7), Some(6));
        assert_eq!(asked.get(), 5);
        // What was not found is looked for each time.
        lately.changed(NameOf::Object((&one).into()));
        assert!(lately.or_find((&one).into(), start, || None).is_none());
        assert_eq!(find(&lately, &one, start, 8), Some(8));
    }
}
