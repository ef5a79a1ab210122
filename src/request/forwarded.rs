//! The headers in which proxies tell whom they speak for, read from the right: the last entry is
//! the nearest proxy's own, and whatever stands left of it may be the client's invention. So no
//! text on the left can change how an entry further right is read.
//!
//! This file needs the token crate only, as the fuzz targets are built with it.

use countersign_token::ClientAddress;

/// The entries of an `X-Forwarded-For` line, or of any header that holds one address, from the
/// last to the first. `None`: an entry that is no address.
pub(super) fn addresses(line: &[u8]) -> impl Iterator<Item = Option<ClientAddress>> + '_ {
    line.rsplit(|&byte| byte == b',').map(|entry| {
        let entry = text(entry)?;
        ClientAddress::parse(entry).or_else(|| node(entry))
    })
}

/// The `for` of each element of a `Forwarded` line (RFC 7239 §4), from the last to the first.
/// `None`: an element without a `for`, or whose `for` is hidden (§6.2, §6.3), or that cannot be read.
pub(super) fn forwarded(line: &[u8]) -> impl Iterator<Item = Option<ClientAddress>> + '_ {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let (before, element) = split_last(rest?);
        rest = before;
        Some(client_of(element))
    })
}

/// Cuts the last element off. A quoted string starts behind a `=` and cannot end in an escaped
/// quote, so it is the same read from its end as from its start.
fn split_last(line: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let mut is_quoted = false;
    for (at, &byte) in line.iter().enumerate().rev() {
        match byte {
            b'"' if !is_quoted => is_quoted = true,
            b'"' => is_quoted = is_escaped(&line[..at]),
            b',' if !is_quoted => return (Some(&line[..at]), &line[at + 1..]),
            _ => {}
        }
    }
    (None, line)
}

/// Whether what follows `before` has an odd number of backslashes before it.
fn is_escaped(before: &[u8]) -> bool {
    let backslashes = before.iter().rev().take_while(|&&byte| byte == b'\\');
    backslashes.count() % 2 == 1
}

/// `forwarded-element`: pairs of a token and a value, separated by `;`.
fn client_of(element: &[u8]) -> Option<ClientAddress> {
    let (mut rest, mut found) = (text(element)?, None);
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(';') {
            rest = trimmed(behind);
            continue;
        }
        let (name, behind) = rest.split_once('=')?;
        let is_token = !name.is_empty() && name.bytes().all(is_token_byte);
        let (value, behind) = value(behind)?;
        rest = trimmed(behind);
        if !is_token || !(rest.is_empty() || rest.starts_with(';')) {
            return None;
        }
        // A parameter stands once in an element.
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return None;
        }
    }
    node(&found?)
}

/// A value and what stands behind it: a quoted string, or text up to a separator. A port behind
/// IPv4 is taken without quotes too, as many proxies write it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ' ', '\t', '"']).unwrap_or(text.len());
        let (value, behind) = text.split_at(end);
        return (!value.is_empty()).then(|| (value.to_owned(), behind));
    };
    let (mut value, mut is_escaped) = (String::new(), false);
    for (at, letter) in quoted.char_indices() {
        match letter {
            '"' if !is_escaped => return Some((value, &quoted[at + 1..])),
            '\\' if !is_escaped => is_escaped = true,
            _ => {
                value.push(letter);
                is_escaped = false;
            }
        }
    }
    None
}

/// `node` (RFC 7239 §6) that is an address: `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]`,
/// `[2001:db8::1]:80`.
fn node(text: &str) -> Option<ClientAddress> {
    let (address, behind) = match text.strip_prefix('[') {
        Some(inside) => inside
            .split_once(']')
            .filter(|(address, _)| address.contains(':'))?,
        None => {
            let end = text.find(':').unwrap_or(text.len());
            let (address, behind) = text.split_at(end);
            (address.contains('.').then_some(address)?, behind)
        }
    };
    let is_port = behind.is_empty() || behind.strip_prefix(':').is_some_and(is_port);
    is_port.then(|| ClientAddress::parse(address)).flatten()
}

/// `node-port`: up to five digits, or hidden.
fn is_port(text: &str) -> bool {
    match text.strip_prefix('_') {
        Some(hidden) => {
            let is_hidden = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            !hidden.is_empty() && hidden.bytes().all(is_hidden)
        }
        None => (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// `tchar` (RFC 9110 §5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().map(trimmed)
}

/// Without white space around it (`OWS`).
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
