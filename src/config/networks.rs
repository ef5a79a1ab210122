//! Networks in CIDR notation (RFC 4632, RFC 4291 §2.3), as a list of settings.

use std::net::IpAddr;

use ipnet::IpNet;

/// A list of networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// A list of checked networks.
    pub(super) const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Networks for tests of other rooms.
    #[cfg(test)]
    pub(crate) fn of(texts: &[&str]) -> Self {
        Self(texts.iter().map(|text| proxies(text).unwrap()).collect())
    }

    /// Whether one of them holds the address. An IPv4-mapped address is the IPv4 address it holds.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A network of proxies: `10.0.0.0/8`, `2001:db8::/32`, or one address. The fault says what would
/// be right.
pub(super) fn proxies(text: &str) -> Result<IpNet, String> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse::<IpNet>().map_err(|_| {
            "is no network; write an IP address or CIDR, e.g. \"10.0.0.0/8\"".to_owned()
        })?,
    };
    if network.addr() != network.network() {
        return Err(format!(
            "has bits behind its length; write \"{}\"",
            network.trunc()
        ));
    }
    if network.prefix_len() == 0 {
        return Err(
            "would trust everybody, so that no address is a client's; name the proxies' networks"
                .to_owned(),
        );
    }
    match network {
        IpNet::V6(mapped) if mapped.addr().to_ipv4_mapped().is_some() => {
            Err("is IPv4 written as IPv6, which never matches; write it as IPv4".to_owned())
        }
        _ => Ok(network),
    }
}

#[cfg(test)]
mod tests {
    use super::{Networks, proxies};

    #[test]
    fn networks_hold_addresses_of_their_family_and_mapped_ones() {
        let networks = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"];
        let networks = Networks::of(&networks);
        for (address, held) in [
            ("10.255.0.1", true),
            ("::ffff:10.0.0.1", true),
            ("11.0.0.0", false),
            ("192.0.2.7", true),
            ("192.0.2.6", false),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(
                networks.contain(address.parse().unwrap()),
                held,
                "{address}"
            );
        }
        assert!(!Networks::default().contain("10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_of_proxies_says_what_would_be_right() {
        for (text, why) in [
            ("proxy.example", "is no network"),
            ("10.0.0.0/33", "is no network"),
            ("10.1.0.0/8", "write \"10.0.0.0/8\""),
            ("2001:db8::1/32", "write \"2001:db8::/32\""),
            ("0.0.0.0/0", "would trust everybody"),
            ("::/0", "would trust everybody"),
            ("::ffff:10.0.0.0/104", "write it as IPv4"),
            ("::ffff:10.0.0.1", "write it as IPv4"),
        ] {
            let told = proxies(text).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
    }
}
