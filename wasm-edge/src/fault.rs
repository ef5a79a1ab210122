//! What a host does wrong, as numbers (ABI.md).

use countersign_token::{KeyFault, RingFault, SiteFault};

/// Why a request gets no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Fault {
    /// There is no configuration.
    NoConfig = -1,
    /// It is not of the layout, or the method is no text.
    Request = -2,
    /// No site has that number.
    Site = -3,
    /// The decision is longer than the output.
    Output = -4,
    /// A token signs headers, so all lines are needed.
    Lines = -5,
}

/// Why a configuration is refused: what, at which site, at which key or rule of it (from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// What.
    pub what: What,
    /// The site's place.
    pub site: u32,
    /// The place of the key or rule.
    pub item: u32,
}

/// What is wrong with a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum What {
    /// It is not of the layout.
    Layout = -1,
    /// It is longer than the input or the memory for it.
    TooLong = -2,
    /// There is no site.
    NoSite = -3,
    /// There are more sites than there is room for.
    Sites = -4,
    /// There are more keys.
    Keys = -5,
    /// There are more rules of policy.
    Rules = -6,
    /// The site's name.
    SiteName = -10,
    /// The parameter's name.
    Param = -11,
    /// The header's name.
    Header = -12,
    /// The cookie's name.
    Cookie = -13,
    /// A rule's patterns.
    RulePaths = -14,
    /// The key's `kid`.
    Kid = -20,
    /// The secret is not lower-case hexadecimal.
    SecretHex = -21,
    /// The secret is not 32–128 bytes.
    SecretLength = -22,
    /// The public key is not 32 bytes of lower-case hexadecimal.
    PublicHex = -23,
    /// The public key is not canonical, no point, or of small order.
    PublicKey = -24,
    /// This build has no keys of that algorithm.
    Algorithm = -25,
    /// The key's patterns.
    KeyPaths = -26,
    /// No key verifies.
    NoUsableKey = -30,
    /// Two keys have one `kid`.
    KidTwice = -31,
    /// Two keys have one secret.
    SecretTwice = -32,
}

impl From<SiteFault> for What {
    fn from(fault: SiteFault) -> Self {
        match fault {
            SiteFault::Name => Self::SiteName,
            SiteFault::Param => Self::Param,
            SiteFault::Header => Self::Header,
            SiteFault::Cookie => Self::Cookie,
        }
    }
}

impl From<KeyFault> for What {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::Kid => Self::Kid,
            KeyFault::SecretHex | KeyFault::PrivateHex => Self::SecretHex,
            KeyFault::SecretLength { .. } => Self::SecretLength,
            KeyFault::PublicHex => Self::PublicHex,
            KeyFault::PublicKey => Self::PublicKey,
        }
    }
}

/// The fault, and the place of the key that has it.
pub(crate) const fn of_ring(fault: RingFault) -> (What, usize) {
    match fault {
        RingFault::NoUsableKey => (What::NoUsableKey, 0),
        RingFault::KidTwice { second, .. } => (What::KidTwice, second),
        RingFault::SecretTwice { second, .. } => (What::SecretTwice, second),
    }
}
