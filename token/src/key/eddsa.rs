//! Strict Ed25519: what RFC 8032 leaves open is closed, so that every verifier agrees
//! (TOKEN.md §2).

#[cfg(feature = "alloc")]
mod private;

use ed25519_dalek::{Signature, VerifyingKey};

#[cfg(feature = "alloc")]
pub use self::private::PrivateKey;

/// 2²⁵⁵ − 19, little-endian.
const P: [u8; 32] = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

/// The two y of the points of order 8, little-endian; a test holds them against the curve's library.
const ORDER_8: [[u8; 32]; 2] = [
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// Whether an encoded point is canonical and not of small order, as seen on its y.
fn is_strict(encoded: &[u8; 32]) -> bool {
    let mut y = *encoded;
    y[31] &= 0x7f;
    let below_p = y.iter().rev().lt(P.iter().rev());
    let is_small = |byte: u8| y[0] == byte && y[1..].iter().all(|&byte| byte == 0);
    let mut p_minus_1 = P;
    p_minus_1[0] -= 1;
    below_p && !is_small(0) && !is_small(1) && y != p_minus_1 && !ORDER_8.contains(&y)
}

/// A public key that passed [`is_strict`].
#[derive(Clone)]
pub(super) struct PublicKey(VerifyingKey);

impl PublicKey {
    pub(super) fn new(bytes: [u8; 32]) -> Option<Self> {
        let key = is_strict(&bytes).then(|| VerifyingKey::from_bytes(&bytes).ok())??;
        Some(Self(key))
    }

    pub(super) fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The library refuses an S at or above the group order, and compares the R that it computes,
    /// without the cofactor, with the encoded one.
    pub(super) fn holds(
        &self,
        signature: &[u8],
        signed: impl FnOnce(&mut dyn FnMut(&[u8])),
    ) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        if !is_strict(signature.r_bytes()) {
            return false;
        }
        let Ok(mut verifier) = self.0.verify_stream(&signature) else {
            return false;
        };
        signed(&mut |bytes| verifier.update(bytes));
        verifier.finalize_and_verify().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{ORDER_8, P, PublicKey, is_strict};

    fn with_top_bit(mut y: [u8; 32]) -> [u8; 32] {
        y[31] |= 0x80;
        y
    }

    #[test]
    fn small_order_and_non_canonical_points_are_refused_with_either_sign() {
        let mut zero = [0; 32];
        let mut minus_one = P;
        minus_one[0] -= 1;
        let mut above = P;
        above[0] += 1;
        let mut refused = std::vec![
            zero, minus_one, P, above, [0xff; 32], ORDER_8[0], ORDER_8[1]
        ];
        zero[0] = 1;
        refused.push(zero);
        for y in refused {
            assert!(!is_strict(&y), "{y:02x?}");
            assert!(!is_strict(&with_top_bit(y)), "{y:02x?}");
            assert!(PublicKey::new(y).is_none());
        }
        let mut two = [0; 32];
        two[0] = 2;
        assert!(is_strict(&two));
    }

    #[test]
    fn the_listed_points_are_those_of_order_8() {
        for y in ORDER_8 {
            let point = curve25519_dalek::edwards::CompressedEdwardsY(y)
                .decompress()
                .unwrap();
            assert!(point.is_small_order());
            assert!(
                !(point + point + point + point)
                    .eq(&curve25519_dalek::traits::Identity::identity())
            );
        }
    }
}
