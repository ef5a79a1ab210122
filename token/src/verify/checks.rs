//! A token's terms, each against the request: the rows of TOKEN.md §5 behind the signature.

use crate::address::{ClientAddress, Network, is_v6};
use crate::field::{Field, members};
use crate::key::Key;
use crate::pattern::list_covers;
use crate::reason::Reason;
use crate::revocation::{Identity, Revocations};
use crate::site::Site;
use crate::watch::Facts;

/// The longest lifetime left that key and site allow together.
pub(crate) fn max_ttl_secs<T: AsRef<str>>(site: &Site<T>, key: &Key<T>) -> Option<u64> {
    match (site.max_ttl_secs(), key.max_ttl_secs()) {
        (Some(site), Some(key)) => Some(site.min(key)),
        (one, other) => one.or(other),
    }
}

/// Whether a term holds. Natively each is put where it is asked for.
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(super) fn holds<T: AsRef<str>>(
    term: Reason,
    facts: &Facts<'_, T>,
    revocations: &impl Revocations,
) -> bool {
    match term {
        Reason::Lifetime => lifetime(facts),
        Reason::NotYetValid => not_before(facts),
        // No leeway: the end is the one promise that a token makes.
        Reason::Expired => facts.now < facts.exp,
        Reason::Path => path(facts),
        Reason::Method => method(facts),
        Reason::Ip => ip(facts),
        Reason::Geo => geo(facts),
        Reason::Revoked => !is_revoked(facts, revocations),
        // No other reason is a term's.
        _ => false,
    }
}

#[inline]
fn lifetime<T: AsRef<str>>(facts: &Facts<'_, T>) -> bool {
    let exp = facts.exp;
    let left = exp.saturating_sub(facts.now);
    let skew_secs = facts.site.skew_secs();
    max_ttl_secs(facts.site, facts.key).is_none_or(|most| left <= most.saturating_add(skew_secs))
        && facts.key.until_unix_secs().is_none_or(|until| exp <= until)
}

#[inline]
fn not_before<T: AsRef<str>>(facts: &Facts<'_, T>) -> bool {
    let now = facts.now.saturating_add(facts.site.skew_secs());
    facts.fields.number(Field::Nbf).is_none_or(|nbf| now >= nbf)
}

#[inline]
fn path<T: AsRef<str>>(facts: &Facts<'_, T>) -> bool {
    let token = facts.fields.raw(Field::Path);
    token.is_none_or(|list| list_covers(list, facts.path.as_bytes()))
        && facts
            .key
            .paths()
            .is_none_or(|paths| paths.covers(&facts.path))
}

#[inline]
fn method<T>(facts: &Facts<'_, T>) -> bool {
    let method = facts.method.as_bytes();
    match facts.fields.raw(Field::Method) {
        None => matches!(method, b"GET" | b"HEAD"),
        Some(list) => is_granted_method(list, method),
    }
}

/// `HEAD` passes under `GET` too.
#[inline(never)]
fn is_granted_method(list: &[u8], method: &[u8]) -> bool {
    members(list).any(|granted| granted == method || (method == b"HEAD" && granted == b"GET"))
}

#[inline]
fn ip<T>(facts: &Facts<'_, T>) -> bool {
    let list = facts.fields.raw(Field::Ip);
    list.is_none_or(|list| {
        facts
            .client
            .is_some_and(|client| holds_client(list, client))
    })
}

#[inline(never)]
fn holds_client(list: &[u8], client: ClientAddress) -> bool {
    members(list)
        .filter(|member| is_v6(member) == client.ip().is_ipv6())
        .filter_map(Network::parse)
        .any(|network| network.contains(client))
}

#[inline]
fn geo<T>(facts: &Facts<'_, T>) -> bool {
    let list = facts.fields.raw(Field::Geo);
    list.is_none_or(|list| {
        facts
            .country
            .is_some_and(|country| is_granted_country(list, country.as_bytes()))
    })
}

#[inline(never)]
fn is_granted_country(list: &[u8], country: &[u8]) -> bool {
    if !is_country(country) {
        false
    } else if list.first() == Some(&b'-') {
        members(list).all(|member| &member[1..] != country)
    } else {
        members(list).any(|member| member == country)
    }
}

/// `XX` and `ZZ` are what look-ups say when they do not know.
pub(crate) fn is_country(code: &[u8]) -> bool {
    code.len() == 2 && code.iter().all(u8::is_ascii_uppercase) && code != b"XX" && code != b"ZZ"
}

const MAX_SUB_BYTES: usize = 128;

#[inline]
fn is_revoked<T>(facts: &Facts<'_, T>, revocations: &impl Revocations) -> bool {
    if revocations.is_empty() {
        return false;
    }
    let revokes = |sub| {
        revocations.revokes(&Identity {
            kid: facts.fields.kid(),
            jti: facts.fields.word(Field::Jti),
            sub,
            sid: facts.fields.word(Field::Sid),
            iat: facts.fields.number(Field::Iat),
        })
    };
    match facts.fields.text(Field::Sub) {
        Some(sub) => revokes(sub.unescape(&mut [0; MAX_SUB_BYTES])),
        None => revokes(None),
    }
}
