//! A body where none is expected, framed so that two readers may see two ends of it.

use http::Version;
use http::{header, request::Parts};

/// Whether the request has a `Transfer-Encoding`. No method that is served has a body, so no client
/// needs one; and with `Content-Length` beside it, or with two of it, a proxy in front may see
/// another end of the request than this server does (RFC 9112 §11.2). The HTTP library takes a
/// `Content-Length` beside it away, so that case cannot be told from the others.
pub fn is_chunked(head: &Parts) -> bool {
    head.version < Version::HTTP_2 && head.headers.contains_key(header::TRANSFER_ENCODING)
}
