//! The id that an answer and its log line share.

use std::cell::RefCell;
use std::fmt;

/// Random bytes of one id.
const ID_BYTES: usize = 12;

/// Ids made of what the system is asked for at once.
const IDS_AT_ONCE: usize = 64;

/// 96 random bits, in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 2 * ID_BYTES]);

/// Randomness of the system that no id has been made of yet; each thread has its own.
struct Pool {
    bytes: [u8; ID_BYTES * IDS_AT_ONCE],
    used: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = const {
        RefCell::new(Pool {
            bytes: [0; ID_BYTES * IDS_AT_ONCE],
            used: ID_BYTES * IDS_AT_ONCE,
        })
    };
}

impl Pool {
    fn next(&mut self) -> [u8; ID_BYTES] {
        if self.used == self.bytes.len() {
            // Where the system has no randomness, ids repeat and nothing else suffers.
            let _ = getrandom::fill(&mut self.bytes);
            self.used = 0;
        }
        let mut bytes = [0; ID_BYTES];
        bytes.copy_from_slice(&self.bytes[self.used..self.used + ID_BYTES]);
        self.used += ID_BYTES;
        bytes
    }
}

impl RequestId {
    /// A new id.
    pub fn random() -> Self {
        const FIGURES: &[u8; 16] = b"0123456789abcdef";
        let bytes = POOL.with_borrow_mut(Pool::next);
        let mut hex = [0; 2 * ID_BYTES];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(bytes) {
            pair[0] = FIGURES[usize::from(byte >> 4)];
            pair[1] = FIGURES[usize::from(byte & 15)];
        }
        Self(hex)
    }

    /// The id's figures.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        // Figures only, so it is always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Default for RequestId {
    /// The id of none: nothing but noughts.
    fn default() -> Self {
        Self([b'0'; 2 * ID_BYTES])
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{IDS_AT_ONCE, RequestId};

    #[test]
    fn ids_are_24_figures_and_none_comes_twice() {
        let ids = (0..10 * IDS_AT_ONCE).map(|_| RequestId::random().to_string());
        let ids: HashSet<String> = ids.collect();
        assert_eq!(ids.len(), 10 * IDS_AT_ONCE);
        let is_figure = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        assert!(
            ids.iter()
                .all(|id| id.len() == 24 && id.bytes().all(is_figure))
        );
    }
}
