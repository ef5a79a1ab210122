//! Loom's locks in the place of the standard library's. Counts of references are the latter's own.

pub(crate) use std::sync::{Arc, PoisonError, Weak};

pub(crate) use loom::sync::{Mutex, MutexGuard};
