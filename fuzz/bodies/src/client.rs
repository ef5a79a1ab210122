//! Any bytes as a header in which proxies tell the client's address.

use std::net::{IpAddr, SocketAddr};

use countersign_token::ClientAddress;

// The origin's own file, so that a fuzzer need not build the whole origin.
#[path = "../../../src/request/forwarded.rs"]
mod forwarded;

use self::forwarded::{addresses, forwarded};

type Entry = Option<ClientAddress>;

/// What a proxy appends, and what it says.
const APPENDED: [(&str, &str, &str); 3] = [
    (", 192.0.2.1", ", for=192.0.2.1", "192.0.2.1"),
    (
        ", [2001:db8::1]:80",
        ", for=\"[2001:db8::1]:80\";host=\"a, \\\"b\"",
        "2001:db8::1",
    ),
    (
        ",::ffff:192.0.2.2",
        ",by=\"_x\";For=\"[::ffff:192.0.2.2]\"",
        "192.0.2.2",
    ),
];

/// The input is one header line. Whatever it is, an entry that a proxy appends is read as it is,
/// and changes none before it. A line that is by the grammar, read plainly from the left, has the
/// entries that are read from the right.
pub fn client(data: &[u8]) {
    let listed: Vec<Entry> = addresses(data).collect();
    let told: Vec<Entry> = forwarded(data).collect();
    for (address, element, says) in APPENDED {
        let says = ClientAddress::parse(says);
        let line = [data, address.as_bytes()].concat();
        assert_eq!(addresses(&line).next(), Some(says), "appended address");
        assert!(addresses(&line).skip(1).eq(listed.iter().copied()));
        let line = [data, element.as_bytes()].concat();
        assert_eq!(forwarded(&line).next(), Some(says), "appended element");
        assert!(forwarded(&line).skip(1).eq(told.iter().copied()));
    }
    let plain: Vec<Entry> = data
        .split(|&byte| byte == b',')
        .rev()
        .map(address)
        .collect();
    assert_eq!(listed, plain, "addresses, plainly");
    if let Some(plain) = elements(data) {
        assert_eq!(told, plain, "elements, plainly");
    }
}

/// An address with or without a port, by the standard library's grammars.
fn address(entry: &[u8]) -> Entry {
    let text = std::str::from_utf8(entry).ok()?.trim_matches([' ', '\t']);
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| node(text))
        .map(Into::into)
}

fn node(text: &str) -> Option<IpAddr> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (text, "0"),
    };
    let is_number = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let hidden = port.strip_prefix('_').unwrap_or_default();
    let is_hidden = !hidden.is_empty()
        && hidden
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if port.is_empty() || !(is_number || is_hidden) {
        return None;
    }
    // No zone: it means nothing here.
    let host = Some(host).filter(|host| !host.contains('%'))?;
    let with_port = format!("{host}:0").parse::<SocketAddr>();
    with_port.ok().map(|address| address.ip())
}

/// The elements of RFC 7239 §4, from the last to the first; `None` where the line is not by its
/// grammar, in which white space and a port without quotes are let pass.
fn elements(line: &[u8]) -> Option<Vec<Entry>> {
    let mut rest = std::str::from_utf8(line).ok()?;
    let mut entries = Vec::new();
    loop {
        let mut clients = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t']);
            if !rest.starts_with([';', ',']) && !rest.is_empty() {
                let (name, behind) = rest.split_once('=')?;
                let is_token =
                    |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
                if name.is_empty() || !name.bytes().all(is_token) {
                    return None;
                }
                let (value, behind) = value(behind)?;
                if name.eq_ignore_ascii_case("for") {
                    clients.push(value);
                }
                rest = behind.trim_start_matches([' ', '\t']);
            }
            match rest.strip_prefix(';') {
                Some(behind) => rest = behind,
                None => break,
            }
        }
        entries.insert(
            0,
            match &clients[..] {
                [client] => node(client).map(Into::into),
                _ => None,
            },
        );
        if rest.is_empty() {
            return Some(entries);
        }
        rest = rest.strip_prefix(',')?;
    }
}

fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', '"', ';', ',']).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let (mut value, mut letters) = (String::new(), quoted.chars());
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str())),
            '\\' => value.push(letters.next()?),
            letter => value.push(letter),
        }
    }
}
