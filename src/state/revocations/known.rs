//! The revocations that this process knows of, for lookups that never wait.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use countersign_token::Identity;
use tokio::sync::watch;

use super::{Page, Revocation, Subject};

/// Where everything is revoked, and not only what was issued before a time.
const ALWAYS: u64 = u64::MAX;

/// Revocations, found by what they revoke.
#[derive(Debug)]
pub struct Known {
    lists: RwLock<Lists>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Lists {
    entries: BTreeMap<u64, Revocation>,
    sites: HashMap<Box<str>, Marks>,
}

/// One site's.
#[derive(Debug, Default)]
struct Marks {
    jti: Marked,
    sub: Marked,
    sid: Marked,
    kid: Marked,
    all: Vec<Mark>,
}

type Marked = HashMap<Box<str>, Vec<Mark>>;

/// An entry as lookups need it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    id: u64,
    until: u64,
    before: u64,
}

impl Mark {
    fn holds(&self, now: u64) -> bool {
        now < self.until
    }

    fn revokes(&self, iat: Option<u64>, now: u64) -> bool {
        self.holds(now) && iat.is_none_or(|iat| iat < self.before)
    }
}

impl Known {
    pub(super) fn new() -> Self {
        Self {
            lists: RwLock::default(),
            changed: watch::Sender::new(0),
        }
    }

    /// What is revoked at `site` now, as the verifier asks for it.
    pub const fn at<'k>(&'k self, site: &'k str, now_unix_secs: u64) -> AtTime<'k> {
        let known = self;
        AtTime {
            known,
            site,
            now_unix_secs,
        }
    }

    /// Wakes whoever waits for a change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// A token of `sub` must say that it was issued at this Unix time or later, or is revoked.
    pub fn issued_before(&self, site: &str, sub: Option<&str>, now_unix_secs: u64) -> Option<u64> {
        let lists = self.read();
        let marks = lists.sites.get(site)?;
        let own = sub.and_then(|sub| marks.sub.get(sub));
        let marks = marks.all.iter().chain(own.into_iter().flatten());
        let times = marks.filter(|mark| mark.before != ALWAYS && mark.holds(now_unix_secs));
        times.map(|mark| mark.before).max()
    }

    /// The `limit` entries of `site` behind the id `after`, those that hold at `now_unix_secs`.
    pub fn page(&self, site: &str, after: u64, limit: usize, now_unix_secs: u64) -> Page {
        let lists = self.read();
        let behind = lists.entries.range(after.saturating_add(1)..);
        let mut own = behind
            .map(|(_, entry)| entry)
            .filter(|entry| entry.site == site && entry.holds(now_unix_secs));
        Page {
            entries: own.by_ref().take(limit).cloned().collect(),
            more: own.next().is_some(),
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.read().entries.len()
    }

    /// How many of them hold.
    pub(super) fn in_force(&self, now_unix_secs: u64) -> usize {
        let lists = self.read();
        let holding = lists.entries.values();
        holding.filter(|entry| entry.holds(now_unix_secs)).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn all(&self) -> Vec<Revocation> {
        self.read().entries.values().cloned().collect()
    }

    pub(super) fn has(&self, site: &str, id: u64) -> bool {
        let lists = self.read();
        lists.entries.get(&id).is_some_and(|own| own.site == site)
    }

    pub(super) fn insert(&self, entry: Revocation) {
        {
            let mut lists = self.write();
            let marks = lists.sites.entry(entry.site.as_str().into()).or_default();
            marks.add(&entry);
            lists.entries.insert(entry.id, entry);
        }
        self.tell();
    }

    pub(super) fn remove(&self, id: u64) {
        {
            self.write().remove(id);
        }
        self.tell();
    }

    /// Forgets what no longer holds; how many.
    pub(super) fn expire(&self, now_unix_secs: u64) -> usize {
        let mut lists = self.write();
        let over = lists.entries.values();
        let over = over.filter(|entry| !entry.holds(now_unix_secs));
        let over: Vec<u64> = over.map(|entry| entry.id).collect();
        for id in &over {
            lists.remove(*id);
        }
        over.len()
    }

    fn tell(&self) {
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    fn read(&self) -> RwLockReadGuard<'_, Lists> {
        self.lists.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Lists> {
        self.lists.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lists {
    fn remove(&mut self, id: u64) {
        let Some(entry) = self.entries.remove(&id) else {
            return;
        };
        let site = entry.site.as_str();
        if let Some(marks) = self.sites.get_mut(site) {
            marks.take(&entry);
            if marks.is_empty() {
                self.sites.remove(site);
            }
        }
    }
}

impl Marks {
    fn place<'m>(&'m mut self, subject: &'m Subject) -> (Option<(&'m mut Marked, &'m str)>, u64) {
        match subject {
            Subject::Jti(jti) => (Some((&mut self.jti, jti)), ALWAYS),
            Subject::Sub(sub) => (Some((&mut self.sub, sub)), ALWAYS),
            Subject::Sid(sid) => (Some((&mut self.sid, sid)), ALWAYS),
            Subject::Kid(kid) => (Some((&mut self.kid, kid)), ALWAYS),
            Subject::SubIssuedBefore { sub, before } => (Some((&mut self.sub, sub)), *before),
            Subject::IssuedBefore(before) => (None, *before),
        }
    }

    fn add(&mut self, entry: &Revocation) {
        let (named, before) = self.place(&entry.subject);
        let mark = Mark {
            id: entry.id,
            until: entry.until.unwrap_or(u64::MAX),
            before,
        };
        match named {
            Some((marked, name)) => marked.entry(name.into()).or_default().push(mark),
            None => self.all.push(mark),
        }
    }

    fn take(&mut self, entry: &Revocation) {
        let other = |mark: &Mark| mark.id != entry.id;
        match self.place(&entry.subject) {
            (None, _) => self.all.retain(other),
            (Some((marked, name)), _) => {
                let left = marked.get_mut(name).is_some_and(|marks| {
                    marks.retain(other);
                    !marks.is_empty()
                });
                if !left {
                    marked.remove(name);
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        let named = [&self.jti, &self.sub, &self.sid, &self.kid];
        self.all.is_empty() && named.into_iter().all(HashMap::is_empty)
    }

    fn revokes(&self, token: &Identity<'_>, now: u64) -> bool {
        let revokes = |marks: &Vec<Mark>| marks.iter().any(|mark| mark.revokes(token.iat, now));
        let named = |marked: &Marked, name: Option<&str>| {
            let marks = name.and_then(|name| marked.get(name));
            marks.is_some_and(revokes)
        };
        named(&self.jti, token.jti)
            || named(&self.sub, token.sub)
            || named(&self.sid, token.sid)
            || named(&self.kid, Some(token.kid))
            || revokes(&self.all)
    }
}

/// What is revoked at one site at one time.
#[derive(Clone, Copy, Debug)]
pub struct AtTime<'k> {
    known: &'k Known,
    site: &'k str,
    now_unix_secs: u64,
}

impl countersign_token::Revocations for AtTime<'_> {
    fn revokes(&self, token: &Identity<'_>) -> bool {
        let lists = self.known.read();
        let marks = lists.sites.get(self.site);
        marks.is_some_and(|marks| marks.revokes(token, self.now_unix_secs))
    }

    fn is_empty(&self) -> bool {
        !self.known.read().sites.contains_key(self.site)
    }
}

#[cfg(test)]
mod tests {
    use countersign_token::{Identity, Revocations};

    use super::{Known, Revocation, Subject};

    fn known(subjects: &[Subject]) -> Known {
        let known = Known::new();
        for (id, subject) in subjects.iter().enumerate() {
            known.insert(Revocation {
                id: id as u64 + 1,
                site: "media".to_owned(),
                subject: subject.clone(),
                created_at: 0,
                until: Some(100),
                note: None,
                by: "t".to_owned(),
            });
        }
        known
    }

    fn token(iat: Option<u64>) -> Identity<'static> {
        Identity {
            kid: "k",
            jti: Some("j"),
            sub: Some("u"),
            sid: Some("s"),
            iat,
        }
    }

    #[test]
    fn each_kind_revokes_its_own_at_its_site_and_until_its_end() {
        let before = |sub: &str, before| Subject::SubIssuedBefore {
            sub: sub.to_owned(),
            before,
        };
        for (subject, iat, revoked) in [
            (Subject::Jti("j".into()), Some(9), true),
            (Subject::Jti("u".into()), Some(9), false),
            (Subject::Sub("u".into()), Some(9), true),
            (Subject::Sid("s".into()), Some(9), true),
            (Subject::Kid("k".into()), Some(9), true),
            (Subject::Kid("j".into()), Some(9), false),
            (Subject::IssuedBefore(10), Some(9), true),
            (Subject::IssuedBefore(10), Some(10), false),
            (Subject::IssuedBefore(10), None, true),
            (before("u", 10), Some(9), true),
            (before("u", 10), None, true),
            (before("u", 9), Some(9), false),
            (before("v", 10), Some(9), false),
        ] {
            let known = known(std::slice::from_ref(&subject));
            let revokes = |site, now| known.at(site, now).revokes(&token(iat));
            assert_eq!(revokes("media", 99), revoked, "{subject:?}");
            assert!(!revokes("media", 100) && !revokes("other", 0));
            assert!(!known.at("media", 0).is_empty() && known.at("other", 0).is_empty());
            known.remove(1);
            assert!(known.is_empty() && known.at("media", 0).is_empty());
        }
    }

    #[test]
    fn what_is_signed_now_must_be_younger_than_every_time_that_holds() {
        let known = known(&[
            Subject::IssuedBefore(10),
            Subject::SubIssuedBefore {
                sub: "u".into(),
                before: 30,
            },
            Subject::Sub("v".into()),
        ]);
        assert_eq!(known.issued_before("media", None, 50), Some(10));
        assert_eq!(known.issued_before("media", Some("u"), 50), Some(30));
        assert_eq!(known.issued_before("media", Some("v"), 50), Some(10));
        assert_eq!(known.issued_before("media", Some("u"), 100), None);
        assert_eq!(known.issued_before("other", Some("u"), 50), None);
        assert_eq!(known.expire(100), 3);
        assert!(known.is_empty());
    }
}
