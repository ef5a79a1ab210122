//! A request never widens a rule. What it asks beyond it is refused, not trimmed; what the rule
//! adds of its own (exclusions, the caller's `sub` and network) is added here.

use std::net::IpAddr;

use countersign_token::{Patterns, Terms, pattern_is_inside};

use super::caller::Caller;
use super::request::SignRequest;
use super::rules::Matched;
use crate::answer::problem::FieldFault;
use crate::config::model::{BindIp, Override};

/// The request's terms with what the rule adds, without `exp` and `jti`.
///
/// # Errors
/// Every field that asks for more than the rule gives.
pub(super) fn within(
    request: &SignRequest,
    matched: &Matched<'_>,
    caller: &Caller,
    client: Option<IpAddr>,
) -> Result<Terms, Vec<FieldFault>> {
    let mut terms = request.terms.clone();
    let mut faults = Faults(Vec::new());
    add_exclusions(&mut terms, matched);
    check_paths(request, &terms, matched, &mut faults);
    check_methods(&mut terms, matched, &mut faults);
    check_overrides(&terms, matched, &mut faults);
    bind_sub(&mut terms, matched, caller, &mut faults);
    if let Some(lengths) = matched.rule.bind_ip {
        bind_ip(&mut terms, client, lengths, &mut faults);
    }
    if faults.0.is_empty() {
        Ok(terms)
    } else {
        Err(faults.0)
    }
}

struct Faults(Vec<FieldFault>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        let (pointer, detail) = (pointer.into(), detail.into());
        self.0.push(FieldFault { pointer, detail });
    }
}

/// With patterns of its own a token must carry the rule's exclusions; without, it is for one path.
fn add_exclusions(terms: &mut Terms, matched: &Matched<'_>) {
    if terms.path.is_empty() {
        return;
    }
    let exclusions = matched
        .patterns
        .members()
        .filter(|pattern| pattern.starts_with('-'));
    for exclusion in exclusions {
        if !terms.path.iter().any(|pattern| pattern == exclusion) {
            terms.path.push(exclusion.to_owned());
        }
    }
}

fn check_paths(request: &SignRequest, terms: &Terms, matched: &Matched<'_>, faults: &mut Faults) {
    let included = |pattern: &&str| !pattern.starts_with('-');
    for (member, pattern) in request.terms.path.iter().enumerate() {
        let inside = |outer| pattern_is_inside(pattern, outer);
        if included(&pattern.as_str()) && !matched.patterns.members().filter(included).any(inside) {
            faults.add(format!("/paths/{member}"), "is not inside the rule's paths");
        }
    }
    // Without a path the patterns are all that is asked for.
    let covered = request.canonical_path().map(|path| {
        matched.patterns.covers(&path)
            && (terms.path.is_empty()
                || Patterns::parse(terms.path.join("!")).is_ok_and(|list| list.covers(&path)))
    });
    if !covered.unwrap_or(!terms.path.is_empty()) {
        faults.add("/path", "is not among the rule's paths");
    }
}

/// `HEAD` passes under `GET` (TOKEN.md §1), so who may sign `GET` may sign it.
fn check_methods(terms: &mut Terms, matched: &Matched<'_>, faults: &mut Faults) {
    let allowed = |method: &str| {
        let given = |name: &str| matched.rule.methods.iter().any(|given| given == name);
        given(method) || (method == "HEAD" && given("GET"))
    };
    for (member, method) in terms.method.iter().enumerate() {
        if !allowed(method) {
            faults.add(
                format!("/methods/{member}"),
                "is not among the rule's methods",
            );
        }
    }
    if terms.method.is_empty() && !allowed("GET") {
        faults.add(
            "/methods",
            "is required: the rule does not give GET, the default",
        );
    }
    if terms.method == ["GET"] {
        terms.method.clear();
    }
}

fn check_overrides(terms: &Terms, matched: &Matched<'_>, faults: &mut Faults) {
    for (field, name, asked) in [
        (Override::Cd, "/download_as", terms.cd.is_some()),
        (Override::Ct, "/content_type", terms.ct.is_some()),
        (Override::Ver, "/version", terms.ver.is_some()),
        (Override::Bps, "/max_bytes_per_sec", terms.bps.is_some()),
    ] {
        if asked && !matched.rule.overrides.contains(&field) {
            faults.add(name, "is not among the rule's overrides");
        }
    }
}

/// The user is the caller; only a backend signs for others.
fn bind_sub(terms: &mut Terms, matched: &Matched<'_>, caller: &Caller, faults: &mut Faults) {
    let own = caller.claims.text(&matched.rule.sub_claim);
    match terms.sub.as_deref() {
        Some(_) if matched.rule.backend => {}
        Some(sub) if own != Some(sub) => {
            faults.add(
                "/sub",
                "is the caller's own; only a backend's rule signs for others",
            );
        }
        _ => terms.sub = own.map(str::to_owned),
    }
}

fn bind_ip(terms: &mut Terms, client: Option<IpAddr>, lengths: BindIp, faults: &mut Faults) {
    let Some(client) = client else {
        faults.add("/ip", "is bound to the caller's address, which is unknown");
        return;
    };
    let network = network(client, lengths);
    if terms
        .ip
        .iter()
        .any(|asked| without_full_length(asked) != network)
    {
        faults.add("/ip", "is bound to the caller's own network; leave it out");
    }
    terms.ip = vec![network];
}

/// The client's network as a token writes it; an IPv4-mapped address is the IPv4 address.
fn network(client: IpAddr, lengths: BindIp) -> String {
    let text = match client.to_canonical() {
        IpAddr::V4(ip) => {
            let length = lengths.v4.min(32);
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            format!(
                "{}/{length}",
                std::net::Ipv4Addr::from_bits(ip.to_bits() & mask)
            )
        }
        IpAddr::V6(ip) => {
            let length = lengths.v6.min(128);
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            format!(
                "{}/{length}",
                std::net::Ipv6Addr::from_bits(ip.to_bits() & mask)
            )
        }
    };
    without_full_length(&text).to_owned()
}

fn without_full_length(network: &str) -> &str {
    let full = if network.contains(':') { "/128" } else { "/32" };
    network.strip_suffix(full).unwrap_or(network)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::within;
    use crate::config::model::{BindIp, Override, Rule};
    use crate::sign::caller::Caller;
    use crate::sign::request::parse;
    use crate::sign::rules::rules;
    use crate::sign::rules::tests::{claims, rule};

    fn check(rule: &Rule, body: Value) -> Result<countersign_token::Terms, Vec<String>> {
        check_from("203.0.113.7", rule, body)
    }

    fn check_from(
        client: &str,
        rule: &Rule,
        body: Value,
    ) -> Result<countersign_token::Terms, Vec<String>> {
        let (request, faults) = parse(body.as_object().unwrap().clone());
        assert_eq!(faults, []);
        let caller = Caller {
            authority: "test".to_owned(),
            name: "ada".to_owned(),
            claims: claims(json!({ "sub": "ada", "user": "u7" })),
        };
        let rules = rules(std::slice::from_ref(rule)).unwrap();
        let matched = rules.first_match("s", &caller.claims).unwrap();
        within(&request, &matched, &caller, client.parse().ok())
            .map_err(|faults| faults.into_iter().map(|fault| fault.pointer).collect())
    }

    fn refused(rule: &Rule, body: Value) -> Vec<String> {
        check(rule, body).unwrap_err()
    }

    #[test]
    fn a_path_is_inside_the_rules_paths_and_outside_its_exclusions() {
        let own = rule("own", &["/u/{sub}/**", "-/u/{sub}/private/**"]);
        assert_eq!(
            check(&own, json!({"path": "/u/ada/x"})).unwrap().path,
            [""; 0]
        );
        for path in ["/u/bob/x", "/u", "/u/ada/private/x", "/u/ada%2Fx"] {
            assert_eq!(refused(&own, json!({ "path": path })), ["/path"], "{path}");
        }
    }

    #[test]
    fn patterns_are_inside_the_rules_and_get_its_exclusions() {
        let own = rule("own", &["/u/{sub}/**", "-/u/{sub}/private/**"]);
        let terms = check(
            &own,
            json!({"path": "/u/ada/a/x", "paths": ["/u/ada/a/**", "-/u/ada/a/b"]}),
        );
        assert_eq!(
            terms.unwrap().path,
            ["/u/ada/a/**", "-/u/ada/a/b", "-/u/ada/private/**"]
        );
        let wide = json!({"path": "/u/ada/x", "paths": ["/u/**", "/u/ada/*", "/u/*/x", "/**"]});
        assert_eq!(refused(&own, wide), ["/paths/0", "/paths/2", "/paths/3"]);
        let private = json!({"path": "/u/ada/private/x", "paths": ["/u/ada/**"]});
        assert_eq!(refused(&own, private), ["/path"]);
    }

    #[test]
    fn methods_are_the_rules() {
        let get = rule("get", &["/**"]);
        let asks = |methods: &[&str]| json!({"path": "/a", "methods": methods});
        assert_eq!(check(&get, asks(&["GET"])).unwrap().method, [""; 0]);
        assert_eq!(check(&get, asks(&["HEAD"])).unwrap().method, ["HEAD"]);
        assert_eq!(refused(&get, asks(&["GET", "PUT"])), ["/methods/1"]);
        let mut put = rule("put", &["/**"]);
        put.methods = vec!["PUT".to_owned()];
        assert_eq!(refused(&put, json!({"path": "/a"})), ["/methods"]);
        assert_eq!(check(&put, asks(&["PUT"])).unwrap().method, ["PUT"]);
    }

    #[test]
    fn overrides_are_named_one_by_one() {
        let mut some = rule("some", &["/**"]);
        some.overrides = vec![Override::Cd];
        let all = json!({
            "path": "/a", "download_as": "x", "content_type": "a/b", "version": "1", "max_bytes_per_sec": 2048,
        });
        assert_eq!(
            refused(&some, all),
            ["/content_type", "/version", "/max_bytes_per_sec"]
        );
        assert!(check(&some, json!({"path": "/a", "download_as": "x"})).is_ok());
    }

    #[test]
    fn the_user_is_the_callers_unless_it_is_a_backend() {
        let mut plain = rule("plain", &["/**"]);
        let sub = |rule: &Rule, body| check(rule, body).unwrap().sub;
        assert_eq!(sub(&plain, json!({"path": "/a"})).as_deref(), Some("ada"));
        assert_eq!(
            refused(&plain, json!({"path": "/a", "sub": "bob"})),
            ["/sub"]
        );
        plain.sub_claim = "user".to_owned();
        assert_eq!(sub(&plain, json!({"path": "/a"})).as_deref(), Some("u7"));
        plain.backend = true;
        assert_eq!(
            sub(&plain, json!({"path": "/a", "sub": "bob"})).as_deref(),
            Some("bob")
        );
    }

    #[test]
    fn a_bound_grant_gets_the_callers_network_whatever_is_asked() {
        let mut bound = rule("bound", &["/**"]);
        bound.bind_ip = Some(BindIp { v4: 24, v6: 64 });
        let ip = |client| {
            check_from(client, &bound, json!({"path": "/a"}))
                .unwrap()
                .ip
        };
        assert_eq!(ip("203.0.113.7"), ["203.0.113.0/24"]);
        assert_eq!(ip("::ffff:203.0.113.7"), ["203.0.113.0/24"]);
        assert_eq!(ip("2001:db8:1:2:3::4"), ["2001:db8:1:2::/64"]);
        assert_eq!(
            check_from("unknown", &bound, json!({"path": "/a"})),
            Err(vec!["/ip".to_owned()])
        );
        bound.bind_ip = Some(BindIp { v4: 32, v6: 128 });
        let ip = |client| {
            check_from(client, &bound, json!({"path": "/a"}))
                .unwrap()
                .ip
        };
        assert_eq!(ip("203.0.113.7"), ["203.0.113.7"]);
        assert_eq!(ip("2001:db8::4"), ["2001:db8::4"]);
        assert!(check(&bound, json!({"path": "/a", "ip": ["203.0.113.7/32"]})).is_ok());
        for other in [json!(["198.51.100.1"]), json!(["203.0.113.7", "0.0.0.0/0"])] {
            assert_eq!(refused(&bound, json!({"path": "/a", "ip": other})), ["/ip"]);
        }
    }
}
