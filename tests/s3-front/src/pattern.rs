//! Which keys are meant.

/// Whether `key` fits `pattern`, in which `*` stands for any characters, none too.
pub(crate) fn matches(pattern: &str, key: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == key;
    };
    let Some(mut key) = key.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').map_or(("", rest), |parts| parts);
    for part in middle.split('*') {
        match key.split_once(part) {
            Some((_, behind)) => key = behind,
            None => return false,
        }
    }
    key.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, key) in [
            ("*", ""),
            ("*", "a/b"),
            ("a/*", "a/"),
            ("*.ts", "x/1.ts"),
            ("a*b*c", "aXbYbc"),
            ("a**c", "abc"),
        ] {
            assert!(matches(pattern, key), "{pattern} {key}");
        }
        for (pattern, key) in [
            ("a", "ab"),
            ("a/*", "b/"),
            ("*.ts", "x.mp4"),
            ("ab*bc", "abc"),
            ("a*b*c", "ac"),
        ] {
            assert!(!matches(pattern, key), "{pattern} {key}");
        }
    }
}
