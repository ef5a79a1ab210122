//! What can be done to an answer.

use serde::{Deserialize, Serialize};

/// A fault. In JSON `{"kind": "reset", "after_bytes": 100}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// An error as S3 writes it, such as 500 `InternalError`; the request is not passed on.
    Status {
        /// The status.
        status: u16,
        /// S3's error code.
        code: String,
    },
    /// The request is read and never answered.
    BlackHole,
    /// So long nothing comes.
    SlowFirstByte {
        /// In milliseconds.
        millis: u64,
    },
    /// The body comes at this rate.
    SlowBody {
        /// Bytes a second.
        bytes_per_sec: u64,
    },
    /// Behind so many bytes of the body the connection is reset (RST). The kernel may drop some of
    /// them.
    Reset {
        /// Bytes of the body before it.
        after_bytes: u64,
    },
    /// Behind so many bytes of the body nothing more comes, and the connection stays open.
    Stall {
        /// Bytes of the body before it.
        after_bytes: u64,
    },
    /// The body ends, and the connection with it, so many bytes before the length announced.
    ShortBody {
        /// Bytes that are missing.
        by_bytes: u64,
    },
    /// The head announces so many bytes less than are asked for and sent: bytes come behind the end
    /// of the message.
    LongBody {
        /// Bytes too many.
        by_bytes: u64,
    },
    /// The head announces the right length and the body goes on behind it.
    Overrun {
        /// Bytes behind the end.
        by_bytes: u64,
    },
    /// `Content-Range` names bytes that stand so far behind those that come.
    WrongContentRange {
        /// Bytes by which both ends are off.
        by_bytes: u64,
    },
    /// A range is answered with 200 and the whole object.
    WholeObject,
    /// The length is not announced (`Transfer-Encoding: chunked`).
    NoLength,
    /// There is no `ETag`.
    NoEtag,
    /// The object is another one: other bytes under another entity tag. `If-Match` is held against
    /// that one.
    Changed,
    /// An error with this status whose body never ends.
    EndlessError {
        /// The status.
        status: u16,
        /// Bytes a second.
        bytes_per_sec: u64,
    },
    /// The byte at this place of the body is another one. Whole answers have the checksum of the
    /// right bytes, as for every [`crate::Objects`] with checksums.
    CorruptByte {
        /// Its place, counted from the body's first byte.
        at_byte: u64,
    },
}

impl Fault {
    /// 500 `InternalError`.
    pub fn internal_error() -> Self {
        Self::status(500, "InternalError")
    }

    /// 503 `SlowDown`, by which S3 throttles.
    pub fn slow_down() -> Self {
        Self::status(503, "SlowDown")
    }

    /// An error as S3 writes it.
    pub fn status(status: u16, code: &str) -> Self {
        let code = code.to_owned();
        Self::Status { status, code }
    }
}
