//! `Content-Disposition` (RFC 6266), its file names in both forms that browsers read.

/// How a browser is to treat the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Show it.
    Inline,
    /// Save it.
    Attachment,
}

/// A token's `cd`: `inline` or `attachment`, either with `:` and a file name.
pub fn of_token(cd: &str) -> (Kind, Option<&str>) {
    let (kind, name) = cd
        .split_once(':')
        .map_or((cd, None), |(kind, name)| (kind, Some(name)));
    // The verifier has seen to it that there is no third word; to save is the safer reading.
    let kind = if kind == "inline" {
        Kind::Inline
    } else {
        Kind::Attachment
    };
    (kind, name)
}

/// The header's value. `filename` is for those that do not read `filename*` (RFC 8187): ASCII, with
/// `_` for whatever else.
pub fn value(kind: Kind, name: Option<&str>) -> String {
    let mut text = match kind {
        Kind::Inline => "inline",
        Kind::Attachment => "attachment",
    }
    .to_owned();
    let Some(name) = name else {
        return text;
    };
    // A "%" in the plain form is decoded by some browsers and not by others.
    let plain = |character: char| match character {
        ' '..='~' if !matches!(character, '"' | '\\' | '%') => character,
        _ => '_',
    };
    let fallback: String = name.chars().map(plain).collect();
    text.push_str(&format!("; filename=\"{fallback}\""));
    if fallback != name {
        text.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::{Kind, of_token, value};

    #[test]
    fn a_plain_name_stands_once_and_another_in_both_forms() {
        assert_eq!(value(Kind::Inline, None), "inline");
        assert_eq!(
            value(Kind::Attachment, Some("a b.pdf")),
            "attachment; filename=\"a b.pdf\""
        );
        assert_eq!(
            value(Kind::Attachment, Some("é\"%.pdf")),
            "attachment; filename=\"___.pdf\"; filename*=UTF-8''%C3%A9%22%25.pdf"
        );
    }

    #[test]
    fn a_tokens_word_is_read() {
        assert_eq!(of_token("inline"), (Kind::Inline, None));
        assert_eq!(of_token("attachment:a:b"), (Kind::Attachment, Some("a:b")));
    }

    proptest! {
        #[test]
        fn any_name_makes_a_header_that_cannot_be_broken_out_of(name in "\\PC{1,60}") {
            let text = value(Kind::Attachment, Some(&name));
            prop_assert!(HeaderValue::from_str(&text).is_ok());
            prop_assert_eq!(text.matches('"').count(), 2);
        }
    }
}
