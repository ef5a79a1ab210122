//! Field values that HTTP/2 does not allow, and its library lets through.

use http::{HeaderValue, Version, request::Parts};

/// Whether a value begins or ends with a space or a tab, which makes a request of HTTP/2 malformed
/// (RFC 9113 §8.2.1): whoever writes it on as HTTP/1.1 would write another value. In HTTP/1.1 they
/// are no part of the value (RFC 9112 §5), and the library has taken them away.
pub fn has_padded_value(head: &Parts) -> bool {
    head.version >= Version::HTTP_2 && head.headers.values().any(is_padded)
}

fn is_padded(value: &HeaderValue) -> bool {
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = value.as_bytes();
    is_space(bytes.first()) || is_space(bytes.last())
}

#[cfg(test)]
mod tests {
    use http::{Request, Version};

    use super::has_padded_value;

    #[test]
    fn a_value_of_http_2_neither_begins_nor_ends_with_a_space() {
        for (value, expected) in [
            ("", false),
            ("a \t b", false),
            (" ", true),
            (" a", true),
            ("a\t", true),
        ] {
            for (version, is_there) in [(Version::HTTP_2, expected), (Version::HTTP_11, false)] {
                let request = Request::builder().version(version).header("x-a", value);
                let (head, ()) = request.body(()).unwrap().into_parts();
                assert_eq!(has_padded_value(&head), is_there, "{value:?}");
            }
        }
    }
}
