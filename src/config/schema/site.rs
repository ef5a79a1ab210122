//! `[[site]]`.

use std::collections::HashMap;

use countersign_token::{Mode, Names, PolicyRule, SiteFault};
use http::uri::Authority;

use super::{answers, cookie, serving, store};
use crate::config::getters::quoted;
use crate::config::key_file;
use crate::config::kind::Kind;
use crate::config::model::{KeyRing, Site, Text};
use crate::config::place::Place;
use crate::config::reader::Section;
use crate::config::units::is_origin;

const MODES: [(&str, Mode); 4] = [
    ("required", Mode::Required),
    ("optional", Mode::Optional),
    ("public", Mode::Public),
    ("report", Mode::Report),
];

/// What has been read of the sites.
pub(super) struct Sites {
    /// Every site's name, of those with faults too.
    pub(super) names: Vec<String>,
    /// The sites, where none has a fault.
    pub(super) complete: Option<Vec<Site>>,
}

/// `[[site]]`, and what must hold between sites.
pub(super) fn sites(top: &Section<'_>) -> Sites {
    let mut seen = Seen::default();
    let sites = top.tables("site", |section| site(section, &mut seen));
    if top.find("site").is_none() {
        top.fault(
            "site",
            "there is no site; write [[site]] with name, public_url, store and keys",
        );
    }
    if sites.len() > 1 {
        for (setting, place) in &seen.without_hosts {
            let message = "has no hosts; with several sites each needs its own, e.g. \
                           hosts = [\"media.example\"]";
            top.fault_at(setting, place, message);
        }
    }
    Sites {
        names: seen.names.into_keys().collect(),
        complete: sites.into_iter().collect(),
    }
}

/// What may stand once among all sites.
#[derive(Default)]
struct Seen {
    names: HashMap<String, Place>,
    hosts: HashMap<String, Place>,
    /// The setting's whole name, and where its table begins.
    without_hosts: Vec<(String, Place)>,
}

fn site(section: &Section<'_>, seen: &mut Seen) -> Option<Site> {
    let name = section.required_text("name", "\"media.example\"");
    if let Some(name) = &name {
        once(
            section,
            "name",
            name,
            &section.place_of("name"),
            &mut seen.names,
        );
    }
    let hosts = hosts(section, seen);
    let public_url = public_url(section, &hosts);
    let store = section.table("store", store::store);
    let policy = section.tables("policy", policy_rule);
    let keys = keys(section);
    let cors = section.table("cors", answers::cors);
    let answers = section.table("answers", answers::answers);
    let serving = serving::serving(section);
    let cookie = section.table("cookie", cookie::cookie);
    let token = token_site(section, name);
    let cut_at_expiry = section.boolean("cut_at_expiry").unwrap_or(false);
    let revoke_running = section.boolean("revoke_running").unwrap_or(false);
    if let Some(token) = &token
        && serving
            .cache_key_params
            .iter()
            .any(|name| name == token.param())
    {
        let message = "holds the parameter of tokens, of which every one would be kept for itself";
        section.fault("cache_key_params", message);
    }
    let (store, store_prefix, fetch_limits) = store?;
    Some(Site {
        token: token?,
        hosts,
        public_url: public_url?,
        store,
        fetch_limits,
        store_prefix,
        policy: policy.into_iter().collect::<Option<_>>()?,
        keys: keys?,
        cut_at_expiry,
        revoke_running,
        cors,
        answers,
        serving,
        cookie,
    })
}

fn once(
    section: &Section<'_>,
    setting: &str,
    value: &str,
    place: &Place,
    seen: &mut HashMap<String, Place>,
) {
    if let Some(first) = seen.insert(value.to_owned(), place.clone()) {
        let message = format!("{value:?} stands twice, first at {first}");
        section.fault_at(setting, place, message);
    }
}

fn hosts(section: &Section<'_>, seen: &mut Seen) -> Vec<String> {
    let listed = section.list("hosts").unwrap_or_default();
    if listed.is_empty() {
        let setting = section.full_name("hosts");
        seen.without_hosts.push((setting, section.place.clone()));
    }
    let mut hosts = Vec::with_capacity(listed.len());
    for (text, place) in listed {
        let authority = text.parse::<Authority>();
        let is_host = authority.is_ok_and(|host| !host.host().is_empty());
        if !is_host || text.contains(['@', '*']) {
            let why = "is no host; write the name, with a port where it has one, e.g. \
                       \"media.example\" or \"localhost:8080\"";
            section.fault_at("hosts", &place, format_args!("{} {why}", quoted(&text)));
            continue;
        }
        let host = text.to_ascii_lowercase();
        once(section, "hosts", &host, &place, &mut seen.hosts);
        hosts.push(host);
    }
    hosts
}

fn public_url(section: &Section<'_>, hosts: &[String]) -> Option<String> {
    let Some(text) = section.text("public_url") else {
        let default = hosts.first().map(|host| format!("https://{host}"));
        if default.is_none() && section.find("public_url").is_none() {
            let message = "is missing; write what signed URLs start with, e.g. \
                           public_url = \"https://media.example\"";
            section.fault("public_url", message);
        }
        return default;
    };
    let url = text.strip_suffix('/').unwrap_or(&text);
    if !is_origin(url) {
        let message = "must be scheme and host only, e.g. \"https://media.example\" or \
                       \"http://localhost:8080\"";
        section.fault("public_url", message);
        return None;
    }
    Some(url.to_owned())
}

fn policy_rule(section: &Section<'_>) -> Option<PolicyRule<Text>> {
    section.required("paths", "[\"/public/**\"]");
    section.required("mode", "\"public\"");
    let (paths, mode) = (section.patterns("paths"), section.word("mode", &MODES));
    Some(PolicyRule {
        paths: paths?,
        mode: mode?,
    })
}

/// The file that `keys` names, or the site's own `[[site.key]]` tables.
fn keys(section: &Section<'_>) -> Option<KeyRing> {
    section.holds("keys", || Kind::Path);
    if section.find("keys").is_none() {
        return key_file::ring(section, "key");
    }
    if section.find("key").is_some() {
        section.fault(
            "keys",
            "stands beside [[site.key]]; keep the keys in one place",
        );
        return None;
    }
    let path = section.path("keys")?;
    let text = section.file_text("keys", &path)?;
    key_file::ring_of_text(section.report(), &path, &text)
}

fn token_site(
    section: &Section<'_>,
    name: Option<String>,
) -> Option<countersign_token::Site<Text>> {
    let skew_secs = section.whole_secs("skew", 0);
    let max_ttl_secs = section.whole_secs("max_ttl", 1);
    let names = section.table("names", |names| {
        let text = |name, default: &str| -> Text {
            let text: Option<String> = names.text(name);
            text.unwrap_or_else(|| default.to_owned()).into_boxed_str()
        };
        Names {
            param: text("param", "cs"),
            header: text("header", "countersign"),
            cookie: text("cookie", "cs"),
        }
    });
    match countersign_token::Site::new(name?.into_boxed_str(), names) {
        Ok(site) => {
            let site = site.with_max_ttl_secs(max_ttl_secs);
            Some(match skew_secs {
                Some(secs) => site.with_skew_secs(secs),
                None => site,
            })
        }
        Err(fault) => {
            let (setting, message) = match fault {
                SiteFault::Name => ("name", "must be 1 to 64 of A-Z a-z 0-9 . _ -"),
                SiteFault::Param => ("names.param", "is no name that a URL can carry; try \"cs\""),
                SiteFault::Header => ("names.header", "is no header name; try \"countersign\""),
                SiteFault::Cookie => ("names.cookie", "is no cookie name; try \"cs\""),
            };
            section.fault(setting, message);
            None
        }
    }
}
