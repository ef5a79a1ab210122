//! `Cache-Control` as an object has it (RFC 9111 §5.2).

/// What one says. Of a directive that stands twice the stricter counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// `no-store`.
    pub no_store: bool,
    /// `no-cache`, with or without names of fields.
    pub no_cache: bool,
    /// `private`, with or without names of fields.
    pub private: bool,
    /// `must-revalidate` or `proxy-revalidate`.
    pub must_revalidate: bool,
    /// `no-transform`.
    pub no_transform: bool,
    /// `immutable` (RFC 8246).
    pub immutable: bool,
    /// `max-age`, in seconds.
    pub max_age_secs: Option<u64>,
    /// `s-maxage`, in seconds.
    pub s_maxage_secs: Option<u64>,
}

/// What a number of seconds means that is too large to be read (RFC 9111 §1.2.2).
const FOR_EVER_SECS: u64 = 1 << 31;

impl Directives {
    /// Reads a field's value. What is unknown is passed over.
    pub fn of(text: &str) -> Self {
        let mut found = Self::default();
        for directive in listed(text) {
            let (name, value) = match directive.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (directive, None),
            };
            match name.trim().to_ascii_lowercase().as_str() {
                "no-store" => found.no_store = true,
                "no-cache" => found.no_cache = true,
                "private" => found.private = true,
                "must-revalidate" | "proxy-revalidate" => found.must_revalidate = true,
                "no-transform" => found.no_transform = true,
                "immutable" => found.immutable = true,
                "max-age" => found.max_age_secs = shorter(found.max_age_secs, value),
                "s-maxage" => found.s_maxage_secs = shorter(found.s_maxage_secs, value),
                _ => {}
            }
        }
        found
    }
}

/// Split at the commas that do not stand within a quoted string.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |char| {
        let is_end = char == ',' && !quoted;
        if escaped {
            escaped = false;
        } else if quoted && char == '\\' {
            escaped = true;
        } else if char == '"' {
            quoted = !quoted;
        }
        is_end
    })
}

/// A time that cannot be read is none at all: RFC 9111 §4.2.1 wants it stale.
fn shorter(one: Option<u64>, value: Option<&str>) -> Option<u64> {
    let value = value.unwrap_or_default().trim().trim_matches('"');
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let secs = match is_number {
        true => value.parse().unwrap_or(FOR_EVER_SECS),
        false => 0,
    };
    Some(one.map_or(secs, |one| one.min(secs)))
}

#[cfg(test)]
mod tests {
    use super::Directives;

    #[test]
    fn directives_are_read_whatever_their_case_order_and_blanks() {
        let read = Directives::of("Max-Age=60 ,, NO-CACHE,s-maxage = 5,x=\"y\", Private=\"a, b\"");
        let written = Directives {
            no_cache: true,
            private: true,
            max_age_secs: Some(60),
            s_maxage_secs: Some(5),
            ..Directives::default()
        };
        assert_eq!(read, written);
        let read = Directives::of("no-store, proxy-revalidate, no-transform, immutable");
        assert!(read.no_store && read.must_revalidate && read.no_transform && read.immutable);
        assert_eq!(Directives::of(""), Directives::default());
    }

    #[test]
    fn what_stands_within_a_quoted_string_is_no_directive() {
        for text in [
            r#"a="max-age=9, no-store", max-age=1"#,
            r#"max-age=1, a="b\", max-age=9""#,
            r#"max-age="1", a="max-age=0""#,
        ] {
            let read = Directives::of(text);
            assert_eq!(
                (read.max_age_secs, read.no_store),
                (Some(1), false),
                "{text}"
            );
        }
    }

    #[test]
    fn a_time_that_is_no_number_is_none_and_one_that_is_too_large_is_for_ever() {
        for (text, secs) in [
            ("max-age=0060", 60),
            ("max-age='60'", 0),
            ("max-age=-1", 0),
            ("max-age=60.5", 0),
            ("max-age", 0),
            ("max-age=60, max-age=6", 6),
            ("max-age=99999999999999999999999", 1 << 31),
        ] {
            assert_eq!(Directives::of(text).max_age_secs, Some(secs), "{text}");
        }
    }
}
