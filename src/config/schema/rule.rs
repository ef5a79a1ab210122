//! `[[signing.rule]]`.

use std::time::Duration;

use crate::config::getters::{patterns, quoted, word};
use crate::config::model::{BindIp, Override, Permission, Rule};
use crate::config::reader::{Section, suggestion};

const OVERRIDES: [(&str, Override); 4] = [
    ("cd", Override::Cd),
    ("ct", Override::Ct),
    ("ver", Override::Ver),
    ("bps", Override::Bps),
];

const PERMISSIONS: [(&str, Permission); 3] = [
    ("explain", Permission::Explain),
    ("revoke", Permission::Revoke),
    ("purge", Permission::Purge),
];

/// One rule; `sites` are the names that it may have.
pub(super) fn rule(section: &Section<'_>, sites: &[String]) -> Option<Rule> {
    let name = section.required_text("name", "\"users sign their own photos\"");
    let when = section.claims("when");
    let sites = rule_sites(section, sites);
    let paths = paths(section);
    let methods = section.checked_list("methods", |text| {
        let ok =
            (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase());
        ok.then(|| text.to_owned())
            .ok_or("is no method; write it in upper case, e.g. \"GET\"")
    });
    section.required("max_ttl", "\"1h\"");
    let max_ttl_secs = section.whole_secs("max_ttl", 1);
    let bind_ip = section.find("bind_ip").is_some();
    let lengths = section.table("bind_ip", bind_ip_lengths);
    let overrides = section.checked_list("overrides", |text| word(text, &OVERRIDES));
    let sub_claim = section.text("sub");
    let backend = section.boolean("backend").unwrap_or(false);
    let permissions = section.checked_list("permissions", |text| word(text, &PERMISSIONS));
    Some(Rule {
        name: name?,
        when,
        sites,
        paths: paths?,
        methods: methods.unwrap_or_else(|| vec!["GET".to_owned()]),
        max_ttl: Duration::from_secs(max_ttl_secs?),
        bind_ip: bind_ip.then_some(lengths),
        overrides: overrides.unwrap_or_default(),
        sub_claim: sub_claim.unwrap_or_else(|| "sub".to_owned()),
        backend,
        permissions: permissions.unwrap_or_default(),
    })
}

fn bind_ip_lengths(section: &Section<'_>) -> BindIp {
    let length = |name, most| section.integer(name, 0, u64::from(most));
    BindIp {
        v4: length("v4", 32u8).map_or(32, |length| length as u8),
        v6: length("v6", 128u8).map_or(64, |length| length as u8),
    }
}

fn rule_sites(section: &Section<'_>, sites: &[String]) -> Vec<String> {
    let known = |text: &str| {
        if sites.iter().any(|site| site == text) {
            return Ok(text.to_owned());
        }
        Err(match suggestion(text, sites.iter().map(String::as_str)) {
            Some(nearest) => format!("is no site; did you mean {nearest:?}?"),
            None => format!("is no site; there are: {}", sites.join(", ")),
        })
    };
    section.checked_list("sites", known).unwrap_or_default()
}

/// Patterns with `{claim}`; checked with `x` in the place of each.
fn paths(section: &Section<'_>) -> Option<Vec<String>> {
    section.required("paths", "[\"/users/{sub}/**\"]");
    let members = section.list("paths")?;
    let mut filled = Vec::with_capacity(members.len());
    for (text, place) in &members {
        match fill_claims(text) {
            Some(pattern) => filled.push(pattern),
            None => {
                let why = "has a \"{\" or \"}\" that stands around no claim; write e.g. \"/users/{sub}/**\"";
                section.fault_at("paths", place, format_args!("{} {why}", quoted(text)));
                return None;
            }
        }
    }
    let filled: Vec<&str> = filled.iter().map(String::as_str).collect();
    if let Err((at, why)) = patterns(&filled) {
        let place = members
            .get(at)
            .map_or(section.place_of("paths"), |(_, place)| place.clone());
        section.fault_at("paths", &place, why);
        return None;
    }
    Some(members.into_iter().map(|(text, _)| text).collect())
}

/// `/users/{sub}/**` as `/users/x/**`; `None` where braces do not stand around a name.
fn fill_claims(text: &str) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (claim, behind) = after.split_once('}')?;
        if claim.is_empty() || claim.contains(['{', '/']) || before.contains('}') {
            return None;
        }
        filled.push_str(before);
        filled.push('x');
        rest = behind;
    }
    if rest.contains('}') {
        return None;
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::fill_claims;

    #[test]
    fn claims_are_filled_and_stray_braces_are_refused() {
        assert_eq!(fill_claims("/a/{sub}/**").as_deref(), Some("/a/x/**"));
        assert_eq!(fill_claims("/{a}/{b}").as_deref(), Some("/x/x"));
        for bad in ["/{", "/}", "/{}", "/{a", "/a}", "/{a{b}}", "/{a/b}"] {
            assert_eq!(fill_claims(bad), None, "{bad}");
        }
    }
}
