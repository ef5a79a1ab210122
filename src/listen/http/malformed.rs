//! Connections that the HTTP library ended for what came on them.

use std::error::Error;
use std::io;

use super::direct::Broken;

/// After its preface an HTTP/2 client sent another frame than `SETTINGS` (RFC 9113 §3.4).
pub(super) const NO_SETTINGS: &str = "the first frame is not SETTINGS";

/// Whether it was what the client sent, and not that the client left.
pub(in crate::listen) fn is_malformed(error: &Broken) -> bool {
    let Some(error) = error.downcast_ref::<hyper::Error>() else {
        return false;
    };
    let cause = error.source();
    let of_http2 = cause.and_then(|cause| cause.downcast_ref::<h2::Error>());
    let of_stream = cause.and_then(|cause| cause.downcast_ref::<io::Error>());
    error.is_parse()
        // The library's own complaint, and not one of the client's.
        || of_http2.is_some_and(|error| error.is_library() && error.is_go_away())
        // The library keeps a stream's error as text.
        || of_stream.is_some_and(|error| error.to_string() == NO_SETTINGS)
}
