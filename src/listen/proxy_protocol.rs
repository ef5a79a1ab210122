//! The PROXY protocol, versions 1 and 2
//! (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>): in the first bytes of a
//! connection a proxy tells whom it speaks for, before TLS and HTTP. A listener that has it on
//! takes connections from its trusted proxies only, and each must begin with a header.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ppp::{HeaderResult, v1, v2};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::config::Networks;
use crate::seldom::Seldom;

/// Between two lines of the log about one fault: a scanner, or a health check without a header, comes
/// again and again.
const LINE_PAUSE: Duration = Duration::from_secs(60);

/// The shortest header of version 1, `PROXY UNKNOWN\r\n`.
const MIN_V1_BYTES: usize = 15;

/// The longest header of version 1 (§2.1).
const MAX_V1_BYTES: usize = 107;

/// The fixed part of a header of version 2: signature, command, family, length.
const FIXED_V2_BYTES: usize = 16;

/// The most that may follow it. Addresses have up to 216 bytes; what remains is for the additions
/// of load balancers, which are not read.
const MAX_V2_BYTES: usize = 4_096;

/// Why a connection is closed before it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyFault {
    /// Its peer is not on the list.
    #[error("it is no trusted proxy")]
    Untrusted,
    /// The header has not arrived in time.
    #[error("its PROXY header did not arrive in time")]
    TimedOut,
    /// It ended before the header did.
    #[error("it ended before its PROXY header did")]
    Ended,
    /// It begins with something else.
    #[error("it does not begin with a PROXY header")]
    Missing,
    /// A header that is too long, or not by the protocol.
    #[error("its PROXY header is not valid")]
    Invalid,
}

impl ProxyFault {
    const ALL: [Self; 5] = [
        Self::Untrusted,
        Self::TimedOut,
        Self::Ended,
        Self::Missing,
        Self::Invalid,
    ];

    /// The word in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Untrusted => "untrusted",
            Self::TimedOut => "timed_out",
            Self::Ended => "ended",
            Self::Missing => "missing",
            Self::Invalid => "invalid",
        }
    }
}

/// The protocol, as a listener has it on.
#[derive(Clone)]
pub struct ProxyProtocol {
    trusted: Networks,
    refused: Arc<dyn Fn(ProxyFault) + Send + Sync>,
    /// A line each, so that none hides another.
    lines: Arc<[Seldom; ProxyFault::ALL.len()]>,
}

impl ProxyProtocol {
    /// For connections from `trusted` proxies; `refused` hears of each connection that is closed.
    pub fn new(trusted: Networks, refused: impl Fn(ProxyFault) + Send + Sync + 'static) -> Self {
        Self {
            trusted,
            refused: Arc::new(refused),
            lines: Arc::new(ProxyFault::ALL.map(|_| Seldom::new())),
        }
    }

    /// Whom a connection from `peer` is for; `None`: it is to be closed.
    pub(super) async fn source(
        &self,
        stream: &mut (impl AsyncRead + Unpin),
        peer: SocketAddr,
        limit: Duration,
    ) -> Option<SocketAddr> {
        match source(stream, peer, &self.trusted, limit).await {
            Ok(source) => Some(source),
            Err(fault) => {
                let line = &self.lines[fault as usize];
                if let Some(count) = line.count(Instant::now(), LINE_PAUSE) {
                    tracing::warn!(%peer, %fault, count, "a connection was closed");
                }
                (self.refused)(fault);
                None
            }
        }
    }
}

impl std::fmt::Debug for ProxyProtocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ProxyProtocol").field(&self.trusted).finish()
    }
}

/// Whom a connection from `peer` is for: the source that its header names, or `peer` itself where
/// the header names none (`LOCAL`, `UNKNOWN`, a socket without addresses), as health checks do.
/// Reads the header and not a byte behind it, within `limit`.
///
/// # Errors
/// [`ProxyFault`]: the connection is to be closed without an answer.
async fn source(
    stream: &mut (impl AsyncRead + Unpin),
    peer: SocketAddr,
    trusted: &Networks,
    limit: Duration,
) -> Result<SocketAddr, ProxyFault> {
    if !trusted.contain(peer.ip()) {
        return Err(ProxyFault::Untrusted);
    }
    let header = tokio::time::timeout(limit, read(stream)).await;
    let header = header.map_err(|_| ProxyFault::TimedOut)??;
    named(&header).map(|source| source.unwrap_or(peer))
}

/// The header's bytes.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, ProxyFault> {
    let mut header = Vec::with_capacity(MAX_V1_BYTES);
    // The first byte tells most strangers, whose requests may be shorter than any header.
    more(stream, &mut header, 1).await?;
    if !matches!(header[..], [b'P' | b'\r']) {
        return Err(ProxyFault::Missing);
    }
    more(stream, &mut header, MIN_V1_BYTES - 1).await?;
    if header.starts_with(b"PROXY ") {
        while !header.ends_with(b"\n") {
            if header.len() >= MAX_V1_BYTES {
                return Err(ProxyFault::Invalid);
            }
            more(stream, &mut header, 1).await?;
        }
    } else if header.starts_with(v2::PROTOCOL_PREFIX) {
        more(stream, &mut header, FIXED_V2_BYTES - MIN_V1_BYTES).await?;
        let len = usize::from(u16::from_be_bytes([header[14], header[15]]));
        if len > MAX_V2_BYTES {
            return Err(ProxyFault::Invalid);
        }
        more(stream, &mut header, len).await?;
    } else {
        return Err(ProxyFault::Missing);
    }
    Ok(header)
}

async fn more(
    stream: &mut (impl AsyncRead + Unpin),
    header: &mut Vec<u8>,
    bytes: usize,
) -> Result<(), ProxyFault> {
    let read = header.len();
    header.resize(read + bytes, 0);
    let filled = stream.read_exact(&mut header[read..]).await;
    filled.map(drop).map_err(|_| ProxyFault::Ended)
}

/// The source that a header names. `None`: it names none.
fn named(header: &[u8]) -> Result<Option<SocketAddr>, ProxyFault> {
    match HeaderResult::parse(header) {
        HeaderResult::V1(Ok(read)) if read.header.len() == header.len() => {
            Ok(match read.addresses {
                v1::Addresses::Tcp4(ip) => Some((ip.source_address, ip.source_port).into()),
                v1::Addresses::Tcp6(ip) => Some((ip.source_address, ip.source_port).into()),
                v1::Addresses::Unknown => None,
            })
        }
        HeaderResult::V2(Ok(read)) => match (read.command, read.addresses) {
            (v2::Command::Local, _) => Ok(None),
            // What came over UDP did not come from where this connection does.
            _ if read.protocol == v2::Protocol::Datagram => Err(ProxyFault::Invalid),
            (_, v2::Addresses::IPv4(ip)) => Ok(Some((ip.source_address, ip.source_port).into())),
            (_, v2::Addresses::IPv6(ip)) => Ok(Some((ip.source_address, ip.source_port).into())),
            (_, v2::Addresses::Unix(_) | v2::Addresses::Unspecified) => Ok(None),
        },
        _ => Err(ProxyFault::Invalid),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::{MAX_V1_BYTES, ProxyFault, source};
    use crate::config::Networks;

    const PEER: &str = "10.0.0.1:4000";
    const LIMIT: Duration = Duration::from_secs(20);

    /// What is read of bytes that arrive in pieces, and what is left behind it.
    async fn read(bytes: &[u8], piece: usize) -> (Result<String, ProxyFault>, Vec<u8>) {
        let (mut near, mut far) = tokio::io::duplex(16);
        let sent = bytes.to_vec();
        let sender = tokio::spawn(async move {
            for piece in sent.chunks(piece) {
                if far.write_all(piece).await.is_err() {
                    return;
                }
            }
        });
        let peer = PEER.parse().unwrap();
        let trusted = Networks::of(&["10.0.0.0/8"]);
        let source = source(&mut near, peer, &trusted, LIMIT).await;
        let mut rest = Vec::new();
        if source.is_ok() {
            near.read_to_end(&mut rest).await.unwrap();
        }
        drop(near);
        sender.await.unwrap();
        (source.map(|address| address.to_string()), rest)
    }

    fn v2(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
        let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
        header.extend([0x20 | command, family]);
        header.extend(u16::try_from(addresses.len()).unwrap().to_be_bytes());
        header.extend(addresses);
        header
    }

    const IPV4: [u8; 12] = [192, 0, 2, 7, 10, 0, 0, 1, 0x11, 0x5c, 0x01, 0xbb];

    fn ipv6() -> Vec<u8> {
        let mut addresses = [0; 36];
        addresses[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        addresses[15] = 1;
        addresses[33] = 80;
        addresses.to_vec()
    }

    #[tokio::test]
    async fn a_header_names_the_source_and_nothing_behind_it_is_lost() {
        let additions = [&IPV4[..], &[0x04, 0, 2, 0, 0]].concat();
        for (header, expected) in [
            (
                b"PROXY TCP4 192.0.2.7 10.0.0.1 4444 443\r\n".to_vec(),
                "192.0.2.7:4444",
            ),
            (
                b"PROXY TCP6 2001:db8::1 ::1 80 443\r\n".to_vec(),
                "[2001:db8::1]:80",
            ),
            (b"PROXY UNKNOWN\r\n".to_vec(), PEER),
            (b"PROXY UNKNOWN 2001:db8::1 ::1 80 443\r\n".to_vec(), PEER),
            (v2(1, 0x11, &IPV4), "192.0.2.7:4444"),
            (v2(1, 0x11, &additions), "192.0.2.7:4444"),
            (v2(1, 0x21, &ipv6()), "[2001:db8::1]:80"),
            (v2(0, 0x00, &[]), PEER),
            (v2(0, 0x11, &IPV4), PEER),
            (v2(1, 0x00, &[]), PEER),
            (v2(1, 0x31, &[b'/'; 216]), PEER),
        ] {
            let shown = String::from_utf8_lossy(&header).into_owned();
            let bytes = [&header[..], b"GET / HTTP/1.1\r\n\r\n"].concat();
            for piece in [1, 7, 4_096] {
                let (source, rest) = read(&bytes, piece).await;
                assert_eq!(source.as_deref(), Ok(expected), "{shown:?}");
                assert_eq!(rest, b"GET / HTTP/1.1\r\n\r\n", "{shown:?}");
            }
        }
    }

    #[tokio::test]
    async fn whatever_is_no_header_is_refused() {
        use ProxyFault::{Ended, Invalid, Missing};
        let long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(MAX_V1_BYTES));
        let mut newer = v2(1, 0x11, &IPV4);
        newer[12] = 0x31;
        for (bytes, fault) in [
            (b"GET / HTTP/1.1\r\n\r\n".to_vec(), Missing),
            (b"POST / HTTP/1.1\r\n\r\n".to_vec(), Missing),
            (b"\r\n\r\nGET / HTTP/1.1\r\n\r\n".to_vec(), Missing),
            (b"\x16\x03\x01".to_vec(), Missing),
            (b"PROXYTCP4 192.0.2.7 10.0.0.1 4 4\r\n".to_vec(), Missing),
            (b"proxy TCP4 192.0.2.7 10.0.0.1 4 4\r\n".to_vec(), Missing),
            (Vec::new(), Ended),
            (b"PROXY TCP4 192.0.2.7".to_vec(), Ended),
            (v2(1, 0x11, &IPV4)[..20].to_vec(), Ended),
            (
                b"PROXY TCP4 192.0.2.7 10.0.0.1 4444 443\n".to_vec(),
                Invalid,
            ),
            (b"PROXY TCP4 2001:db8::1 ::1 4444 443\r\n".to_vec(), Invalid),
            (b"PROXY TCP4 192.0.2.7 10.0.0.1 4444\r\n".to_vec(), Invalid),
            (
                b"PROXY TCP4 192.0.2.07 10.0.0.1 4444 443\r\n".to_vec(),
                Invalid,
            ),
            (
                b"PROXY TCP4 192.0.2.7 10.0.0.1 99999 443\r\n".to_vec(),
                Invalid,
            ),
            (
                b"PROXY UDP4 192.0.2.7 10.0.0.1 4444 443\r\n".to_vec(),
                Invalid,
            ),
            (
                b"PROXY \r\nTCP4 192.0.2.7 10.0.0.1 4444 443\r\n".to_vec(),
                Invalid,
            ),
            (long.into_bytes(), Invalid),
            (v2(1, 0x11, &IPV4[..8]), Invalid),
            (v2(1, 0x12, &IPV4), Invalid),
            (v2(1, 0x41, &IPV4), Invalid),
            (v2(2, 0x11, &IPV4), Invalid),
            (v2(0, 0x00, &[0; 5_000]), Invalid),
            (newer, Invalid),
        ] {
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(read(&bytes, 4_096).await.0, Err(fault), "{shown:?}");
        }
    }

    #[tokio::test]
    async fn others_than_trusted_proxies_are_not_even_read() {
        let mut header = &b"PROXY TCP4 192.0.2.7 10.0.0.1 4444 443\r\n"[..];
        let peer: SocketAddr = "192.0.2.1:4000".parse().unwrap();
        let trusted = Networks::of(&["10.0.0.0/8"]);
        let source = source(&mut header, peer, &trusted, LIMIT).await;
        assert_eq!(source, Err(ProxyFault::Untrusted));
        assert_eq!(header.len(), 40);
    }

    #[tokio::test]
    async fn a_header_that_does_not_end_is_cut_at_the_limit() {
        let (mut near, mut far) = tokio::io::duplex(64);
        far.write_all(b"PROXY TCP4 192.0.2.7 10.0").await.unwrap();
        let trusted = Networks::of(&["10.0.0.0/8"]);
        let peer = PEER.parse().unwrap();
        let source = source(&mut near, peer, &trusted, Duration::from_millis(20)).await;
        assert_eq!(source, Err(ProxyFault::TimedOut));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_source_or_a_fault(
            start in prop::sample::select(vec![&b""[..], b"PROXY ", b"PROXY TCP4 ", b"\r\n\r\n\0\r\nQUIT\n"]),
            bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let bytes = [start, &bytes].concat();
            let mut rest = &bytes[..];
            let trusted = Networks::of(&["10.0.0.0/8"]);
            let peer = PEER.parse().unwrap();
            let read = runtime.block_on(source(&mut rest, peer, &trusted, LIMIT));
            prop_assert!(bytes.len() - rest.len() <= super::MAX_V2_BYTES + super::FIXED_V2_BYTES);
            prop_assert_ne!(read, Err(ProxyFault::Untrusted));
        }
    }
}
