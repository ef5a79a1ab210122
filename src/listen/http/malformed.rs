//! Connections that the HTTP library ended for what came on them.

use super::direct::Broken;

/// Whether it was what the client sent, and not that the client left.
pub(in crate::listen) fn is_malformed(error: &Broken) -> bool {
    let Some(error) = error.downcast_ref::<hyper::Error>() else {
        return false;
    };
    let of_http2 = std::error::Error::source(error).and_then(|it| it.downcast_ref::<h2::Error>());
    // The library's own complaint, and not one of the client's.
    error.is_parse() || of_http2.is_some_and(|error| error.is_library() && error.is_go_away())
}
