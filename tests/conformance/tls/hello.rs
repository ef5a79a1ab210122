//! A ClientHello, byte by byte (RFC 8446 §4.1.2), and what a server answers to it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr};

use crate::support::http::connect;

/// `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256`, of TLS 1.2.
pub(super) const GOOD_1_2: u16 = 0xc02b;
/// `TLS_AES_128_GCM_SHA256`, of TLS 1.3.
pub(super) const GOOD_1_3: u16 = 0x1301;

pub(super) const SERVER_NAME: u16 = 0;
pub(super) const ALPN: u16 = 16;
pub(super) const SUPPORTED_VERSIONS: u16 = 43;
const SUPPORTED_GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const KEY_SHARE: u16 = 51;

/// `text` behind its length in so many bytes.
pub(super) fn sized(length_bytes: usize, text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    [&length[4 - length_bytes..], text].concat()
}

/// What a client begins with.
#[derive(Clone)]
pub(super) struct Hello {
    pub(super) record_version: u16,
    pub(super) version: u16,
    pub(super) ciphers: Vec<u16>,
    pub(super) compression: Vec<u8>,
    pub(super) extensions: Vec<(u16, Vec<u8>)>,
}

impl Hello {
    /// Of a client of `version` (0x0303: TLS 1.2) and no later one.
    pub(super) fn of(version: u16) -> Self {
        Self {
            record_version: 0x0301,
            version,
            ciphers: vec![GOOD_1_2, 0xc009, 0x002f, 0x000a],
            compression: vec![0],
            extensions: vec![
                (SUPPORTED_GROUPS, sized(2, &[0, 0x1d, 0, 0x17])),
                (POINT_FORMATS, sized(1, &[0])),
                (SIGNATURE_ALGORITHMS, sized(2, &[4, 3, 8, 4, 4, 1])),
            ],
        }
    }

    /// Of a client of TLS 1.3 that names these versions.
    pub(super) fn naming(versions: &[u16]) -> Self {
        let versions: Vec<u8> = versions.iter().flat_map(|own| own.to_be_bytes()).collect();
        let share = [&[0, 0x1d][..], &sized(2, &[9; 32])].concat();
        let hello = Self {
            ciphers: vec![GOOD_1_3, GOOD_1_2],
            ..Self::of(0x0303)
        };
        hello
            .with(SUPPORTED_VERSIONS, sized(1, &versions))
            .with(KEY_SHARE, sized(2, &share))
    }

    pub(super) fn with(mut self, kind: u16, body: Vec<u8>) -> Self {
        self.extensions.push((kind, body));
        self
    }

    /// With a list of application protocols (RFC 7301 §3.1).
    pub(super) fn alpn(self, names: &[&str]) -> Self {
        let names: Vec<u8> = names
            .iter()
            .flat_map(|name| sized(1, name.as_bytes()))
            .collect();
        self.with(ALPN, sized(2, &names))
    }

    /// For a host (RFC 6066 §3).
    pub(super) fn server(self, name: &[u8]) -> Self {
        let entry = [&[0][..], &sized(2, name)].concat();
        self.with(SERVER_NAME, sized(2, &entry))
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let ciphers: Vec<u8> = self
            .ciphers
            .iter()
            .flat_map(|own| own.to_be_bytes())
            .collect();
        let extensions = self.extensions.iter().flat_map(|(kind, body)| {
            let kind = kind.to_be_bytes();
            [&kind[..], &sized(2, body)].concat()
        });
        let extensions: Vec<u8> = extensions.collect();
        let body = [
            &self.version.to_be_bytes()[..],
            &[7; 32],
            // A session of no server.
            &sized(1, &[5; 32]),
            &sized(2, &ciphers),
            &sized(1, &self.compression),
            &sized(2, &extensions),
        ]
        .concat();
        record(
            22,
            self.record_version,
            &[&[1][..], &sized(3, &body)].concat(),
        )
    }
}

/// A record (RFC 8446 §5.1).
pub(super) fn record(kind: u8, version: u16, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &version.to_be_bytes(), &sized(2, body)].concat()
}

/// What came first of a server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// A ServerHello of this version; the protocol, where it stands there (TLS 1.2).
    Hello(u16, Option<String>),
    /// It wants another key share.
    Retry,
    /// An alert that ends the connection.
    Alert(u8),
    /// Nothing, and the end.
    Nothing,
    Other(Vec<u8>),
}

/// Sends the bytes and the end of them, and reads what comes first.
pub(super) fn ask(address: SocketAddr, bytes: &[u8]) -> Told {
    let mut stream = connect(address);
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut all = Vec::new();
    if let Err(error) = stream.read_to_end(&mut all) {
        assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "still open");
    }
    match all[..] {
        [] => Told::Nothing,
        [21, _, _, 0, 2, 2, alert, ..] => Told::Alert(alert),
        [22, _, _, _, _, 2, ..] => hello(&all[9..]).unwrap_or(Told::Other(all)),
        _ => Told::Other(all),
    }
}

/// The random of a HelloRetryRequest (RFC 8446 §4.1.3) begins so.
const RETRY: [u8; 4] = [0xcf, 0x21, 0xad, 0x74];

fn hello(body: &[u8]) -> Option<Told> {
    let mut version = u16::from_be_bytes(body.get(..2)?.try_into().ok()?);
    if body.get(2..6)? == RETRY {
        return Some(Told::Retry);
    }
    let session_bytes = usize::from(*body.get(34)?);
    // Cipher, and no compression.
    let rest = body.get(35 + session_bytes..)?;
    assert_eq!(rest.get(2), Some(&0), "compression");
    let mut rest = rest.get(5..)?;
    let mut protocol = None;
    while let [a, b, c, d, behind @ ..] = rest {
        let (kind, length) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
        let Some((value, behind)) = behind.split_at_checked(usize::from(length)) else {
            break;
        };
        match kind {
            SUPPORTED_VERSIONS => version = u16::from_be_bytes(value.try_into().ok()?),
            ALPN => protocol = Some(String::from_utf8_lossy(value.get(3..)?).into_owned()),
            _ => {}
        }
        rest = behind;
    }
    Some(Told::Hello(version, protocol))
}
