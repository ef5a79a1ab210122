//! Static API keys, known by their SHA-256 only.

use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::model::ApiKey;
use crate::sign::caller::Caller;
use crate::sign::claims::Claims;

/// The configured keys.
pub(in crate::sign) struct ApiKeys(Vec<([u8; 32], Caller)>);

impl ApiKeys {
    /// Makes each key's caller. The key's name is its `sub` unless its claims name another.
    pub(in crate::sign) fn new(keys: &[ApiKey]) -> Self {
        Self(keys.iter().map(|key| (key.sha256, caller(key))).collect())
    }

    /// The caller with this key. All keys are compared, each in constant time.
    pub(super) fn find(&self, token: &str) -> Option<Caller> {
        if self.0.is_empty() {
            return None;
        }
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let mut found = None;
        for (sha256, caller) in &self.0 {
            if bool::from(sha256.ct_eq(&digest)) {
                found = Some(caller);
            }
        }
        found.cloned()
    }
}

fn caller(key: &ApiKey) -> Caller {
    let mut claims = key.claims.clone();
    claims
        .entry("sub")
        .or_insert_with(|| Value::from(key.name.as_str()));
    Caller {
        authority: "api_key".to_owned(),
        name: key.name.clone(),
        claims: Claims::new(claims),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sha2::{Digest, Sha256};

    use super::ApiKeys;
    use crate::config::model::ApiKey;

    #[test]
    fn a_key_is_known_by_its_digest_and_named_by_its_name() {
        let keys = ApiKeys::new(&[ApiKey {
            name: "shop".to_owned(),
            sha256: Sha256::digest(b"the.api.key").into(),
            claims: json!({ "role": "backend" }).as_object().unwrap().clone(),
        }]);
        let caller = keys.find("the.api.key").unwrap();
        assert_eq!(caller.name, "shop");
        assert_eq!(caller.claims.text("sub"), Some("shop"));
        assert_eq!(caller.claims.text("role"), Some("backend"));
        assert_eq!(keys.find("the.api.kez"), None);
        assert_eq!(keys.find(""), None);
    }
}
