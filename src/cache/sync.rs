//! What blocks that arrive share memory by; `tests/fill_model` has its own in this place.

pub(super) use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
