//! Tokens, and requests that bring them.

use countersign::link::link;
use countersign_token::{CanonicalPath, Carrier, Key, Names, SignedFacts, Site, sign};

pub(crate) use countersign_token::Terms;

/// The secret of the key `k1` of every site.
pub(crate) const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// The secret of the key `old`.
pub(crate) const OLD_SECRET: &str =
    "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";

/// When a fixed clock stands.
pub(crate) const NOW: u64 = 1_900_000_000;

/// Ten minutes from a fixed clock's time.
pub(crate) fn terms() -> Terms {
    Terms {
        exp: NOW + 600,
        ..Terms::default()
    }
}

/// A token of the site `media`.
pub(crate) fn token(path: &str, terms: &Terms) -> String {
    token_of("media", ("k1", SECRET), path, terms)
}

/// A token of any site and key.
pub(crate) fn token_of(site: &str, key: (&str, &str), path: &str, terms: &Terms) -> String {
    let key = Key::<String>::hs256(key.0, key.1).unwrap();
    let site = Site::new(site.to_owned(), Names::default()).unwrap();
    let facts = SignedFacts {
        path: CanonicalPath::new(path).ok(),
        ..SignedFacts::default()
    };
    sign(terms, &facts, &site, &key, None).unwrap()
}

/// A target with its token in the query.
pub(crate) fn target(path: &str, token: &str) -> String {
    in_url(path, token, Carrier::Query)
}

/// A target with its token in the query or the path.
pub(crate) fn in_url(path: &str, token: &str, carrier: Carrier) -> String {
    let path = CanonicalPath::new(path).unwrap();
    link("", &path, &[], token, carrier, "cs")
}

/// A path of the site `media`, signed for ten minutes.
pub(crate) fn signed(path: &str) -> String {
    target(path, &token(path, &terms()))
}

/// The same with terms.
pub(crate) fn signed_with(path: &str, terms: &Terms) -> String {
    target(path, &token(path, terms))
}
