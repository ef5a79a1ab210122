//! Client addresses and the networks that a token grants (TOKEN.md §1, "Addresses").

use core::net::IpAddr;

use crate::bytes::{hex, lower_hex};
use crate::number::number;

/// A client's address; an IPv4-mapped IPv6 address is the IPv4 address it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// Reads the forms that a client's address may have: RFC 4291 §2.2 forms 1 to 3 in either
    /// case, IPv4 without leading zeros. No zone, no port, no brackets. `None`: unknown.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let ip = if is_v6(text) {
            IpAddr::V6(parse_v6(text, Spelling::Free)?.into())
        } else {
            IpAddr::V4(parse_v4(text)?.into())
        };
        Some(Self::from(ip))
    }

    /// The address.
    pub const fn ip(self) -> IpAddr {
        self.0
    }
}

impl From<IpAddr> for ClientAddress {
    fn from(ip: IpAddr) -> Self {
        Self(ip.to_canonical())
    }
}

/// One member of a token's `ip`: an address or a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    V4 { first: u32, length: u8 },
    V6 { first: Groups, length: u8 },
}

/// An IPv6 address.
type Groups = [u16; 8];

impl Network {
    /// `None`: malformed.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (address, length) = match text.iter().position(|&byte| byte == b'/') {
            Some(slash) => (&text[..slash], Some(figure(&text[slash + 1..])?)),
            None => (text, None),
        };
        if is_v6(address) {
            Self::v6(parse_v6(address, Spelling::Token)?, length.unwrap_or(128))
        } else {
            Self::v4(parse_v4(address)?, length.unwrap_or(32))
        }
    }

    fn v4(first: u32, length: u8) -> Option<Self> {
        (length <= 32 && first & !v4_mask(length) == 0).then_some(Self::V4 { first, length })
    }

    fn v6(first: Groups, length: u8) -> Option<Self> {
        let mapped = length >= 96 && first[..6] == [0, 0, 0, 0, 0, 0xffff];
        let mut groups = first.iter().zip(v6_masks(length));
        let is_whole = length <= 128 && groups.all(|(group, mask)| group & !mask == 0);
        (is_whole && !mapped).then_some(Self::V6 { first, length })
    }

    pub(crate) fn contains(self, client: ClientAddress) -> bool {
        match (self, client.0) {
            (Self::V4 { first, length }, IpAddr::V4(ip)) => ip.to_bits() & v4_mask(length) == first,
            (Self::V6 { first, length }, IpAddr::V6(ip)) => {
                let mut groups = ip.segments().into_iter().zip(first).zip(v6_masks(length));
                groups.all(|((group, first), mask)| group & mask == first)
            }
            _ => false,
        }
    }
}

/// The bits that a network of that length fixes.
fn v4_mask(length: u8) -> u32 {
    u32::MAX
        .checked_shl(32_u32.saturating_sub(length.into()))
        .unwrap_or(0)
}

/// The same of each group.
fn v6_masks(length: u8) -> impl Iterator<Item = u16> {
    (0..8).map(move |group| {
        let fixed = u32::from(length).saturating_sub(group * 16).min(16);
        u16::MAX.checked_shl(16 - fixed).unwrap_or(0)
    })
}

/// The family of a text that may be an address: a group of IPv6 has at most four figures.
#[inline]
pub(crate) fn is_v6(text: &[u8]) -> bool {
    text.iter().take(5).any(|&byte| byte == b':')
}

/// Four figures without leading zeros.
fn parse_v4(text: &[u8]) -> Option<u32> {
    let (mut address, mut dots, mut figure, mut len) = (0, 0, 0, 0);
    for &byte in text {
        if byte == b'.' {
            if len == 0 {
                return None;
            }
            address = address << 8 | figure;
            (figure, len, dots) = (0, 0, dots + 1);
        } else {
            let leading_zero = len == 1 && figure == 0;
            if !byte.is_ascii_digit() || leading_zero {
                return None;
            }
            figure = figure * 10 + u32::from(byte - b'0');
            len += 1;
            if figure > 255 {
                return None;
            }
        }
    }
    (dots == 3 && len > 0).then_some(address << 8 | figure)
}

/// How freely an address may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// RFC 4291 §2.2 forms 1 and 2, in lower case and without leading zeros.
    Token,
    /// Form 3 too, in either case, with leading zeros.
    Free,
}

fn parse_v6(text: &[u8], spelling: Spelling) -> Option<Groups> {
    let mut groups = [0; 8];
    let (mut count, mut before_gap) = (0, None);
    let mut rest = text;
    if let Some(behind) = rest.strip_prefix(b"::") {
        (before_gap, rest) = (Some(0), behind);
    }
    while !rest.is_empty() {
        let (group, len) = v6_group(rest, spelling)?;
        if spelling == Spelling::Free && rest.get(len) == Some(&b'.') {
            let v4 = parse_v4(rest)?;
            *groups.get_mut(count)? = (v4 >> 16) as u16;
            *groups.get_mut(count + 1)? = v4 as u16;
            count += 2;
            break;
        }
        *groups.get_mut(count)? = group;
        count += 1;
        rest = match &rest[len..] {
            [] => break,
            [b':', b':', behind @ ..] if before_gap.is_none() => {
                before_gap = Some(count);
                behind
            }
            // A colon has a group behind it.
            [b':', behind @ ..] if !behind.is_empty() => behind,
            _ => return None,
        };
    }
    let Some(front) = before_gap else {
        return (count == 8).then_some(groups);
    };
    // The gap stands for one group at least.
    if count > 7 {
        return None;
    }
    let behind = 8 - (count - front);
    groups.copy_within(front..count, behind);
    groups[front..behind].fill(0);
    Some(groups)
}

/// The group that the text starts with, and how many figures it has.
fn v6_group(text: &[u8], spelling: Spelling) -> Option<(u16, usize)> {
    let (mut group, mut len) = (0, 0);
    while let Some(&byte) = text.get(len) {
        let figure = match spelling {
            Spelling::Token => lower_hex(byte),
            Spelling::Free => hex(byte),
        };
        let Some(figure) = figure else { break };
        if len == 4 {
            return None;
        }
        group = group << 4 | u16::from(figure);
        len += 1;
    }
    let leading_zero = len > 1 && text[0] == b'0';
    let allowed = len > 0 && (!leading_zero || spelling == Spelling::Free);
    allowed.then_some((group, len))
}

/// 0–255 without a leading zero.
fn figure(text: &[u8]) -> Option<u8> {
    match text {
        b"0" => Some(0),
        _ => number(text).and_then(|figure| u8::try_from(figure).ok()),
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::{ClientAddress, Network, Spelling, parse_v4, parse_v6};

    fn contains(network: &str, client: &str) -> bool {
        let network = Network::parse(network.as_bytes()).unwrap();
        network.contains(ClientAddress::parse(client).unwrap())
    }

    #[test]
    fn a_network_holds_its_own_family_only() {
        assert!(contains("10.0.0.0/8", "10.255.0.1"));
        assert!(contains("0.0.0.0/0", "1.2.3.4"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(!contains("::/0", "1.2.3.4"));
        assert!(!contains("::/0", "::ffff:1.2.3.4"));
        assert!(contains("1.2.3.4", "::ffff:1.2.3.4"));
        assert!(contains("2001:db8::/32", "2001:0DB8:0:0:0:0:0:1"));
        assert!(!contains("2001:db8::/32", "2001:db9::1"));
    }

    #[test]
    fn an_address_has_one_spelling_in_a_token() {
        for text in [
            "1.2.3.4",
            "1.2.3.0/24",
            "0.0.0.0/0",
            "::",
            "::1/128",
            "1:2:3:4:5:6:7:8",
            "::/0",
            "1:2:3:4:5:6:7::",
            "::fffe:102:304",
            "::/64",
        ] {
            assert!(Network::parse(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "",
            "1.2.3",
            "01.2.3.4",
            "256.2.3.4",
            "1.2.3.4/33",
            "1.2.3.4/024",
            "1.2.3.4/24",
            "1.2.3.4/",
            "1.2.3.4/+8",
            "::1.2.3.4",
            ":1::2",
            "1::2:",
            ":::",
            "::1::",
            "1:2:3:4::5:6:7:8",
            "1:2:3:4:5:6:7:8:9",
            ":",
            "1::12345",
            "::FFFF",
            "::0001",
            "00::",
            "1::2::3",
            "1:2:3:4:5:6:7:8::",
            "::1/129",
            "2001:db8::1/32",
            "fe80::1%eth0",
            "::ffff:102:304",
            "::ffff:102:300/120",
            "::ffff:0:0/96",
            "[::1]",
        ] {
            assert!(Network::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn addresses_mean_what_the_standard_library_says() {
        for bits in [0, 1, 0xff, 0x0102_0304, 0xffff_ffff, 0x0a00_0000] {
            let text = std::net::Ipv4Addr::from_bits(bits).to_string();
            assert_eq!(parse_v4(text.as_bytes()), Some(bits), "{text}");
        }
        for shift in 0..128 {
            for pattern in [1, 0xf_0001, 0x1_0000_ffff_0000_0001, u128::MAX] {
                let address = std::net::Ipv6Addr::from_bits(pattern << shift);
                let text = address.to_string();
                if !text.contains('.') {
                    let parsed = parse_v6(text.as_bytes(), Spelling::Token);
                    assert_eq!(parsed, Some(address.segments()), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_clients_address_may_be_written_freely_but_not_wrongly() {
        assert_eq!(
            ClientAddress::parse("::FFFF:1.2.3.4"),
            ClientAddress::parse("1.2.3.4")
        );
        assert_eq!(
            ClientAddress::parse("::ffff:0102:0304"),
            ClientAddress::parse("1.2.3.4")
        );
        for text in [
            "",
            "unknown",
            "1.2.3.4:80",
            "[::1]",
            "fe80::1%1",
            "01.2.3.4",
        ] {
            assert_eq!(ClientAddress::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_clients_address_is_read_as_the_standard_library_reads_it() {
        // Every text of a few pieces, most of them no address.
        let pieces = [
            "",
            "0",
            "1",
            "00a",
            "Ffff",
            "12345",
            ":",
            "::",
            ".",
            "255",
            "1.2.3.4",
            "256.0.0.1",
        ];
        let mut texts = std::vec![std::string::String::new()];
        for _ in 0..4 {
            texts = texts
                .iter()
                .flat_map(|text| pieces.map(|piece| std::format!("{text}{piece}")))
                .collect();
        }
        for groups in 0..10 {
            let front = "1:".repeat(groups);
            texts.extend(
                ["", ":", "2", ":2", "1.2.3.4", ":1.2.3.4", ":2:3:1.2.3.4"]
                    .map(|end| std::format!("{front}{end}")),
            );
        }
        for text in texts {
            let parsed = text.parse::<std::net::IpAddr>().ok();
            assert_eq!(
                ClientAddress::parse(&text),
                parsed.map(Into::into),
                "{text}"
            );
        }
    }
}
