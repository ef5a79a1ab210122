//! A request's header lines, as the token crate reads them.

use countersign_token::Headers;
use http::{HeaderMap, HeaderValue};
use httparse::Header;

/// The lines of a request; their names are found in any case.
#[derive(Clone, Copy, Debug)]
pub enum Lines<'r> {
    /// Those of a header map, which has names in lower case.
    Map(&'r HeaderMap),
    /// As they were read.
    Read(&'r [Header<'r>]),
}

impl<'r> Headers<'r> for Lines<'r> {
    fn lines(self, name: &str) -> impl Iterator<Item = &'r [u8]> {
        let (map, read) = match self {
            Self::Map(map) => (Some(map), &[][..]),
            Self::Read(lines) => (None, lines),
        };
        // A text that is no header name is the name of none.
        let of_map = map.map(|map| map.get_all(name).iter().map(HeaderValue::as_bytes));
        let named = move |line: &&Header<'r>| line.name.eq_ignore_ascii_case(name);
        let of_read = read.iter().filter(named).map(|line| line.value);
        of_map.into_iter().flatten().chain(of_read)
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
        let lines: Vec<_> = Lines::Map(&map).lines("X-A").collect();
        assert_eq!(lines, [b"1", b"3"]);
        assert_eq!(Lines::Map(&map).lines("no name").count(), 0);
    }
}
