//! Signing: from terms to a token's text (TOKEN.md §1, §2, §8). Uses the heap.

mod never;
mod terms;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use self::terms::Terms;
use crate::bytes::{UPPER_HEX, trim_blanks};
use crate::field::{Field, Members};
use crate::fields::Fields;
use crate::key::{Algorithm, Key, KeyState, PrivateKey};
use crate::path::CanonicalPath;
use crate::revocation::Revocations;
use crate::signed::Signed;
use crate::site::Site;
use crate::text::{Layout, MAX_TOKEN_BYTES, judge};

/// The facts of the request-to-be that a signature may cover, and what is known to be revoked.
#[derive(Clone, Copy, Default)]
pub struct SignedFacts<'a> {
    /// The canonical path; needed where the terms name no patterns.
    pub path: Option<CanonicalPath<'a>>,
    /// Decoded names and values of parameters; one that is not here is signed as absent.
    pub query: &'a [(&'a str, &'a str)],
    /// Names and values of headers; one that is not here is signed as absent.
    pub headers: &'a [(&'a str, &'a str)],
    /// A grant that is revoked already is not signed.
    pub revocations: Option<&'a dyn Revocations>,
}

impl fmt::Debug for SignedFacts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedFacts")
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Why nothing was signed. `field` is a token's field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignFault {
    /// The key only verifies, or is retired.
    KeyNotActive,
    /// An EdDSA key without its private half.
    NoPrivateKey,
    /// The private half is another key's.
    WrongPrivateKey,
    /// Neither a path nor patterns.
    PathRequired,
    /// A value against the table of TOKEN.md §1.
    Value {
        /// Which field.
        field: Field,
    },
    /// The token would be longer than 2,048 bytes.
    TooLong {
        /// How long.
        bytes: usize,
    },
    /// A signed parameter or header that no request could carry so.
    Unsendable {
        /// [`Field::Qs`] or [`Field::Hdr`].
        field: Field,
    },
    /// No verifier could ever grant it.
    NeverGranted {
        /// What stands against it.
        field: Field,
    },
}

impl fmt::Display for SignFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyNotActive => f.write_str("the key is not active, so it does not sign"),
            Self::NoPrivateKey => {
                f.write_str("the key has no private half here, so it only verifies")
            }
            Self::WrongPrivateKey => {
                f.write_str("the private key does not belong to the public key")
            }
            Self::PathRequired => f.write_str("a token needs a path, or patterns of paths"),
            Self::Value { field } => {
                write!(f, "{}: {}", field.as_str(), field.rule())
            }
            Self::TooLong { bytes } => {
                write!(
                    f,
                    "the token would have {bytes} bytes; {MAX_TOKEN_BYTES} are the most"
                )
            }
            Self::Unsendable { field } => write!(
                f,
                "{}: a signed value that no request could carry once and plainly",
                field.as_str()
            ),
            Self::NeverGranted { field } => {
                write!(f, "{}: {}", field.as_str(), never::why(*field))
            }
        }
    }
}

impl core::error::Error for SignFault {}

/// Signs. `private` is needed for an EdDSA key.
///
/// # Errors
/// [`SignFault`] for terms that are wrong, and for what no verifier could ever grant.
pub fn sign<T: AsRef<str>>(
    terms: &Terms,
    facts: &SignedFacts<'_>,
    site: &Site<T>,
    key: &Key<T>,
    private: Option<&PrivateKey>,
) -> Result<String, SignFault> {
    check_key(key, private)?;
    if terms.path.is_empty() && facts.path.is_none() {
        return Err(SignFault::PathRequired);
    }
    let mut text = terms.write(key.kid())?;
    let unsigned_len = text.len();
    text.push_str("~sig=");
    let signature_len = match key.algorithm() {
        Algorithm::Hs256 => 43,
        Algorithm::EdDsa => 86,
    };
    let bytes = text.len() + signature_len;
    if bytes > MAX_TOKEN_BYTES {
        return Err(SignFault::TooLong { bytes });
    }
    // The verifier's own judgement, of the same text with a signature of the right length.
    text.extend(core::iter::repeat_n('A', signature_len));
    let mut layout = Layout::new();
    judge(text.as_bytes(), &mut layout).map_err(|_| SignFault::Value { field: Field::Uses })?;
    let fields = Fields::new(text.as_bytes(), &layout);
    terms::check_own_names(&fields, site)?;
    never::check(&fields, facts, site, key)?;
    let signed = signed_bytes(&fields, facts, site)?;
    let mut encoded = String::with_capacity(86);
    match (key.mac(&signed), private) {
        (Some(mac), _) => URL_SAFE_NO_PAD.encode_string(mac, &mut encoded),
        (None, Some(private)) => URL_SAFE_NO_PAD.encode_string(private.sign(&signed), &mut encoded),
        (None, None) => return Err(SignFault::NoPrivateKey),
    }
    text.truncate(unsigned_len + "~sig=".len());
    text.push_str(&encoded);
    Ok(text)
}

fn check_key<T>(key: &Key<T>, private: Option<&PrivateKey>) -> Result<(), SignFault> {
    if key.state() != KeyState::Active {
        return Err(SignFault::KeyNotActive);
    }
    match (key.public_key(), private) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(SignFault::NoPrivateKey),
        (Some(public), Some(private)) if private.public_key() == public => Ok(()),
        (Some(_), Some(_)) => Err(SignFault::WrongPrivateKey),
    }
}

/// The bytes that a verifier will check, had it the request that the facts describe.
fn signed_bytes<T: AsRef<str>>(
    fields: &Fields<'_>,
    facts: &SignedFacts<'_>,
    site: &Site<T>,
) -> Result<Vec<u8>, SignFault> {
    let mut query = String::new();
    for (name, value) in facts.query {
        percent_encode(name, &mut query);
        query.push('=');
        percent_encode(value, &mut query);
        query.push('&');
    }
    let headers: Vec<(&[u8], &[u8])> = facts
        .headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    let signed_names = Members::of(fields.raw(Field::Hdr));
    let blank_ends = signed_names.into_iter().any(|signed| {
        let has_blanks = |value: &[u8]| trim_blanks(value) != value;
        let mut lines = headers.iter();
        lines.any(|(name, value)| name.eq_ignore_ascii_case(signed) && has_blanks(value))
    });
    let root = CanonicalPath::new("/").map_err(|_| SignFault::PathRequired)?;
    let signed = Signed {
        start: site.signed_start(),
        fields,
        path: facts.path.unwrap_or(root),
        query: Some(query.as_bytes()),
        headers: headers.as_slice(),
    };
    if blank_ends {
        return Err(SignFault::Unsendable { field: Field::Hdr });
    }
    if signed.check().is_err() {
        let header = fields.raw(Field::Qs).is_none();
        let field = if header { Field::Hdr } else { Field::Qs };
        return Err(SignFault::Unsendable { field });
    }
    let mut bytes = Vec::new();
    signed.feed(&mut [], &mut |part| bytes.extend_from_slice(part));
    Ok(bytes)
}

fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        out.push('%');
        out.push(char::from(UPPER_HEX[usize::from(byte >> 4)]));
        out.push(char::from(UPPER_HEX[usize::from(byte & 15)]));
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::{SignFault, SignedFacts, Terms, sign};
    use crate::{CanonicalPath, Field, Key, Names, Site};

    fn example() -> (Site<&'static str>, Key<&'static str>) {
        let secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let site = Site::new("media.example", Names::default()).unwrap();
        (site, Key::hs256("k1", secret).unwrap())
    }

    #[test]
    fn the_example_of_the_page_comes_out_byte_for_byte() {
        let (site, key) = example();
        let terms = Terms {
            exp: 1_900_000_000,
            qs: ["w".to_string(), "h".to_string()].into(),
            ..Terms::default()
        };
        let facts = SignedFacts {
            path: CanonicalPath::new("/a b.png").ok(),
            query: &[("w", "")],
            ..SignedFacts::default()
        };
        assert_eq!(
            sign(&terms, &facts, &site, &key, None).as_deref(),
            Ok("1~kid=k1~exp=1900000000~qs=w!h~sig=q4XrPJKvg7odH0ozK21HtTFAy5Yr_eJjrYKvd-rOFpU")
        );
    }

    #[test]
    fn a_refusal_names_the_field() {
        let (site, key) = example();
        let facts = SignedFacts {
            path: CanonicalPath::new("/a").ok(),
            ..SignedFacts::default()
        };
        let fault = |terms: &Terms| sign(terms, &facts, &site, &key, None).unwrap_err();
        let terms = Terms {
            exp: 2,
            ..Terms::default()
        };
        assert_eq!(
            fault(&Terms::default()),
            SignFault::Value { field: Field::Exp }
        );
        let uses = Terms {
            uses: Some(1),
            ..terms.clone()
        };
        assert_eq!(fault(&uses), SignFault::Value { field: Field::Uses });
        let bang = Terms {
            hdr: ["x!y".to_string()].into(),
            ..terms.clone()
        };
        assert_eq!(fault(&bang), SignFault::Value { field: Field::Hdr });
        let own = Terms {
            qs: ["cs".to_string()].into(),
            ..terms.clone()
        };
        assert_eq!(fault(&own), SignFault::Value { field: Field::Qs });
        let blank = SignedFacts {
            headers: &[("X-A", " 7"), ("x-b", "8 ")],
            ..facts
        };
        for (name, refused) in [("x-a", true), ("x-c", false)] {
            let terms = Terms {
                hdr: [name.to_string()].into(),
                ..terms.clone()
            };
            let fault = sign(&terms, &blank, &site, &key, None).err();
            let unsendable = SignFault::Unsendable { field: Field::Hdr };
            assert_eq!(fault, refused.then_some(unsendable), "{name}");
        }
        let nowhere = Terms {
            geo: ["XX".to_string()].into(),
            ..terms.clone()
        };
        assert_eq!(
            fault(&nowhere),
            SignFault::NeverGranted { field: Field::Geo }
        );
        let never = Terms {
            nbf: Some(33),
            ..terms
        };
        assert_eq!(fault(&never), SignFault::NeverGranted { field: Field::Nbf });
    }
}
