//! What tells cached objects apart.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use moka::Equivalent;

/// The name of one cached object. Two sites never share one, even over the same store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheKey {
    /// The site's name.
    pub site: Arc<str>,
    /// Which opening of its store: what another store held under the same name is never served.
    pub store: u64,
    /// The object's key in the site's store.
    pub path: Arc<str>,
    /// The store's version id, where the request names one.
    pub version: Option<Arc<str>>,
    /// A digest of the query parameters that the site names, where the request has one.
    pub variant: Option<[u8; 32]>,
}

impl Hash for CacheKey {
    /// A store is one site's, so that the site's name tells no more.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.store);
        state.write(self.path.as_bytes());
        if let Some(version) = &self.version {
            state.write(version.as_bytes());
        }
        if let Some(variant) = &self.variant {
            state.write(variant);
        }
    }
}

impl CacheKey {
    /// What the key itself weighs.
    pub(super) fn len_bytes(&self) -> usize {
        let version = self.version.as_deref().map_or(0, str::len);
        let variant = self.variant.map_or(0, |digest| digest.len());
        self.site.len() + self.path.len() + version + variant
    }
}

/// A block of a version, by the version's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct BlockKey {
    pub(super) version: u64,
    pub(super) index: u64,
}

/// The name of what is kept.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Object(CacheKey),
    Block(BlockKey),
}

/// A name, to be looked for without making one. Its variants are those of [`Name`] in their order,
/// so that both have one hash.
#[derive(Debug, Hash)]
pub(super) enum NameOf<'k> {
    Object(&'k CacheKey),
    Block(&'k BlockKey),
}

impl Equivalent<Name> for NameOf<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        match (self, name) {
            (Self::Object(key), Name::Object(other)) => *key == other,
            (Self::Block(key), Name::Block(other)) => *key == other,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::{BlockKey, CacheKey, Equivalent, Name, NameOf};

    #[test]
    fn an_object_is_found_by_its_key_alone() {
        let hasher = RandomState::new();
        let block = BlockKey {
            version: 1,
            index: 2,
        };
        let name = Name::Block(block);
        assert_eq!(
            hasher.hash_one(NameOf::Block(&block)),
            hasher.hash_one(&name)
        );
        assert!(NameOf::Block(&block).equivalent(&name));
        for version in [None, Some("v".into())] {
            let key = CacheKey {
                site: "s".into(),
                store: 1,
                path: "/a".into(),
                version,
                variant: None,
            };
            let name = Name::Object(key.clone());
            assert_eq!(
                hasher.hash_one(NameOf::Object(&key)),
                hasher.hash_one(&name)
            );
            assert!(NameOf::Object(&key).equivalent(&name));
            let other = Name::Object(CacheKey {
                store: 2,
                ..key.clone()
            });
            assert!(!NameOf::Object(&key).equivalent(&other));
        }
    }
}
