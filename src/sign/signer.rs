//! A site's signing key at work, and the token crate's refusals in the request's own words.

use countersign_token::{
    CanonicalPath, Field, Identity, Key, PrivateKey, Revocations as _, SignFault, SignedFacts,
    Terms, sign, signing_key,
};

use super::request::{SignRequest, TokenId};
use crate::answer::problem::FieldFault;
use crate::config::model::{Site, Text};
use crate::state::{AtTime, Known};

/// Stands for a `jti` that is yet to be made.
const ANY_TOKEN_ID: &str = "-";

/// What signs for a site at one time.
pub(super) struct Signer<'s> {
    pub(super) site: &'s Site,
    pub(super) key: &'s Key<Text>,
    private: Option<&'s PrivateKey>,
    revoked: Option<AtTime<'s>>,
}

impl<'s> Signer<'s> {
    /// `None` where no key is active at `now`.
    pub(super) fn new(site: &'s Site, now_unix_secs: u64) -> Option<Self> {
        let key = signing_key(&site.keys.keys, now_unix_secs)?;
        let mut private = site.keys.private.iter();
        let private = private
            .find(|(kid, _)| kid == key.kid())
            .map(|(_, private)| private);
        Some(Self {
            site,
            key,
            private,
            revoked: None,
        })
    }

    /// It signs nothing that is revoked already.
    pub(super) fn with_revocations(self, known: &'s Known, now_unix_secs: u64) -> Self {
        let revoked = Some(known.at(self.site.token.name(), now_unix_secs));
        Self { revoked, ..self }
    }

    /// Whether a token of these terms would be revoked from the start.
    pub(super) fn revokes(&self, terms: &Terms) -> bool {
        let identity = Identity {
            kid: self.key.kid(),
            jti: terms.jti.as_deref(),
            sub: terms.sub.as_deref(),
            sid: terms.sid.as_deref(),
            iat: terms.iat,
        };
        self.revoked.is_some_and(|at| at.revokes(&identity))
    }

    pub(super) fn sign(&self, request: &SignRequest, terms: &Terms) -> Result<String, SignFault> {
        let facts = SignedFacts {
            path: request.canonical_path(),
            query: &present(&request.query),
            headers: &present(&request.headers),
            ..SignedFacts::default()
        };
        sign(terms, &facts, &self.site.token, self.key, self.private)
    }

    /// Every value that no token may have, found by signing without the ones found so far, so that
    /// the token crate stays the only one that knows. What is signed here is thrown away.
    pub(super) fn faults(&self, request: &SignRequest, now_unix_secs: u64) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut probe = request.clone();
        probe.path = Some("/".to_owned());
        probe.terms.exp = now_unix_secs.saturating_add(1);
        probe.terms.jti = match &request.jti {
            TokenId::Given(jti) => Some(jti.clone()),
            TokenId::Random => Some(ANY_TOKEN_ID.to_owned()),
            TokenId::None => None,
        };
        while let Err(SignFault::Value { field }) = self.sign(&probe, &probe.terms) {
            faults.push(fault(field, &SignFault::Value { field }));
            if !clear(&mut probe.terms, field) {
                break;
            }
        }
        let path = request.canonical_path();
        faults.extend(path.and_then(|path| self.path_fault(&path)));
        faults
    }

    /// A path that would be read as a token, or that the key does not open.
    fn path_fault(&self, path: &CanonicalPath<'_>) -> Option<FieldFault> {
        let param = self.site.token.param();
        let first = path.as_str().strip_prefix('/')?.strip_prefix(param);
        let detail = if first.is_some_and(|rest| rest.starts_with('=')) {
            format!("starts with \"/{param}=\", which is read as a token")
        } else if self.key.paths().is_some_and(|open| !open.covers(path)) {
            "is not among the signing key's paths".to_owned()
        } else {
            return None;
        };
        Some(FieldFault {
            pointer: "/path".to_owned(),
            detail,
        })
    }
}

pub(super) fn present(values: &[(String, Option<String>)]) -> Vec<(&str, &str)> {
    values
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
        .collect()
}

/// A refusal of the token crate as a fault of the request's field.
pub(super) fn fault(field: Field, refusal: &SignFault) -> FieldFault {
    let text = refusal.to_string();
    let detail = text
        .split_once(": ")
        .map_or(text.as_str(), |(_, detail)| detail);
    let detail = match (field, refusal) {
        (Field::Cd, _) => "must be a file name of 1–180 bytes without / and \\",
        (Field::Uses, _) => "must be a number from 1 to 1000000",
        _ => detail,
    };
    FieldFault {
        pointer: pointer(field).to_owned(),
        detail: detail.to_owned(),
    }
}

const fn pointer(field: Field) -> &'static str {
    match field {
        Field::Exp => "/expires_at",
        Field::Nbf => "/not_before",
        Field::Path => "/paths",
        Field::Ip => "/ip",
        Field::Geo => "/geo",
        Field::Method => "/methods",
        Field::Qs => "/qs",
        Field::Hdr => "/hdr",
        Field::Jti => "/jti",
        Field::Sub => "/sub",
        Field::Sid => "/sid",
        Field::Uses => "/uses",
        Field::Ver => "/version",
        Field::Cd => "/download_as",
        Field::Ct => "/content_type",
        Field::Bps => "/max_bytes_per_sec",
        Field::Data => "/data",
        Field::Kid | Field::Iat => "",
    }
}

/// Takes a field out; false for one that no request sets.
fn clear(terms: &mut Terms, field: Field) -> bool {
    match field {
        Field::Nbf => terms.nbf = None,
        Field::Path => terms.path.clear(),
        Field::Ip => terms.ip.clear(),
        Field::Geo => terms.geo.clear(),
        Field::Method => terms.method.clear(),
        Field::Qs => terms.qs.clear(),
        Field::Hdr => terms.hdr.clear(),
        // Without any, uses would be at fault as well.
        Field::Jti => terms.jti = Some(ANY_TOKEN_ID.to_owned()),
        Field::Sub => terms.sub = None,
        Field::Sid => terms.sid = None,
        Field::Uses => terms.uses = None,
        Field::Ver => terms.ver = None,
        Field::Cd => terms.cd = None,
        Field::Ct => terms.ct = None,
        Field::Bps => terms.bps = None,
        Field::Data => terms.data = None,
        Field::Kid | Field::Exp | Field::Iat => return false,
    }
    true
}
