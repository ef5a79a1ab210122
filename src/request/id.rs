//! The id that an answer and its log line share.

use std::fmt;

/// 96 random bits, in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId([u8; 12]);

impl RequestId {
    /// A new id.
    pub fn random() -> Self {
        let mut bytes = [0; 12];
        // Where the system has no randomness, ids repeat and nothing else suffers.
        let _ = getrandom::fill(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
