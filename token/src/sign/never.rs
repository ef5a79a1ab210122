//! What no verifier could ever grant is not signed: better a refusal here than a 403 later.

use crate::escape::Escaped;
use crate::field::{Field, members};
use crate::fields::Fields;
use crate::key::Key;
use crate::path::CanonicalPath;
use crate::pattern::{Patterns, pattern_is_inside};
use crate::revocation::Identity;
use crate::sign::{SignFault, SignedFacts};
use crate::site::Site;

pub(super) fn check<T: AsRef<str>>(
    fields: &Fields<'_>,
    facts: &SignedFacts<'_>,
    site: &Site<T>,
    key: &Key<T>,
) -> Result<(), SignFault> {
    let exp = fields.exp();
    let starts_too_late =
        |from: Option<u64>| from.is_some_and(|from| from.saturating_sub(site.skew_secs()) >= exp);
    let field = if key.until_unix_secs().is_some_and(|until| exp > until)
        || starts_too_late(key.from_unix_secs())
    {
        Field::Exp
    } else if starts_too_late(fields.number(Field::Nbf)) {
        Field::Nbf
    } else if !path_can_be_open(fields, facts, site, key) {
        Field::Path
    } else if is_nowhere(fields) {
        Field::Geo
    } else if is_revoked(fields, facts) {
        Field::Kid
    } else {
        return Ok(());
    };
    Err(SignFault::NeverGranted { field })
}

pub(super) const fn why(field: Field) -> &'static str {
    match field {
        Field::Exp => "lies outside the key's dates (its \"from\" and \"until\")",
        Field::Nbf => "is not before exp",
        Field::Path => {
            "the key's \"paths\" or the exclusions leave nothing of it open, or its first segment reads as a token's"
        }
        Field::Geo => "names only XX or ZZ, which stand for an unknown country",
        _ => "the grant is revoked already",
    }
}

/// Whether some path may be covered: exact for one path; for patterns false only where it is plain
/// that each is closed by an exclusion, or begins otherwise than all that the key opens.
fn path_can_be_open<T: AsRef<str>>(
    fields: &Fields<'_>,
    facts: &SignedFacts<'_>,
    site: &Site<T>,
    key: &Key<T>,
) -> bool {
    let Some(patterns) = fields.patterns() else {
        let covers = |path: &CanonicalPath<'_>| key.paths().is_none_or(|paths| paths.covers(path));
        let is_open = |path: &CanonicalPath<'_>| {
            covers(path) && !reads_as_token(path.as_bytes().iter().copied(), site.param())
        };
        return facts.path.as_ref().is_some_and(is_open);
    };
    let included = |pattern: &&str| !pattern.starts_with('-');
    patterns.members().filter(included).any(|pattern| {
        !is_closed(pattern, &patterns)
            && !reads_as_token(Escaped::new(pattern.as_bytes()).bytes(), site.param())
            && key.paths().is_none_or(|paths| {
                !is_closed(pattern, paths)
                    && paths
                        .members()
                        .filter(included)
                        .any(|open| can_meet(pattern, open))
            })
    })
}

/// Whether the first segment starts as the path carrier's does: every request for it brings a
/// token there, which is not this one.
fn reads_as_token(path: impl Iterator<Item = u8>, param: &str) -> bool {
    let start = core::iter::once(b'/').chain(param.bytes()).chain([b'=']);
    path.take(param.len() + 2).eq(start)
}

fn is_closed<T: AsRef<str>>(pattern: &str, list: &Patterns<T>) -> bool {
    list.members()
        .filter_map(|member| member.strip_prefix('-'))
        .any(|exclusion| pattern_is_inside(pattern, exclusion))
}

/// Whether what stands before the first wildcard of each agrees.
fn can_meet(one: &str, other: &str) -> bool {
    let fixed = |pattern: &str| pattern.find('*').unwrap_or(pattern.len());
    let (one_fixed, other_fixed) = (&one[..fixed(one)], &other[..fixed(other)]);
    let both_fixed = one_fixed == one && other_fixed == other;
    if both_fixed {
        return one == other;
    }
    // `/a/**/b` covers `/a/b` too, but only behind the slash that stands there anyhow.
    one_fixed.starts_with(other_fixed) || other_fixed.starts_with(one_fixed)
}

fn is_nowhere(fields: &Fields<'_>) -> bool {
    let unknown = |code: &[u8]| matches!(code, b"XX" | b"ZZ");
    fields
        .raw(Field::Geo)
        .is_some_and(|list| members(list).all(unknown))
}

fn is_revoked(fields: &Fields<'_>, facts: &SignedFacts<'_>) -> bool {
    let mut buffer = [0; 128];
    let sub = fields.text(Field::Sub);
    facts.revocations.is_some_and(|revocations| {
        revocations.revokes(&Identity {
            kid: fields.kid(),
            jti: fields.word(Field::Jti),
            sub: sub.and_then(|sub| sub.unescape(&mut buffer)),
            sid: fields.word(Field::Sid),
            iat: fields.number(Field::Iat),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::can_meet;

    #[test]
    fn patterns_meet_unless_their_fixed_starts_differ() {
        for (one, other) in [
            ("/a/**", "/a/b"),
            ("/a*", "/ab/**"),
            ("/a", "/a"),
            ("/**", "/x"),
        ] {
            assert!(
                can_meet(one, other) && can_meet(other, one),
                "{one} {other}"
            );
        }
        for (one, other) in [
            ("/a/**", "/b/**"),
            ("/a", "/b"),
            ("/ab", "/a"),
            ("/a/*", "/ab"),
        ] {
            assert!(
                !can_meet(one, other) && !can_meet(other, one),
                "{one} {other}"
            );
        }
    }
}
