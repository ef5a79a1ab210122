//! `[site.cookie]`.

use countersign_token::CanonicalPath;

use crate::config::model::CookieSettings;
use crate::config::reader::Section;
use crate::cookie::{Attributes, Clash, SameSite, is_domain};

const PREFIXES: [(&str, &str); 3] = [
    ("none", ""),
    ("__Secure-", "__Secure-"),
    ("__Host-", "__Host-"),
];

const SAME_SITE: [(&str, SameSite); 3] = [
    ("strict", SameSite::Strict),
    ("lax", SameSite::Lax),
    ("none", SameSite::None),
];

/// `[site.cookie]`.
pub(super) fn cookie(section: &Section<'_>) -> CookieSettings {
    let default = Attributes::default();
    let domain = section.parsed("domain", |text| {
        is_domain(text)
            .then(|| text.to_ascii_lowercase())
            .ok_or("is no host; write the name without a port or a first dot: \"media.example\"")
    });
    let path = section.parsed("path", |text| {
        // Written back, a ";" is escaped: it would end the attribute.
        CanonicalPath::new(text)
            .map(|path| path.to_string())
            .map_err(|_| "is no path for a cookie; write one such as \"/\" or \"/hls/\"")
    });
    let flag = |name, default| section.boolean(name).unwrap_or(default);
    let attributes = Attributes {
        domain,
        path: path.unwrap_or(default.path),
        secure: flag("secure", true),
        http_only: flag("http_only", true),
        same_site: section.word("same_site", &SAME_SITE).unwrap_or_default(),
        partitioned: flag("partitioned", false),
    };
    let prefix = section.word("prefix", &PREFIXES).unwrap_or_default();
    for clash in attributes.clashes(prefix) {
        let (setting, message) = message(clash);
        section.fault(setting, message);
    }
    CookieSettings { prefix, attributes }
}

const fn message(clash: Clash) -> (&'static str, &'static str) {
    match clash {
        Clash::SameSiteNone => (
            "same_site",
            "\"none\" needs secure = true: browsers drop the cookie; or write \"lax\"",
        ),
        Clash::Partitioned => (
            "partitioned",
            "needs secure = true: browsers drop the cookie",
        ),
        Clash::Prefix => (
            "prefix",
            "needs secure = true: browsers drop the cookie; or write \"none\"",
        ),
        Clash::HostDomain => (
            "domain",
            "cannot stand with prefix = \"__Host-\"; leave it out, or write prefix = \"__Secure-\"",
        ),
        Clash::HostPath => (
            "path",
            "must be \"/\" with prefix = \"__Host-\"; or write prefix = \"__Secure-\"",
        ),
    }
}
