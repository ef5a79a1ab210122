//! Puts a token into a URL (TOKEN.md §4), and takes a URL's target out.

use countersign_token::{CanonicalPath, Carrier};

/// The URL of a path with its token: `base_url` (scheme and authority, without a final `/`), the
/// path written back, and the query's parameters (decoded) in their order.
///
/// Only the path and query carriers put the token into the URL. `param` names both of them.
pub fn link(
    base_url: &str,
    path: &CanonicalPath<'_>,
    query: &[(&str, &str)],
    token: &str,
    carrier: Carrier,
    param: &str,
) -> String {
    let mut url = base_url.to_owned();
    if carrier == Carrier::Path {
        // A segment holds no "/", and a token no "@": so the one stands for the other.
        url.push_str(&format!("/{param}={}", token.replace('/', "@")));
    }
    url.push_str(&path.to_string());
    let mut parameters: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    if carrier == Carrier::Query {
        parameters.push(format!("{param}={token}"));
    }
    if !parameters.is_empty() {
        url.push('?');
        url.push_str(&parameters.join("&"));
    }
    url
}

/// A URL from its path on, as it stands: nothing is normalised. `None`: it has no path, or is no URL.
pub fn target_of(url: &str) -> Option<&str> {
    if url.starts_with('/') {
        return Some(url);
    }
    let (_, behind) = url.split_once("://")?;
    let target = &behind[behind.find(['/', '?', '#'])?..];
    target.starts_with('/').then_some(target)
}

/// Every byte outside RFC 3986's unreserved as `%XX`.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "1~kid=k1~exp=1900000000~path=/hls/7/**~sig=x";

    fn of(carrier: Carrier, query: &[(&str, &str)]) -> String {
        let path = CanonicalPath::new("/hls/7/a b.m3u8").unwrap();
        link("https://m.example", &path, query, TOKEN, carrier, "cs")
    }

    #[test]
    fn a_url_is_cut_before_its_path_and_not_touched_behind() {
        let target = target_of("https://a.example/x/../y?z#f");
        assert_eq!(target, Some("/x/../y?z#f"));
        assert_eq!(target_of("/a%2fb"), Some("/a%2fb"));
        for url in ["https://a.example", "https://a.example?x=/", "a.example/x"] {
            assert_eq!(target_of(url), None, "{url}");
        }
    }

    #[test]
    fn the_query_carrier_comes_after_the_signed_parameters() {
        assert_eq!(
            of(Carrier::Query, &[("w", "3&4")]),
            format!("https://m.example/hls/7/a%20b.m3u8?w=3%264&cs={TOKEN}")
        );
    }

    #[test]
    fn the_path_carrier_writes_slashes_as_at_signs() {
        assert_eq!(
            of(Carrier::Path, &[]),
            "https://m.example/cs=1~kid=k1~exp=1900000000~path=@hls@7@**~sig=x/hls/7/a%20b.m3u8"
        );
    }

    #[test]
    fn the_header_and_cookie_carriers_leave_the_url_alone() {
        for carrier in [Carrier::Header, Carrier::Cookie] {
            assert_eq!(of(carrier, &[]), "https://m.example/hls/7/a%20b.m3u8");
        }
    }
}
