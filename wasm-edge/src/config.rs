//! The configuration as it is read from its bytes (ABI.md): sites, their keys, their policies.

mod revoked;
mod site;

use arrayvec::ArrayVec;
use countersign_token::{
    EdgeRevocation, Key, KeyState, Mode, Names, Patterns, PolicyRule, Reason, Site as TokenSite,
    check_ring,
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
        let mut item = 0;
        let (mut text, mut secrets) = (Reader::new(bytes), Reader::new(secrets));
        self.read(&mut text, &mut secrets, &mut item)
            .map_err(|what| {
                let site = self.sites.len() as u32;
                self.clear();
                ConfigFault { what, site, item }
            })
    }

    /// `item`: the key or rule that is read.
    fn read(
        &mut self,
        text: &mut Reader<'c>,
        secrets: &mut Reader<'_>,
        item: &mut u32,
    ) -> Result<(), What> {
        let count = text.u32()?;
        if count == 0 {
            return Err(What::NoSite);
        }
        for _ in 0..count {
            *item = 0;
            let site = self.site(text, secrets, item)?;
            self.sites.try_push(site).map_err(|_| What::Sites)?;
        }
        if text.is_at_end() && secrets.is_at_end() {
            Ok(())
        } else {
            Err(What::Layout)
        }
    }

    fn site(
        &mut self,
        text: &mut Reader<'c>,
        secrets: &mut Reader<'_>,
        item: &mut u32,
    ) -> Result<Site<'c>, What> {
        let token = token_site(text)?;
        let statuses = statuses(text)?;
        let revocation = match text.u32()? {
            0 => EdgeRevocation::Expiry,
            1 => EdgeRevocation::Origin,
            _ => return Err(What::Layout),
        };
        let cache_names = text.texts()?;
        let rules_from = self.rules.len();
        for place in 0..text.u32()? {
            *item = place;
            let rule = rule(text)?;
            self.rules.try_push(rule).map_err(|_| What::Rules)?;
        }
        let keys_from = self.keys.len();
        for place in 0..text.u32()? {
            *item = place;
            let key = key(text, secrets)?;
            self.keys.try_push(key).map_err(|_| What::Keys)?;
        }
        if let Err((what, place)) = check_ring(&self.keys[keys_from..]).map_err(of_ring) {
            *item = place as u32;
            return Err(what);
        }
        Ok(Site {
            token,
            statuses,
            revocation,
            cache_names,
            rules: rules_from..self.rules.len(),
            keys: keys_from..self.keys.len(),
            revoked: Revoked::read(text)?,
        })
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

fn token_site<'c>(text: &mut Reader<'c>) -> Result<TokenSite<&'c str>, What> {
    let name = text.text()?;
    let names = Names {
        param: text.text()?,
        header: text.text()?,
        cookie: text.text()?,
    };
    let site = TokenSite::new(name, names)?;
    Ok(site
        .with_skew_secs(text.u64()?)
        .with_max_ttl_secs(text.optional()?))
}

fn statuses(text: &mut Reader<'_>) -> Result<[u16; Reason::ALL.len()], What> {
    let mut statuses = [0; Reason::ALL.len()];
    for status in &mut statuses {
        *status = u16::try_from(text.u32()?).map_err(|_| What::Layout)?;
    }
    Ok(statuses)
}

fn rule<'c>(text: &mut Reader<'c>) -> Result<PolicyRule<&'c str>, What> {
    let mode = match text.u32()? {
        0 => Mode::Required,
        1 => Mode::Optional,
        2 => Mode::Public,
        3 => Mode::Report,
        _ => return Err(What::Layout),
    };
    let paths = Patterns::parse(text.text()?).map_err(|_| What::RulePaths)?;
    Ok(PolicyRule { paths, mode })
}

fn key<'c>(text: &mut Reader<'c>, secrets: &mut Reader<'_>) -> Result<Key<&'c str>, What> {
    let algorithm = text.u32()?;
    let state = match text.u32()? {
        0 => KeyState::Active,
        1 => KeyState::Accept,
        2 => KeyState::Retired,
        _ => return Err(What::Layout),
    };
    let kid = text.text()?;
    let (from, until, max_ttl_secs) = (text.optional()?, text.optional()?, text.optional()?);
    let paths = match text.text()? {
        "" => None,
        paths => Some(Patterns::parse(paths).map_err(|_| What::KeyPaths)?),
    };
    let material = secrets.text()?;
    let key = match algorithm {
        0 => Key::hs256(kid, material)?,
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
    Ok(Key::eddsa(kid, public)?)
}

#[cfg(not(feature = "ed25519"))]
fn eddsa<'c>(_kid: &str, _public: &str) -> Result<Key<&'c str>, What> {
    Err(What::Algorithm)
}
