//! A row of the tables.
//!
//! `send` is written as it goes over the wire, with these in braces: `{ok}` a target that is served,
//! `{host}` its host, `{x*70000}` so many of a letter, `{lines*101}` so many header lines,
//! `{hex 00 ff}` bytes.

use serde::Deserialize;

use super::server::{At, HOST, Listener};

const TABLES: [&str; 9] = [
    include_str!("table/request_line.toml"),
    include_str!("table/target.toml"),
    include_str!("table/host.toml"),
    include_str!("table/fields.toml"),
    include_str!("table/lines.toml"),
    include_str!("table/length.toml"),
    include_str!("table/transfer.toml"),
    include_str!("table/hidden.toml"),
    include_str!("table/connection.toml"),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    row: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) name: String,
    /// `9112 §3.2`.
    pub(super) rfc: String,
    pub(super) send: String,
    /// For each answer the statuses that are allowed: `400|414`; `100?` may be left out, and
    /// `200 bodiless` answers `HEAD`.
    pub(super) answers: Vec<String>,
    pub(super) then: Then,
    /// All listeners, where it says nothing.
    #[serde(default = "At::all")]
    pub(super) at: Vec<At>,
    /// The client closes its writing side behind the row.
    #[serde(default)]
    pub(super) half_closed: bool,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Then {
    Closes,
    Stays,
    MayStay,
}

pub(super) fn rows() -> Vec<Row> {
    let read = |text: &&str| toml::from_str::<Table>(text).unwrap().row;
    TABLES.iter().flat_map(read).collect()
}

impl Row {
    pub(super) fn bytes(&self, listener: &Listener) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut pieces = self.send.split('{');
        bytes.extend_from_slice(pieces.next().unwrap_or_default().as_bytes());
        for piece in pieces {
            let (word, behind) = piece.split_once('}').unwrap();
            match (word, word.split_once('*'), word.strip_prefix("hex ")) {
                ("ok", ..) => bytes.extend_from_slice(listener.ok.as_bytes()),
                ("host", ..) => bytes.extend_from_slice(HOST.as_bytes()),
                (_, _, Some(hex)) => {
                    let byte = |text: &str| u8::from_str_radix(text, 16).unwrap();
                    bytes.extend(hex.split(' ').map(byte));
                }
                (_, Some(("lines", count)), _) => {
                    for number in 0..count.parse::<usize>().unwrap() {
                        bytes.extend_from_slice(format!("X-{number}: v\r\n").as_bytes());
                    }
                }
                (_, Some((text, count)), _) => {
                    bytes.extend_from_slice(text.repeat(count.parse().unwrap()).as_bytes());
                }
                _ => panic!("{}: {{{word}}}", self.name),
            }
            bytes.extend_from_slice(behind.as_bytes());
        }
        bytes
    }

    /// Whether each answer in order is to `HEAD`.
    pub(super) fn bodiless(&self) -> Vec<bool> {
        let is_bodiless = |answer: &String| answer.ends_with(" bodiless");
        self.answers.iter().map(is_bodiless).collect()
    }

    pub(super) fn allows(&self, statuses: &[u16]) -> bool {
        fn fits(allowed: &[String], statuses: &[u16]) -> bool {
            let Some((first, allowed)) = allowed.split_first() else {
                return statuses.is_empty();
            };
            let first = first.trim_end_matches(" bodiless");
            let (list, is_optional) = match first.strip_suffix('?') {
                Some(list) => (list, true),
                None => (first, false),
            };
            let is_in = |status: &u16| list.split('|').any(|own| own == status.to_string());
            match statuses.split_first() {
                Some((status, rest)) if is_in(status) && fits(allowed, rest) => true,
                _ => is_optional && fits(allowed, statuses),
            }
        }
        fits(&self.answers, statuses)
    }
}
