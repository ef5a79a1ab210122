//! The Countersign token: parse, verify, explain and sign.
//!
//! A token is signed text that lets its bearer fetch a path until a time. This crate is the whole
//! of what decides over it, so that an origin, an edge, a tool and a browser cannot differ: it
//! knows no clock, no I/O and no HTTP types, and needs the heap only to sign and to explain. The
//! format is written down in the project's `docs/TOKEN.md`; section numbers here are that page's.
//!
//! ```
//! use countersign_token::{
//!     CanonicalPath, Key, Names, Request, Scratch, SignedFacts, Site, Terms, Verdict, Verifier, sign,
//! };
//!
//! let site = Site::new("media.example", Names::default())?;
//! let keys = [Key::hs256("k1", &"0f".repeat(32))?];
//!
//! let terms = Terms { exp: 1_900_000_000, ..Terms::default() };
//! let facts = SignedFacts { path: Some(CanonicalPath::new("/a b.png")?), ..SignedFacts::default() };
//! let token = sign(&terms, &facts, &site, &keys[0], None)?;
//!
//! let verifier = Verifier { site: &site, policy: &[], keys: &keys, revocations: &() };
//! let target = format!("/a%20b.png?cs={token}");
//! let request = Request {
//!     method: "GET",
//!     target: target.as_bytes(),
//!     headers: (),
//!     client: None,
//!     country: None,
//! };
//! let mut scratch = Scratch::new();
//! let Verdict::Granted(grant) = verifier.verify(&request, 1_899_999_000, &mut scratch) else {
//!     panic!("it was signed for this path");
//! };
//! assert_eq!(grant.path().as_str(), "/a b.png");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Features, both on by default: `alloc` for signing and for explanations that are kept, `ed25519`
//! for EdDSA keys. Without them the crate verifies HS256 and links no allocator.
//!
//! Trust is a type: a [`Grant`] comes out of [`Verifier::verify`] and from nowhere else.
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod address;
mod base64url;
mod bytes;
mod carrier;
#[cfg(feature = "alloc")]
mod diagnosis;
mod escape;
mod explain;
mod field;
mod fields;
mod key;
mod netstring;
mod number;
mod onward;
mod path;
mod pattern;
mod reason;
mod request;
mod revocation;
mod scratch;
#[cfg(feature = "alloc")]
mod sign;
mod signed;
mod site;
mod text;
mod verdict;
mod verify;
mod watch;

pub use self::address::ClientAddress;
pub use self::carrier::Carrier;
#[cfg(feature = "alloc")]
pub use self::diagnosis::{Diagnosis, Piece};
pub use self::escape::Escaped;
#[cfg(feature = "alloc")]
pub use self::escape::escape;
#[cfg(feature = "alloc")]
pub use self::explain::{Explanation, Step};
pub use self::explain::{Outcome, Tell};
pub use self::field::{Field, MAX_LIST, MAX_USES, MIN_BPS};
pub use self::fields::Fields;
#[cfg(feature = "alloc")]
pub use self::key::PrivateKey;
pub use self::key::{Algorithm, Key, KeyFault, KeyState, RingFault, check_ring, signing_key};
pub use self::onward::{EdgeRevocation, Onward, named_parameters};
pub use self::path::{BadPath, CanonicalPath, MAX_PATH_BYTES};
pub use self::pattern::{BadPattern, PatternFault, Patterns, pattern_is_inside};
pub use self::reason::Reason;
pub use self::request::{Headers, Request};
pub use self::revocation::{Identity, Revocations};
pub use self::scratch::Scratch;
#[cfg(feature = "alloc")]
pub use self::sign::{SignFault, SignedFacts, Terms, sign};
pub use self::site::{DEFAULT_SKEW_SECS, Mode, Names, PolicyRule, Site, SiteFault};
pub use self::text::MAX_TOKEN_BYTES;
pub use self::verdict::{Denial, Grant, Verdict};
pub use self::verify::Verifier;
