//! A line of the access log on its way: a JSON object, written by hand, as each request has one.
//!
//! Names come as they are written, with what stands around them up to the value.

use std::cell::RefCell;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};

use crate::config::rfc3339;

pub(super) struct Line<'l>(pub(super) &'l mut Vec<u8>);

// Inlined, as names are constants: their lengths are known then, and copying them is a store or two.
impl Line<'_> {
    /// What is written as it stands.
    #[inline(always)]
    pub(super) fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// ASCII of which nothing is to be escaped. `name` ends in its first quote.
    #[inline(always)]
    pub(super) fn ascii(&mut self, name: &str, text: &[u8]) {
        self.raw(name);
        self.0.extend_from_slice(text);
        self.0.push(b'"');
    }

    /// A word, if there is one, of which nothing is to be escaped.
    #[inline(always)]
    pub(super) fn word(&mut self, name: &str, word: Option<&str>) {
        if let Some(word) = word {
            self.ascii(name, word.as_bytes());
        }
    }

    /// A text, if there is one. Nearly all have nothing to escape, which is sooner seen than
    /// escaped.
    #[inline(always)]
    pub(super) fn text(&mut self, name: &str, text: Option<&str>) {
        let Some(text) = text else { return };
        if are_plain(text.as_bytes()) {
            self.ascii(name, text.as_bytes());
        } else {
            // Its own first quote follows.
            self.raw(name.strip_suffix('"').unwrap_or(name));
            self.escaped(text);
        }
    }

    #[cold]
    fn escaped(&mut self, text: &str) {
        // Nothing that is written so can fail.
        let _ = serde_json::to_writer(&mut *self.0, text);
    }

    /// A moment; thousands of requests share one.
    pub(super) fn time(&mut self, name: &str, unix_secs: u64) {
        thread_local! {
            static LAST: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
        }
        LAST.with_borrow_mut(|(last, text)| {
            if *last != unix_secs || text.is_empty() {
                (*last, *text) = (unix_secs, rfc3339(unix_secs));
            }
            self.word(name, Some(text));
        });
    }

    /// An address, if there is one.
    pub(super) fn address(&mut self, name: &str, address: Option<IpAddr>) {
        match address {
            None => {}
            Some(IpAddr::V4(address)) => {
                self.raw(name);
                let (text, length) = dotted(address);
                // Of a fixed length that is a store or two.
                let end = self.0.len() + length;
                self.0.extend_from_slice(&text);
                self.0.truncate(end);
                self.0.push(b'"');
            }
            Some(IpAddr::V6(address)) => {
                self.raw(name);
                // Memory takes all there is.
                let _ = write!(self.0, "{address}\"");
            }
        }
    }

    /// A number.
    #[inline(always)]
    pub(super) fn number(&mut self, name: &str, number: u64) {
        self.raw(name);
        self.raw(itoa::Buffer::new().format(number));
    }

    /// Microseconds, as milliseconds with as many decimals as they have, and one at least.
    pub(super) fn millis(&mut self, name: &str, micros: u64) {
        self.number(name, micros / 1_000);
        let rest = micros % 1_000;
        let figure = |place: u64| b'0' + u8::try_from(rest / place % 10).unwrap_or_default();
        self.0
            .extend_from_slice(&[b'.', figure(100), figure(10), figure(1)]);
        let noughts = match rest {
            rest if rest % 10 > 0 => 0,
            rest if rest % 100 > 0 => 1,
            _ => 2,
        };
        self.0.truncate(self.0.len() - noughts);
    }
}

/// An address with its dots, and its length.
fn dotted(address: Ipv4Addr) -> ([u8; 16], usize) {
    let (mut text, mut length) = ([0; 16], 0);
    for octet in address.octets() {
        let figures = [octet / 100, octet / 10 % 10, octet % 10];
        let noughts = match octet {
            0..10 => 2,
            10..100 => 1,
            _ => 0,
        };
        for figure in &figures[noughts..] {
            text[length % 16] = b'0' + figure;
            length += 1;
        }
        // The last one goes.
        text[length % 16] = b'.';
        length += 1;
    }
    (text, length - 1)
}

/// Whether a text has nothing to escape, looked at in blocks of a fixed length, which the compiler
/// looks at side by side. False says only that it has to be written with care.
fn are_plain(text: &[u8]) -> bool {
    let others = |block: &[u8; 16]| block.map(|byte| u8::from(!is_plain(byte))) != [0; 16];
    let (blocks, rest) = text.as_chunks::<16>();
    let mut last = [b' '; 16];
    last[..rest.len()].copy_from_slice(rest);
    !(others(&last) || blocks.iter().any(others))
}

/// Whether a byte stands in a JSON string as it is, and is a text of its own.
const fn is_plain(byte: u8) -> bool {
    0x20 <= byte && byte < 0x7f && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::Line;

    fn written(write: impl FnOnce(&mut Line<'_>)) -> String {
        let mut bytes = Vec::new();
        write(&mut Line(&mut bytes));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn milliseconds_are_written_as_json_has_numbers_with_a_point() {
        let all = (0..2_500).chain([12_345_678, 86_400_000_000, u64::MAX / 10_000]);
        for micros in all {
            #[allow(clippy::cast_precision_loss)]
            let millis = micros as f64 / 1e3;
            let line = written(|line| line.millis("", micros));
            assert_eq!(line, serde_json::to_string(&millis).unwrap());
        }
    }

    #[test]
    fn an_address_is_written_as_addresses_are() {
        for text in [
            "0.0.0.0",
            "192.0.2.10",
            "255.255.255.255",
            "10.9.100.99",
            "::",
            "2001:db8::1",
            "::ffff:192.0.2.1",
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(
                written(|line| line.address("", Some(address))),
                format!("{text}\"")
            );
        }
        for octet in 0..=u8::MAX {
            let address = Ipv4Addr::new(octet, 255 - octet, octet / 2, octet);
            let line = written(|line| line.address("", Some(address.into())));
            assert_eq!(line, format!("{address}\""));
        }
    }

    #[test]
    fn what_is_to_be_escaped_is_seen_wherever_it_stands() {
        for length in 0..40 {
            let plain = "x".repeat(length);
            assert_eq!(
                written(|line| line.text("\"", Some(&plain))),
                format!("\"{plain}\"")
            );
            for place in 0..length {
                for strange in ["\"", "\\", "\n", "\u{7f}", "\u{e4}"] {
                    let mut text = plain.clone();
                    text.replace_range(place..=place, strange);
                    assert_eq!(
                        written(|line| line.text("\"", Some(&text))),
                        serde_json::to_string(&text).unwrap()
                    );
                }
            }
        }
    }
}
