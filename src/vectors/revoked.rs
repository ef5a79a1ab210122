//! The revocations of a case.

use std::collections::HashMap;

use countersign_token::{Identity, Revocations};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Revoked {
    jti: Vec<String>,
    sub: Vec<String>,
    sid: Vec<String>,
    kid: Vec<String>,
    issued_before: Option<u64>,
    sub_issued_before: HashMap<String, u64>,
}

impl Revocations for Revoked {
    fn revokes(&self, token: &Identity<'_>) -> bool {
        let listed = |list: &[String], id: Option<&str>| {
            id.is_some_and(|id| list.iter().any(|listed| listed == id))
        };
        // A token without `iat` is older than any time.
        let issued_before =
            |time: Option<u64>| time.is_some_and(|time| token.iat.is_none_or(|iat| iat < time));
        let of_sub = token.sub.and_then(|sub| self.sub_issued_before.get(sub));
        listed(&self.jti, token.jti)
            || listed(&self.sub, token.sub)
            || listed(&self.sid, token.sid)
            || listed(&self.kid, Some(token.kid))
            || issued_before(self.issued_before)
            || issued_before(of_sub.copied())
    }
}
