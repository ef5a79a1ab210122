//! Any text as a token.

use crate::bench::{Asked, Bench};
use crate::plain::percent_encode;

/// The input is a token's text, for the request of TOKEN.md's example. Nothing panics; the verdict
/// and its explanation agree; and the same text is judged alike in a query, a header and a cookie.
pub fn token_text(data: &[u8]) {
    let bench = Bench::new();
    let asked = Asked::default();
    let encoded = percent_encode(data);

    let target = format!("/a%20b.png?w=&cs={encoded}");
    let in_query = bench.outcome(target.as_bytes(), &[], asked);

    // A header is trimmed, which a query is not.
    if data.trim_ascii() == data {
        let header: (&[u8], &[u8]) = (b"Countersign", data);
        let in_header = bench.outcome(b"/a%20b.png?w=", &[header], asked);
        assert_eq!(in_query, in_header, "query and header");
    }
    // An empty cookie is none.
    if !data.is_empty() {
        let cookie = format!("cs={encoded}");
        let in_cookie = bench.outcome(b"/a%20b.png?w=", &[(b"cookie", cookie.as_bytes())], asked);
        assert_eq!(in_query, in_cookie, "query and cookie");
    }
    // What stands in the target as it is may be cut at `&` or `#`, but must not panic.
    let raw = [b"/a%20b.png?w=&cs=", data].concat();
    bench.outcome(&raw, &[], asked);
    let in_path = [b"/cs=", data, b"/a%20b.png?w="].concat();
    bench.outcome(&in_path, &[], asked);
}
