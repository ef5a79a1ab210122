//! A request's header lines, as the token crate reads them.

use countersign_token::Headers;
use http::{HeaderMap, header::HeaderName};

/// The lines of a header map. Names are stored in lower case, so any case is found.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'r>(pub &'r HeaderMap);

impl<'r> Headers<'r> for Lines<'r> {
    fn lines(self, name: &str) -> impl Iterator<Item = &'r [u8]> {
        // A text that is no header name is the name of none.
        let name = HeaderName::from_bytes(name.as_bytes()).ok();
        let values = name.map(|name| self.0.get_all(name));
        values
            .into_iter()
            .flat_map(|values| values.iter().map(http::HeaderValue::as_bytes))
    }
}

#[cfg(test)]
mod tests {
    use countersign_token::Headers;
    use http::{HeaderMap, HeaderValue};

    use super::Lines;

    #[test]
    fn the_lines_of_a_name_are_found_in_any_case_and_in_order() {
        let mut map = HeaderMap::new();
        map.append("x-a", HeaderValue::from_static("1"));
        map.append("x-b", HeaderValue::from_static("2"));
        map.append("x-a", HeaderValue::from_static("3"));
        let lines: Vec<_> = Lines(&map).lines("X-A").collect();
        assert_eq!(lines, [b"1", b"3"]);
        assert_eq!(Lines(&map).lines("no name").count(), 0);
    }
}
