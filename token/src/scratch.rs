//! Memory of a verification: the caller's, so that the verifier needs no heap.

use crate::path::MAX_PATH_BYTES;
use crate::text::{Layout, MAX_TOKEN_BYTES};

/// How many signed bytes are gathered before they are fed to the key: all of the usual token's.
const SIGNED_BYTES: usize = 4_096;

/// Buffers that a verification writes to. Keep one and use it again: making it costs more than
/// using it.
#[derive(Clone)]
pub struct Scratch {
    pub(crate) path: [u8; MAX_PATH_BYTES],
    pub(crate) token: [u8; MAX_TOKEN_BYTES],
    pub(crate) signed: [u8; SIGNED_BYTES],
    pub(crate) layout: Layout,
}

impl Scratch {
    /// Empty buffers, 7 KiB.
    pub const fn new() -> Self {
        Self {
            path: [0; MAX_PATH_BYTES],
            token: [0; MAX_TOKEN_BYTES],
            signed: [0; SIGNED_BYTES],
            layout: Layout::new(),
        }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Scratch")
    }
}

/// Bytes that stand in the request as they are, or were written to one of the buffers.
#[derive(Clone, Copy)]
pub(crate) enum Held<'r> {
    /// In the request.
    Request(&'r [u8]),
    /// The first so many bytes of the buffer.
    Buffer(usize),
}

impl<'r> Held<'r> {
    #[inline]
    pub(crate) fn in_buffer<'b>(self, buffer: &'b [u8]) -> &'b [u8]
    where
        'r: 'b,
    {
        match self {
            Self::Request(bytes) => bytes,
            Self::Buffer(len) => &buffer[..len],
        }
    }
}
