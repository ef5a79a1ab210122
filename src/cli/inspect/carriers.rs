//! Where tokens stand in what a person pastes: leniently, as it is only shown.

use percent_encoding::percent_decode_str;

use crate::cli::facts::target_of;

/// A token's text and what brought it.
pub(super) struct Found {
    /// For people: `query parameter cs`.
    pub(super) carrier: String,
    pub(super) text: String,
    is_cookie: bool,
}

/// Everything in one input.
pub(super) struct Input {
    /// The path without a token, where a URL was given.
    pub(super) path: Option<String>,
    pub(super) tokens: Vec<Found>,
}

impl Input {
    pub(super) fn are_cookies(&self) -> bool {
        self.tokens.iter().all(|found| found.is_cookie)
    }
}

/// Takes a header line, cookies, a URL or a bare token apart.
pub(super) fn find(text: &str, param: &str, cookie: &str) -> Result<Input, String> {
    if text.is_empty() {
        return Err("nothing was given; write a URL, a token or a cookie".to_owned());
    }
    let before_token = text.split('~').next().unwrap_or_default();
    if text.starts_with('/') || before_token.contains("://") {
        return url(text, param);
    }
    let bare = |tokens| Input { path: None, tokens };
    if let Some((name, value)) = header_line(before_token, text) {
        return Ok(bare(match name.to_ascii_lowercase().as_str() {
            "cookie" => cookies(value, cookie),
            "set-cookie" => cookies(value.split(';').next().unwrap_or_default(), cookie),
            _ => vec![found(format!("header {name}"), value.trim(), false)],
        }));
    }
    if before_token.contains('=') {
        return Ok(bare(cookies(text, cookie)));
    }
    Ok(bare(vec![found(
        "none (a bare token)".to_owned(),
        text,
        false,
    )]))
}

fn found(carrier: String, text: &str, is_cookie: bool) -> Found {
    Found {
        carrier,
        text: text.to_owned(),
        is_cookie,
    }
}

/// `Name: value`, where a header's name stands before the first token.
fn header_line<'t>(before_token: &str, text: &'t str) -> Option<(&'t str, &'t str)> {
    let colon = before_token.find(": ")?;
    let (name, value) = (&text[..colon], &text[colon + 1..]);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!name.is_empty() && name.bytes().all(is_name)).then_some((name, value))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn url(text: &str, param: &str) -> Result<Input, String> {
    let target = target_of(text)?;
    let target = target.split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut tokens = Vec::new();
    let prefix = format!("{param}=");
    let (first, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let first = decoded(first);
    let path = match first.strip_prefix(&prefix) {
        Some(token) => {
            let carrier = format!("path segment {prefix}…");
            tokens.push(found(carrier, &token.replace('@', "/"), false));
            format!("/{rest}")
        }
        None => path.to_owned(),
    };
    for piece in query.split('&') {
        if let Some(token) = piece.strip_prefix(&prefix) {
            tokens.push(found(
                format!("query parameter {param}"),
                &decoded(token),
                false,
            ));
        }
    }
    Ok(Input {
        path: Some(decoded(&path)),
        tokens,
    })
}

/// Every cookie that would count as ours by its name; all of them where there is only one.
fn cookies(text: &str, ours: &str) -> Vec<Found> {
    let pairs: Vec<(&str, &str)> = text
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .collect();
    let counts = |name: &str| {
        let name = name.strip_prefix("__Host-").unwrap_or(name);
        let name = name.strip_prefix("__Secure-").unwrap_or(name);
        let rest = name.strip_prefix(ours);
        pairs.len() == 1 || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    pairs
        .iter()
        .filter(|(name, _)| counts(name))
        .map(|(name, value)| {
            let value = value.strip_prefix('"').unwrap_or(value);
            let value = value.strip_suffix('"').unwrap_or(value);
            found(format!("cookie {name}"), &decoded(value), true)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::find;

    fn tokens(text: &str) -> Vec<(String, String)> {
        let input = find(text, "cs", "cs").unwrap();
        let pair = |found: super::Found| (found.carrier, found.text);
        input.tokens.into_iter().map(pair).collect()
    }

    #[test]
    fn a_token_is_found_wherever_it_may_stand() {
        for (text, carrier, token) in [
            (
                "https://h/a?w=1&cs=1~x=a%7E20#f",
                "query parameter cs",
                "1~x=a~20",
            ),
            ("/cs=1~path=@a@**/a/b", "path segment cs=…", "1~path=/a/**"),
            ("Countersign: 1~x", "header Countersign", "1~x"),
            ("Cookie: a=b; cs-1=\"1~x\"", "cookie cs-1", "1~x"),
            ("Set-Cookie: cs=1~x; Path=/; Secure", "cookie cs", "1~x"),
            ("__Host-cs=1~x", "cookie __Host-cs", "1~x"),
            ("other=1~x", "cookie other", "1~x"),
            ("1~kid=k", "none (a bare token)", "1~kid=k"),
            ("what", "none (a bare token)", "what"),
        ] {
            let wanted = vec![(carrier.to_owned(), token.to_owned())];
            assert_eq!(tokens(text), wanted, "{text}");
        }
        assert_eq!(tokens("https://h/a?csx=1~x"), []);
        assert_eq!(tokens("/cs=1~x/a?cs=1~y").len(), 2);
        assert!(find("", "cs", "cs").is_err());
        assert!(find("https://h", "cs", "cs").is_err());
    }
}
