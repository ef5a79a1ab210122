//! The private half, for signing.

use core::fmt;

use ed25519_dalek::{Signer, SigningKey};
use zeroize::Zeroizing;

use crate::bytes::decode_lower_hex;
use crate::key::KeyFault;

/// An Ed25519 private key, RFC 8032's 32 bytes. Zeroised on drop, never printed.
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// From 32 bytes of lower-case hexadecimal.
    ///
    /// # Errors
    /// [`KeyFault::PrivateHex`].
    pub fn from_hex(hex: &str) -> Result<Self, KeyFault> {
        let mut bytes = Zeroizing::new([0; 32]);
        decode_lower_hex(hex.as_bytes(), bytes.as_mut_slice()).ok_or(KeyFault::PrivateHex)?;
        Ok(Self(SigningKey::from_bytes(&bytes)))
    }

    /// The public half.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}
