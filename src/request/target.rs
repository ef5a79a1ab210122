//! The form of the request's target.

use http::Method;
use http::request::Parts;
use http::uri::Scheme;

/// Whether the target is a path (RFC 9112 §3.2.1), or a URL of `http` or `https` (§3.2.2), which is
/// all that a server of objects can be asked for; another scheme's URL names what is not here. A
/// host without a scheme is `CONNECT`'s (§3.2.3), which is refused as a method.
pub fn names_an_object(head: &Parts) -> bool {
    match (head.uri.scheme(), head.uri.authority()) {
        (Some(scheme), _) => *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS,
        (None, Some(_)) => head.method == Method::CONNECT,
        // HTTP/2 without `:path` (RFC 9113 §8.3.1).
        (None, None) => !head.uri.path().is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, Request};

    use super::names_an_object;

    fn read(method: Method, target: &str) -> bool {
        let request = Request::builder().method(method).uri(target).body(());
        names_an_object(&request.unwrap().into_parts().0)
    }

    #[test]
    fn a_target_is_a_path_or_a_url_of_http() {
        for target in ["/a", "http://a/b", "HTTPS://a/b", "*", "/ftp://a/b"] {
            assert!(read(Method::GET, target), "{target}");
        }
        for target in ["ftp://a/b", "ws://a/b", "httpx://a/b", "a", "a:80"] {
            assert!(!read(Method::GET, target), "{target}");
        }
        assert!(read(Method::CONNECT, "a:80"));
        let nothing = http::Uri::from_parts(http::uri::Parts::default()).unwrap();
        let request = Request::builder().uri(nothing).body(());
        assert!(!names_an_object(&request.unwrap().into_parts().0));
    }
}
