//! What the module for edges has room for, so that a document is refused here and not at the edge.

use serde_json::Value;

/// How many sites there may be; wasm-edge/src/config.rs has these numbers, too.
const MAX_SITES: usize = 16;
/// How many keys, of all sites.
const MAX_KEYS: usize = 64;
/// How many rules of policy, of all sites.
const MAX_RULES: usize = 256;

/// Nothing, where the module takes the document.
///
/// # Errors
/// Each limit that it is beyond, with what each site brings.
pub(super) fn within(document: &Value) -> Result<(), String> {
    let sites = document["sites"].as_array().map_or(&[][..], Vec::as_slice);
    let count_of = |list: fn(&Value) -> &Value| {
        let count = |site| list(site).as_array().map_or(0, Vec::len);
        let counts: Vec<(&str, usize)> = sites
            .iter()
            .map(|site| {
                (
                    site["site"]["name"].as_str().unwrap_or_default(),
                    count(site),
                )
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        counts
    };
    let all = [
        ("keys", MAX_KEYS, count_of(|site| &site["keys"])),
        (
            "rules of policy",
            MAX_RULES,
            count_of(|site| &site["site"]["policy"]),
        ),
    ];
    let mut faults = Vec::new();
    if sites.len() > MAX_SITES {
        faults.push(format!(
            "{} sites, and an edge takes at most {MAX_SITES}",
            sites.len()
        ));
    }
    for (what, most, counts) in all {
        let total: usize = counts.iter().map(|(_, count)| count).sum();
        if total > most {
            let told: Vec<String> = counts
                .iter()
                .map(|(name, count)| format!("{name} has {count}"))
                .collect();
            faults.push(format!(
                "{total} {what}, and an edge takes at most {most} of all sites: {}",
                told.join(", ")
            ));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    faults.push("take fewer sites for one edge (--site NAME), or fewer of these".to_owned());
    Err(faults.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{MAX_KEYS, MAX_RULES, MAX_SITES, within};

    fn site(name: &str, keys: usize, rules: usize) -> Value {
        let (keys, rules) = (vec![json!({}); keys], vec![json!({}); rules]);
        json!({ "site": { "name": name, "policy": rules }, "keys": keys })
    }

    #[test]
    fn each_limit_that_is_passed_is_told_at_once_and_by_site() {
        let fits = json!({ "sites": [site("a", 60, 256), site("b", 4, 0)] });
        assert_eq!(within(&fits), Ok(()));
        let sites = (0..14).map(|number| site(&format!("s{number}"), 0, 0));
        let sites: Vec<Value> = [site("a", 60, 200), site("b", 5, 57), site("c", 0, 0)]
            .into_iter()
            .chain(sites)
            .collect();
        let told = within(&json!({ "sites": sites })).unwrap_err();
        for part in [
            "17 sites, and an edge takes at most 16",
            "65 keys, and an edge takes at most 64 of all sites: a has 60, b has 5\n",
            "257 rules of policy, and an edge takes at most 256 of all sites: a has 200, b has 57\n",
        ] {
            assert!(told.contains(part), "{told}");
        }
    }

    #[test]
    fn the_modules_own_numbers_are_these() {
        let module = include_str!("../../../wasm-edge/src/config.rs");
        for (name, value) in [
            ("MAX_SITES", MAX_SITES),
            ("MAX_KEYS", MAX_KEYS),
            ("MAX_RULES", MAX_RULES),
        ] {
            let line = format!("const {name}: usize = {value};");
            assert!(module.contains(&line), "{line}");
        }
    }
}
