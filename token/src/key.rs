//! Keys and the ring of them (TOKEN.md §6). The algorithm belongs to the key, never to the token.

#[cfg(feature = "ed25519")]
mod eddsa;
mod ring;
#[cfg(test)]
mod wycheproof;

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

#[cfg(feature = "alloc")]
pub use self::eddsa::PrivateKey;
#[cfg(feature = "ed25519")]
use self::eddsa::PublicKey;
pub(crate) use self::ring::find;
pub use self::ring::{RingFault, check_ring, signing_key};
use crate::bytes::{decode_lower_hex, is_name};
use crate::pattern::Patterns;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC-SHA256 (RFC 2104), all 32 bytes.
    Hs256,
    /// Ed25519 (RFC 8032), strict.
    EdDsa,
}

impl Algorithm {
    /// The JWA word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// What a key may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Signs and verifies.
    #[default]
    Active,
    /// Verifies.
    Accept,
    /// Neither.
    Retired,
}

impl KeyState {
    /// The word that key files carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Accept => "accept",
            Self::Retired => "retired",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Accept, Self::Retired]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// `kid` is not 1–32 of `A-Za-z0-9._-`.
    Kid,
    /// The secret is not lower-case hexadecimal.
    SecretHex,
    /// The secret is not 32–128 bytes.
    SecretLength {
        /// What it has.
        bytes: usize,
    },
    /// The public key is not 32 bytes of lower-case hexadecimal.
    PublicHex,
    /// The public key is not canonical, no point, or of small order.
    PublicKey,
    /// The private key is not 32 bytes of lower-case hexadecimal.
    PrivateHex,
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kid => f.write_str("kid is 1–32 of A-Z a-z 0-9 . _ -"),
            Self::SecretHex => f.write_str("the secret is not lower-case hexadecimal"),
            Self::SecretLength { bytes } => write!(
                f,
                "the secret has {bytes} bytes; it needs 32–128 random bytes (64–256 hexadecimal figures)"
            ),
            Self::PublicHex => {
                f.write_str("the public key is not 32 bytes of lower-case hexadecimal")
            }
            Self::PublicKey => {
                f.write_str("the public key is no canonical Ed25519 point of large order")
            }
            Self::PrivateHex => {
                f.write_str("the private key is not 32 bytes of lower-case hexadecimal")
            }
        }
    }
}

impl core::error::Error for KeyFault {}

/// The keyed state is kept, so that a verification starts behind the key schedule.
#[derive(Clone)]
enum Material {
    Hs256(Hmac<Sha256>),
    #[cfg(feature = "ed25519")]
    EdDsa(PublicKey),
}

/// One key of a ring. Its material is zeroised on drop and never printed.
pub struct Key<T> {
    kid: [u8; 32],
    kid_len: u8,
    material: Material,
    state: KeyState,
    from: Option<u64>,
    until: Option<u64>,
    max_ttl_secs: Option<u64>,
    paths: Option<Patterns<T>>,
}

impl<T> Key<T> {
    /// An HMAC key from 32–128 bytes of lower-case hexadecimal: active, without dates or paths.
    ///
    /// # Errors
    /// [`KeyFault`] for `kid` and secret.
    pub fn hs256(kid: &str, secret_hex: &str) -> Result<Self, KeyFault> {
        let bytes = secret_hex.len() / 2;
        let lower = |figure: u8| matches!(figure, b'0'..=b'9' | b'a'..=b'f');
        if !secret_hex.bytes().all(lower) || !secret_hex.len().is_multiple_of(2) {
            return Err(KeyFault::SecretHex);
        }
        if !(32..=128).contains(&bytes) {
            return Err(KeyFault::SecretLength { bytes });
        }
        let mut secret = Zeroizing::new([0; 128]);
        decode_lower_hex(secret_hex.as_bytes(), &mut secret[..bytes]).ok_or(KeyFault::SecretHex)?;
        let mac = Hmac::new_from_slice(&secret[..bytes]).map_err(|_| KeyFault::SecretHex)?;
        Self::new(kid, Material::Hs256(mac))
    }

    /// An Ed25519 public key: active, without dates or paths.
    ///
    /// # Errors
    /// [`KeyFault`] for `kid` and public key.
    #[cfg(feature = "ed25519")]
    pub fn eddsa(kid: &str, public_hex: &str) -> Result<Self, KeyFault> {
        let mut bytes = [0; 32];
        decode_lower_hex(public_hex.as_bytes(), &mut bytes).ok_or(KeyFault::PublicHex)?;
        let key = PublicKey::new(bytes).ok_or(KeyFault::PublicKey)?;
        Self::new(kid, Material::EdDsa(key))
    }

    fn new(name: &str, material: Material) -> Result<Self, KeyFault> {
        if !(1..=32).contains(&name.len()) || !name.bytes().all(is_name) {
            return Err(KeyFault::Kid);
        }
        let mut kid = [0; 32];
        kid[..name.len()].copy_from_slice(name.as_bytes());
        Ok(Self {
            kid,
            kid_len: name.len() as u8,
            material,
            state: KeyState::Active,
            from: None,
            until: None,
            max_ttl_secs: None,
            paths: None,
        })
    }

    /// Sets the state.
    #[must_use]
    pub fn with_state(mut self, state: KeyState) -> Self {
        self.state = state;
        self
    }

    /// Sets from when on the key is used, in Unix seconds.
    #[must_use]
    pub fn with_from(mut self, unix_secs: Option<u64>) -> Self {
        self.from = unix_secs;
        self
    }

    /// Sets until when the key is used, in Unix seconds.
    #[must_use]
    pub fn with_until(mut self, unix_secs: Option<u64>) -> Self {
        self.until = unix_secs;
        self
    }

    /// Sets the patterns beyond which the key opens nothing.
    #[must_use]
    pub fn with_paths(mut self, paths: Option<Patterns<T>>) -> Self {
        self.paths = paths;
        self
    }

    /// Sets the longest lifetime that a token of the key may have left.
    #[must_use]
    pub fn with_max_ttl_secs(mut self, secs: Option<u64>) -> Self {
        self.max_ttl_secs = secs;
        self
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        core::str::from_utf8(self.kid_bytes()).unwrap_or_default()
    }

    #[inline]
    fn kid_bytes(&self) -> &[u8] {
        &self.kid[..usize::from(self.kid_len)]
    }

    /// How it signs.
    pub const fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Hs256(_) => Algorithm::Hs256,
            #[cfg(feature = "ed25519")]
            Material::EdDsa(_) => Algorithm::EdDsa,
        }
    }

    /// What it may do.
    pub const fn state(&self) -> KeyState {
        self.state
    }

    /// From when on it is used, in Unix seconds.
    pub const fn from_unix_secs(&self) -> Option<u64> {
        self.from
    }

    /// Until when it is used, in Unix seconds.
    pub const fn until_unix_secs(&self) -> Option<u64> {
        self.until
    }

    /// The longest lifetime left of its tokens, in seconds.
    pub const fn max_ttl_secs(&self) -> Option<u64> {
        self.max_ttl_secs
    }

    /// The patterns beyond which it opens nothing.
    pub const fn paths(&self) -> Option<&Patterns<T>> {
        self.paths.as_ref()
    }

    /// The public key; `None` for HMAC.
    pub fn public_key(&self) -> Option<[u8; 32]> {
        match &self.material {
            Material::Hs256(_) => None,
            #[cfg(feature = "ed25519")]
            Material::EdDsa(key) => Some(key.to_bytes()),
        }
    }

    /// Whether it verifies at `now`: not retired, and inside its dates but for the skew before.
    pub(crate) fn verifies_at(&self, now: u64, skew_secs: u64) -> bool {
        self.state != KeyState::Retired
            && self
                .from
                .is_none_or(|from| now.saturating_add(skew_secs) >= from)
            && self.until.is_none_or(|until| now < until)
    }

    /// Whether `signature` is the key's over the bytes that `signed` feeds. The comparison takes
    /// the same time wherever they differ. A signature of another algorithm's length never holds.
    #[inline]
    pub(crate) fn holds(
        &self,
        signature: &[u8],
        signed: impl FnOnce(&mut dyn FnMut(&[u8])),
    ) -> bool {
        match &self.material {
            Material::Hs256(keyed) => {
                let mut mac = keyed.clone();
                signed(&mut |bytes| mac.update(bytes));
                mac.verify_slice(signature).is_ok()
            }
            #[cfg(feature = "ed25519")]
            Material::EdDsa(key) => key.holds(signature, signed),
        }
    }

    /// The HMAC over `bytes`; `None` for a key that only verifies.
    pub(crate) fn mac(&self, bytes: &[u8]) -> Option<[u8; 32]> {
        match &self.material {
            Material::Hs256(keyed) => Some(
                keyed
                    .clone()
                    .chain_update(bytes)
                    .finalize()
                    .into_bytes()
                    .into(),
            ),
            #[cfg(feature = "ed25519")]
            Material::EdDsa(_) => None,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid())
            .field("alg", &self.algorithm())
            .field("state", &self.state)
            .field("from", &self.from)
            .field("until", &self.until)
            .field("max_ttl_secs", &self.max_ttl_secs)
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::{Key, KeyFault};

    fn key(kid: &str, figure: &str) -> Key<&'static str> {
        Key::hs256(kid, &figure.repeat(64)).unwrap()
    }

    #[test]
    fn a_secret_has_32_to_128_bytes_of_lower_case_hexadecimal() {
        let fault = |secret: &str| Key::<&str>::hs256("k", secret).err();
        assert_eq!(fault(&"0".repeat(64)), None);
        assert_eq!(fault(&"0".repeat(256)), None);
        assert_eq!(
            fault(&"0".repeat(62)),
            Some(KeyFault::SecretLength { bytes: 31 })
        );
        assert_eq!(
            fault(&"0".repeat(258)),
            Some(KeyFault::SecretLength { bytes: 129 })
        );
        assert_eq!(fault(&"F".repeat(64)), Some(KeyFault::SecretHex));
        assert_eq!(fault(&"0".repeat(65)), Some(KeyFault::SecretHex));
        assert_eq!(
            Key::<&str>::hs256("k/", &"0".repeat(64)).err(),
            Some(KeyFault::Kid)
        );
    }

    #[test]
    fn the_keyed_state_is_zeroised_on_drop() {
        // A feature of the hash's crate, which nothing else here would miss.
        fn is_zeroised<T: zeroize::ZeroizeOnDrop>() {}
        is_zeroised::<sha2::block_api::Sha256VarCore>();
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", key("k1", "a"));
        assert!(shown.contains("k1") && !shown.contains("aaaa"), "{shown}");
    }
}
