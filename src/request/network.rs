//! The network that one client has.

use std::net::IpAddr;

use countersign_token::ClientAddress;

/// What stands for one client: an IPv4 address, or an IPv6 network of 64 bits, which is what one
/// client has (RFC 6177 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// The address.
    V4(u32),
    /// The upper half of the address.
    V6(u64),
}

impl Network {
    /// The network of an address.
    pub fn of(client: ClientAddress) -> Self {
        match client.ip() {
            IpAddr::V4(ip) => Self::V4(ip.to_bits()),
            IpAddr::V6(ip) => Self::V6((ip.to_bits() >> 64) as u64),
        }
    }
}
