//! What is signed verifies, in every spelling; what was changed does not.

use countersign_token::{Field, Verdict};
use proptest::prelude::*;

use crate::generate::{Place, Wanted, Wire, place, text, wanted};

fn is_granted(verdict: Verdict<'_>) -> bool {
    matches!(verdict, Verdict::Granted(_))
}

/// What a token's field says must be what was signed.
fn assert_fields(wanted: &Wanted, verdict: &Verdict<'_>) -> Result<(), TestCaseError> {
    let Verdict::Granted(grant) = verdict else {
        return Err(TestCaseError::fail(format!("{verdict:?}")));
    };
    prop_assert_eq!(grant.path().as_str(), &wanted.path);
    let fields = grant.fields();
    let text = |field| fields.text(field).map(|value| value.to_string());
    let list = |field| -> Vec<String> {
        let members = fields.list(field).into_iter().flatten();
        members.map(|member| member.to_string()).collect()
    };
    let terms = &wanted.terms;
    prop_assert_eq!(fields.exp(), terms.exp);
    prop_assert_eq!(fields.number(Field::Nbf), terms.nbf);
    prop_assert_eq!(fields.number(Field::Iat), terms.iat);
    prop_assert_eq!(fields.number(Field::Uses), terms.uses);
    prop_assert_eq!(fields.number(Field::Bps), terms.bps);
    for (field, value) in [
        (Field::Jti, &terms.jti),
        (Field::Sub, &terms.sub),
        (Field::Sid, &terms.sid),
        (Field::Ver, &terms.ver),
        (Field::Cd, &terms.cd),
        (Field::Ct, &terms.ct),
        (Field::Data, &terms.data),
    ] {
        prop_assert_eq!(&text(field), value, "{:?}", field);
    }
    for (field, members) in [
        (Field::Ip, &terms.ip),
        (Field::Geo, &terms.geo),
        (Field::Method, &terms.method),
        (Field::Qs, &terms.qs),
        (Field::Hdr, &terms.hdr),
    ] {
        prop_assert_eq!(&list(field), members, "{:?}", field);
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_signed_verifies_in_every_carrier_and_spelling(
        wanted in wanted(), place in place(), seed: u64,
    ) {
        let Some(token) = wanted.sign() else { return Ok(()) };
        let wire = Wire::of(&wanted, &token, place, seed);
        wire.verdict("s.example", |verdict| assert_fields(&wanted, &verdict))?;
    }

    #[test]
    fn the_same_grant_has_the_same_text(wanted in wanted()) {
        prop_assert_eq!(wanted.sign(), wanted.sign());
    }

    #[test]
    fn a_changed_byte_of_the_token_is_refused(wanted in wanted(), at: prop::sample::Index, byte: u8) {
        let Some(token) = wanted.sign() else { return Ok(()) };
        let mut wire = Wire::of(&wanted, &token, Place::Header, 1);
        let header = &mut wire.headers.last_mut().unwrap().1;
        let at = at.index(header.len());
        prop_assume!(header[at] != byte);
        header[at] = byte;
        prop_assert!(!wire.verdict("s.example", is_granted));
    }

    #[test]
    fn a_byte_less_or_more_is_refused(wanted in wanted(), at: prop::sample::Index, byte in b'!'..b'~') {
        let Some(token) = wanted.sign() else { return Ok(()) };
        let wire = Wire::of(&wanted, &token, Place::Header, 1);
        let (mut less, mut more) = (wire.clone(), wire);
        let at = at.index(token.len());
        less.headers.last_mut().unwrap().1.remove(at);
        more.headers.last_mut().unwrap().1.insert(at, byte);
        prop_assert!(!less.verdict("s.example", is_granted));
        prop_assert!(!more.verdict("s.example", is_granted));
    }

    #[test]
    fn another_path_is_refused_where_no_patterns_are_named(
        mut wanted in wanted(), other in crate::generate::path(), seed: u64,
    ) {
        wanted.terms.path.clear();
        prop_assume!(other != wanted.path);
        let Some(token) = wanted.sign() else { return Ok(()) };
        let changed = Wanted { path: other, ..wanted };
        let wire = Wire::of(&changed, &token, Place::Query, seed);
        prop_assert!(!wire.verdict("s.example", is_granted));
    }

    #[test]
    fn another_signed_value_is_refused(
        wanted in wanted(), at: prop::sample::Index, other in prop::option::of(text(60)), seed: u64,
    ) {
        let Some(token) = wanted.sign() else { return Ok(()) };
        prop_assume!(!wanted.query.is_empty());
        let mut changed = wanted.clone();
        let at = at.index(changed.query.len());
        prop_assume!(changed.query[at].1 != other);
        changed.query[at].1 = other;
        let wire = Wire::of(&changed, &token, Place::Cookie, seed);
        prop_assert!(!wire.verdict("s.example", is_granted));
    }

    #[test]
    fn another_header_value_is_refused(wanted in wanted(), other in "[!-~]{1,9}", seed: u64) {
        let Some(token) = wanted.sign() else { return Ok(()) };
        prop_assume!(!wanted.headers.is_empty());
        let mut changed = wanted.clone();
        prop_assume!(changed.headers[0].1.as_ref() != Some(&other));
        changed.headers[0].1 = Some(other);
        let wire = Wire::of(&changed, &token, Place::Path, seed);
        prop_assert!(!wire.verdict("s.example", is_granted));
    }

    #[test]
    fn another_site_is_refused(wanted in wanted(), place in place(), site in "[A-Za-z0-9._-]{1,64}") {
        prop_assume!(site != "s.example");
        let Some(token) = wanted.sign() else { return Ok(()) };
        let wire = Wire::of(&wanted, &token, place, 1);
        prop_assert!(!wire.verdict(&site, is_granted));
    }
}
