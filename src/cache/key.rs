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

/// The same, of borrowed parts: to look for an object without making its key.
#[derive(Clone, Copy, Debug)]
pub struct KeyOf<'k> {
    /// The site's name.
    pub site: &'k Arc<str>,
    /// Which opening of its store.
    pub store: u64,
    /// The object's key in the site's store.
    pub path: &'k str,
    /// The store's version id.
    pub version: Option<&'k str>,
    /// A digest of query parameters.
    pub variant: Option<[u8; 32]>,
}

impl KeyOf<'_> {
    /// The key itself.
    pub(super) fn to_key(self) -> CacheKey {
        CacheKey {
            site: Arc::clone(self.site),
            store: self.store,
            path: self.path.into(),
            version: self.version.map(Into::into),
            variant: self.variant,
        }
    }

    /// Whether this is it.
    pub(super) fn is_of(&self, key: &CacheKey) -> bool {
        let is_same = self.path == &*key.path && self.store == key.store;
        let is_alike = self.version == key.version.as_deref() && self.variant == key.variant;
        is_same && is_alike && *self.site == key.site
    }
}

impl<'k> From<&'k CacheKey> for KeyOf<'k> {
    fn from(key: &'k CacheKey) -> Self {
        Self {
            site: &key.site,
            store: key.store,
            path: &key.path,
            version: key.version.as_deref(),
            variant: key.variant,
        }
    }
}

impl Hash for CacheKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        KeyOf::from(self).hash(state);
    }
}

impl Hash for KeyOf<'_> {
    /// A store is one site's, so that the site's name tells no more.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.store);
        state.write(self.path.as_bytes());
        if let Some(version) = self.version {
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
    Object(KeyOf<'k>),
    Block(&'k BlockKey),
}

impl Equivalent<Name> for NameOf<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        match (self, name) {
            (Self::Object(key), Name::Object(other)) => key.is_of(other),
            (Self::Block(key), Name::Block(other)) => *key == other,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::{BlockKey, CacheKey, Equivalent, KeyOf, Name, NameOf};

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
                hasher.hash_one(NameOf::Object(KeyOf::from(&key))),
                hasher.hash_one(&name)
            );
            assert!(NameOf::Object(KeyOf::from(&key)).equivalent(&name));
            assert_eq!(KeyOf::from(&key).to_key(), key);
            let other = Name::Object(CacheKey {
                store: 2,
                ..key.clone()
            });
            assert!(!NameOf::Object(KeyOf::from(&key)).equivalent(&other));
        }
    }
}
