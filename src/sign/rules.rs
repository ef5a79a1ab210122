//! Which rule is a caller's. The first that matches the caller and the site is; the path plays no
//! part in it, so that what a caller may do can be read off one rule.

use countersign_token::{BadPattern, Patterns};

use super::claims::Claims;
use super::template::{Template, TemplateFault};
use crate::config::model::{Permission, Rule};

/// The rules, parsed once at start.
#[derive(Clone, Debug, Default)]
pub struct Rules(Vec<Parsed>);

#[derive(Clone, Debug)]
struct Parsed {
    rule: Rule,
    paths: Vec<Template>,
}

/// A rule whose `paths` cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct RuleFault {
    /// The rule's place in the configuration, counted from 0.
    pub place: usize,
    /// What is wrong.
    pub kind: RuleFaultKind,
}

/// What is wrong with a rule's `paths`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFaultKind {
    /// There are none.
    #[error("paths is empty; \"/**\" is everything")]
    NoPaths,
    /// A `!`, which separates patterns in a token.
    #[error("path {} holds a \"!\"; write one pattern an entry, and \"~21\" for a real one", member + 1)]
    Separator {
        /// The pattern's place, counted from 0.
        member: usize,
    },
    /// A claim's braces.
    #[error("path {}: {fault}", member + 1)]
    Claim {
        /// The pattern's place, counted from 0.
        member: usize,
        /// What is wrong with them.
        fault: TemplateFault,
    },
    /// No list of patterns.
    #[error("{0}")]
    Pattern(BadPattern),
}

/// Parses the rules.
///
/// # Errors
/// One [`RuleFault`] for each rule at fault.
pub fn rules(configured: &[Rule]) -> Result<Rules, Vec<RuleFault>> {
    let mut faults = Vec::new();
    let mut parsed = Vec::new();
    for (place, rule) in configured.iter().enumerate() {
        match parse(rule) {
            Ok(rule) => parsed.push(rule),
            Err(kind) => faults.push(RuleFault { place, kind }),
        }
    }
    if faults.is_empty() {
        Ok(Rules(parsed))
    } else {
        Err(faults)
    }
}

fn parse(rule: &Rule) -> Result<Parsed, RuleFaultKind> {
    if rule.paths.is_empty() {
        return Err(RuleFaultKind::NoPaths);
    }
    let mut paths = Vec::new();
    for (member, path) in rule.paths.iter().enumerate() {
        let template =
            Template::parse(path).map_err(|fault| RuleFaultKind::Claim { member, fault })?;
        let sample = template.fill(|_| Some("x".to_owned())).unwrap_or_default();
        if sample.contains('!') {
            return Err(RuleFaultKind::Separator { member });
        }
        paths.push(template);
    }
    patterns(&paths, |_| Some("x".to_owned()))
        .map_or(Ok(()), |list| list.map(|_| ()))
        .map_err(RuleFaultKind::Pattern)?;
    Ok(Parsed {
        rule: rule.clone(),
        paths,
    })
}

fn patterns(
    paths: &[Template],
    segment: impl Fn(&str) -> Option<String>,
) -> Option<Result<Patterns<String>, BadPattern>> {
    let filled: Option<Vec<_>> = paths.iter().map(|path| path.fill(&segment)).collect();
    Some(Patterns::parse(filled?.join("!")))
}

/// A rule that is the caller's, with its claims in the paths.
#[derive(Debug)]
pub(super) struct Matched<'r> {
    pub(super) rule: &'r Rule,
    pub(super) patterns: Patterns<String>,
}

impl Rules {
    /// The first rule for this site and caller.
    pub(super) fn first_match(&self, site: &str, claims: &Claims) -> Option<Matched<'_>> {
        self.0.iter().find_map(|Parsed { rule, paths }| {
            let here = rule.sites.is_empty() || rule.sites.iter().any(|name| name == site);
            let theirs = |(name, wanted): (&String, _)| claims.holds(name, wanted);
            if !here || !rule.when.iter().all(theirs) {
                return None;
            }
            let patterns = patterns(paths, |claim| claims.segment(claim))?.ok()?;
            Some(Matched { rule, patterns })
        })
    }

    /// The caller's rule for this site, where it gives `permission`. Its `paths` bound what is
    /// signed, not what is permitted.
    pub(super) fn permits(
        &self,
        permission: Permission,
        site: &str,
        claims: &Claims,
    ) -> Option<Matched<'_>> {
        self.first_match(site, claims)
            .filter(|matched| matched.rule.permissions.contains(&permission))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::{RuleFaultKind, Rules, rules};
    use crate::config::model::{Permission, Rule};
    use crate::sign::claims::Claims;

    /// A rule of these paths for everybody: GET, one hour, nothing else.
    pub(in crate::sign) fn rule(name: &str, paths: &[&str]) -> Rule {
        Rule {
            name: name.to_owned(),
            when: serde_json::Map::new(),
            sites: Vec::new(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            methods: vec!["GET".to_owned()],
            max_ttl: Duration::from_secs(3_600),
            bind_ip: None,
            overrides: Vec::new(),
            sub_claim: "sub".to_owned(),
            backend: false,
            permissions: Vec::new(),
        }
    }

    pub(in crate::sign) fn claims(value: Value) -> Claims {
        Claims::new(value.as_object().unwrap().clone())
    }

    fn matched(rules: &Rules, site: &str, caller: Value) -> Option<(String, String)> {
        let claims = claims(caller);
        let matched = rules.first_match(site, &claims)?;
        let patterns = matched.patterns.as_str().to_owned();
        Some((matched.rule.name.clone(), patterns))
    }

    #[test]
    fn the_first_rule_for_the_caller_and_the_site_is_taken() {
        let mut admins = rule("admins", &["/**"]);
        admins.when = json!({ "role": "admin" }).as_object().unwrap().clone();
        let mut here = rule("here", &["/here/{sub}/*"]);
        here.sites = vec!["here".to_owned()];
        let rules = rules(&[admins, here, rule("rest", &["/{sub}/**", "-/{sub}/x"])]).unwrap();
        let name = |site, caller| matched(&rules, site, caller).map(|(name, _)| name);
        let admin = json!({ "role": ["admin"], "sub": "a" });
        assert_eq!(name("here", admin).as_deref(), Some("admins"));
        assert_eq!(name("here", json!({ "sub": "a" })).as_deref(), Some("here"));
        let (name, patterns) = matched(&rules, "there", json!({ "sub": "a*!" })).unwrap();
        assert_eq!(
            (name.as_str(), patterns.as_str()),
            ("rest", "/a~2A~21/**!-/a~2A~21/x")
        );
    }

    #[test]
    fn a_claim_that_is_no_segment_does_not_match() {
        let rules = rules(&[rule("own", &["/{sub}/**"])]).unwrap();
        for sub in ["", ".", "..", "a/b", "a\\b", "\u{7}"] {
            assert_eq!(matched(&rules, "s", json!({ "sub": sub })), None, "{sub}");
        }
        assert_eq!(matched(&rules, "s", json!({})), None);
    }

    #[test]
    fn a_permission_is_the_first_rules_alone() {
        let mut support = rule("support", &["/**"]);
        support.when = json!({ "role": "support" }).as_object().unwrap().clone();
        support.permissions = vec![Permission::Explain];
        let mut rest = rule("rest", &["/**"]);
        rest.sites = vec!["here".to_owned()];
        rest.permissions = vec![Permission::Revoke];
        let rules = rules(&[support, rest]).unwrap();
        let permits = |permission, site, caller| {
            let matched = rules.permits(permission, site, &claims(caller));
            matched.map(|matched| matched.rule.name.clone())
        };
        let role = || json!({ "role": "support" });
        let explained = permits(Permission::Explain, "here", role());
        assert_eq!(explained.as_deref(), Some("support"));
        assert_eq!(permits(Permission::Revoke, "here", role()), None);
        assert_eq!(permits(Permission::Purge, "here", json!({})), None);
        assert_eq!(permits(Permission::Revoke, "there", json!({})), None);
        let revoked = permits(Permission::Revoke, "here", json!({}));
        assert_eq!(revoked.as_deref(), Some("rest"));
    }

    #[test]
    fn faults_name_the_rule_and_the_path() {
        let faults = rules(&[
            rule("none", &[]),
            rule("good", &["/a"]),
            rule("two", &["/a", "/b!/c"]),
            rule("bad", &["/a//b"]),
            rule("open", &["/{sub"]),
        ])
        .unwrap_err();
        let places: Vec<_> = faults.iter().map(|fault| fault.place).collect();
        assert_eq!(places, [0, 2, 3, 4]);
        assert_eq!(faults[0].kind, RuleFaultKind::NoPaths);
        assert_eq!(faults[1].kind, RuleFaultKind::Separator { member: 1 });
        assert!(faults[2].to_string().contains("pattern 1"), "{}", faults[2]);
        assert!(matches!(
            faults[3].kind,
            RuleFaultKind::Claim { member: 0, .. }
        ));
    }
}
