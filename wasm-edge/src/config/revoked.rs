//! A site's revocations, as far as an edge has them.

use countersign_token::{Identity, Revocations};

use crate::fault::What;
use crate::reader::{Reader, Texts};

/// What is revoked. Lists are gone through from their start: they are meant to be short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Revoked<'c> {
    jti: Texts<'c>,
    sub: Texts<'c>,
    sid: Texts<'c>,
    kid: Texts<'c>,
    issued_before: Option<u64>,
    sub_issued_before: Times<'c>,
}

/// Users, each with the time before which nothing that was issued to them holds.
#[derive(Clone, Copy, Debug)]
struct Times<'c> {
    count: u32,
    all: Reader<'c>,
}

impl<'c> Times<'c> {
    fn read(reader: &mut Reader<'c>) -> Result<Self, What> {
        let count = reader.u32()?;
        let all = *reader;
        for _ in 0..count {
            reader.text()?;
            reader.u64()?;
        }
        Ok(Self { count, all })
    }

    fn of(&self, sub: &str) -> Option<u64> {
        let mut all = self.all;
        (0..self.count)
            .map_while(|_| Some((all.text().ok()?, all.u64().ok()?)))
            .find(|(listed, _)| *listed == sub)
            .map(|(_, time)| time)
    }
}

impl<'c> Revoked<'c> {
    pub(super) fn read(reader: &mut Reader<'c>) -> Result<Self, What> {
        Ok(Self {
            jti: reader.texts()?,
            sub: reader.texts()?,
            sid: reader.texts()?,
            kid: reader.texts()?,
            issued_before: reader.optional()?,
            sub_issued_before: Times::read(reader)?,
        })
    }
}

impl Revocations for Revoked<'_> {
    fn revokes(&self, token: &Identity<'_>) -> bool {
        // A token without `iat` is older than any time.
        let is_before =
            |time: Option<u64>| time.is_some_and(|time| token.iat.is_none_or(|iat| iat < time));
        self.jti.holds(token.jti)
            || self.sub.holds(token.sub)
            || self.sid.holds(token.sid)
            || self.kid.holds(Some(token.kid))
            || is_before(self.issued_before)
            || is_before(token.sub.and_then(|sub| self.sub_issued_before.of(sub)))
    }

    fn is_empty(&self) -> bool {
        self.jti.is_empty()
            && self.sub.is_empty()
            && self.sid.is_empty()
            && self.kid.is_empty()
            && self.issued_before.is_none()
            && self.sub_issued_before.count == 0
    }
}
