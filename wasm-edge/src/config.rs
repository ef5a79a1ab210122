//! The configuration as it is read from its bytes (ABI.md): sites, their keys, their policies.

mod revoked;
mod site;

use arrayvec::ArrayVec;
use countersign_token::{
    Key, KeyState, Mode, Names, Patterns, PolicyRule, Reason, Site as TokenSite, check_ring,
};

use self::revoked::Revoked;
pub(crate) use self::site::Site;
use crate::fault::{ConfigFault, What, of_ring};
use crate::reader::Reader;

/// How many sites there is room for.
pub(crate) const MAX_SITES: usize = 16;
/// How many keys, of all sites.
pub(crate) const MAX_KEYS: usize = 64;
/// How many rules of policy, of all sites.
pub(crate) const MAX_RULES: usize = 256;

/// All sites of an edge. Texts stay where they were read from; keys are kept here, as keyed states.
#[derive(Debug)]
pub struct Config<'c> {
    sites: ArrayVec<Site<'c>, MAX_SITES>,
    keys: ArrayVec<Key<&'c str>, MAX_KEYS>,
    rules: ArrayVec<PolicyRule<&'c str>, MAX_RULES>,
}

impl Default for Config<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'c> Config<'c> {
    /// No site, so that nothing is decided.
    pub const fn new() -> Self {
        Self {
            sites: ArrayVec::new_const(),
            keys: ArrayVec::new_const(),
            rules: ArrayVec::new_const(),
        }
    }

    /// Forgets everything; keyed states are overwritten.
    pub fn clear(&mut self) {
        self.sites.clear();
        self.keys.clear();
        self.rules.clear();
    }

    /// Reads sites from `bytes`, and the keys' material from `secrets`, which can be wiped then.
    ///
    /// # Errors
    /// The first [`ConfigFault`]; nothing is configured then.
    pub fn fill(&mut self, bytes: &'c [u8], secrets: &[u8]) -> Result<(), ConfigFault> {
        self.clear();
        let read = self.read(Reader::new(bytes), Reader::new(secrets));
        if read.is_err() {
            self.clear();
        }
        read
    }

    fn read(&mut self, mut text: Reader<'c>, mut secrets: Reader<'_>) -> Result<(), ConfigFault> {
        let count = text.size().ok_or(What::Layout.at(0, 0))?;
        if count == 0 {
            return Err(What::NoSite.at(0, 0));
        }
        for place in 0..count {
            self.site(place, &mut text, &mut secrets)?;
        }
        if text.is_at_end() && secrets.is_at_end() {
            Ok(())
        } else {
            Err(What::Layout.at(count, 0))
        }
    }

    fn site(
        &mut self,
        place: usize,
        text: &mut Reader<'c>,
        secrets: &mut Reader<'_>,
    ) -> Result<(), ConfigFault> {
        let layout = What::Layout.at(place, 0);
        let token = token_site(text)
            .ok_or(layout)?
            .map_err(|what| what.at(place, 0))?;
        let statuses = statuses(text).ok_or(layout)?;
        let revocation = site::revocation(text.u32().ok_or(layout)?).ok_or(layout)?;
        let cache_names = text.texts().ok_or(layout)?;
        let rules_from = self.rules.len();
        for item in 0..text.size().ok_or(layout)? {
            let rule = rule(text).map_err(|what| what.at(place, item))?;
            let room = self.rules.try_push(rule);
            room.map_err(|_| What::Rules.at(place, item))?;
        }
        let keys_from = self.keys.len();
        for item in 0..text.size().ok_or(layout)? {
            let key = key(text, secrets).map_err(|what| what.at(place, item))?;
            let room = self.keys.try_push(key);
            room.map_err(|_| What::Keys.at(place, item))?;
        }
        if let Err((what, item)) = check_ring(&self.keys[keys_from..]).map_err(of_ring) {
            return Err(what.at(place, item));
        }
        let site = Site {
            token,
            statuses,
            revocation,
            cache_names,
            rules: rules_from..self.rules.len(),
            keys: keys_from..self.keys.len(),
            revoked: Revoked::read(text).ok_or(layout)?,
        };
        let room = self.sites.try_push(site);
        room.map_err(|_| What::Sites.at(place, 0))
    }

    /// The site of that number, and what it verifies with.
    pub(crate) fn of(&self, number: u32) -> Option<Configured<'_, 'c>> {
        let site = self.sites.get(number as usize)?;
        Some(Configured {
            site,
            rules: self.rules.get(site.rules.clone())?,
            keys: self.keys.get(site.keys.clone())?,
        })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }
}

/// A site with its part of the lists.
pub(crate) struct Configured<'s, 'c> {
    pub(crate) site: &'s Site<'c>,
    pub(crate) rules: &'s [PolicyRule<&'c str>],
    pub(crate) keys: &'s [Key<&'c str>],
}

/// `None`: not of the layout.
fn token_site<'c>(text: &mut Reader<'c>) -> Option<Result<TokenSite<&'c str>, What>> {
    let name = text.text()?;
    let names = Names {
        param: text.text()?,
        header: text.text()?,
        cookie: text.text()?,
    };
    let skew_secs = text.u64()?;
    let max_ttl_secs = text.optional()?;
    let site = TokenSite::new(name, names).map(|site| {
        site.with_skew_secs(skew_secs)
            .with_max_ttl_secs(max_ttl_secs)
    });
    Some(site.map_err(What::from))
}

fn statuses(text: &mut Reader<'_>) -> Option<[u16; Reason::ALL.len()]> {
    let mut statuses = [0; Reason::ALL.len()];
    for status in &mut statuses {
        *status = u16::try_from(text.u32()?).ok()?;
    }
    Some(statuses)
}

fn rule<'c>(text: &mut Reader<'c>) -> Result<PolicyRule<&'c str>, What> {
    let mode = match text.u32().ok_or(What::Layout)? {
        0 => Mode::Required,
        1 => Mode::Optional,
        2 => Mode::Public,
        3 => Mode::Report,
        _ => return Err(What::Layout),
    };
    let paths = text.text().ok_or(What::Layout)?;
    let paths = Patterns::parse(paths).map_err(|_| What::RulePaths)?;
    Ok(PolicyRule { paths, mode })
}

fn key<'c>(text: &mut Reader<'c>, secrets: &mut Reader<'_>) -> Result<Key<&'c str>, What> {
    let algorithm = text.u32().ok_or(What::Layout)?;
    let state = match text.u32().ok_or(What::Layout)? {
        0 => KeyState::Active,
        1 => KeyState::Accept,
        2 => KeyState::Retired,
        _ => return Err(What::Layout),
    };
    let kid = text.text().ok_or(What::Layout)?;
    let from = text.optional().ok_or(What::Layout)?;
    let until = text.optional().ok_or(What::Layout)?;
    let max_ttl_secs = text.optional().ok_or(What::Layout)?;
    let paths = match text.text().ok_or(What::Layout)? {
        "" => None,
        paths => Some(Patterns::parse(paths).map_err(|_| What::KeyPaths)?),
    };
    let material = secrets.text().ok_or(What::Layout)?;
    let key = match algorithm {
        0 => Key::hs256(kid, material).map_err(What::from)?,
        1 => eddsa(kid, material)?,
        _ => return Err(What::Layout),
    };
    Ok(key
        .with_state(state)
        .with_from(from)
        .with_until(until)
        .with_max_ttl_secs(max_ttl_secs)
        .with_paths(paths))
}

#[cfg(feature = "ed25519")]
fn eddsa<'c>(kid: &str, public: &str) -> Result<Key<&'c str>, What> {
    Key::eddsa(kid, public).map_err(What::from)
}

#[cfg(not(feature = "ed25519"))]
fn eddsa<'c>(_kid: &str, _public: &str) -> Result<Key<&'c str>, What> {
    Err(What::Algorithm)
}
