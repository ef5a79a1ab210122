//! `[signing]` and `[[signing.api_key]]`.

use std::num::NonZeroU32;

use super::{answers, issuer, listen, listener, proxies, rule};
use crate::config::model::{ApiKey, RateLimit, Signing};
use crate::config::reader::Section;
use crate::config::units;

/// The most calls of one caller, in a second and at once.
const MAX_RATE: u64 = 1_000_000;

/// `[signing]`; `None` with `enabled = false`, and where it is not written at all.
pub(super) fn signing(section: &Section<'_>, sites: &[String]) -> Option<Signing> {
    let enabled = section.boolean("enabled").unwrap_or(section.is_present());
    let issuers = section.tables("issuer", issuer::issuer);
    let api_keys = section.tables("api_key", api_key);
    let rules = section.tables("rule", |section| rule::rule(section, sites));
    let signing = Signing {
        listen: listen(section, [127, 0, 0, 1], 8081),
        tls: listener::tls(section),
        proxies: proxies::proxies(section),
        allowed_origins: answers::allowed_origins(section, false),
        rate_limit: section.table("rate_limit", rate_limit),
        audit_file: section.table("audit", |section| section.path("file")),
        issuers: issuers.into_iter().flatten().collect(),
        api_keys: api_keys.into_iter().flatten().collect(),
        rules: rules.into_iter().flatten().collect(),
    };
    if enabled {
        warn_of_what_never_signs(section);
    }
    enabled.then_some(signing)
}

fn warn_of_what_never_signs(section: &Section<'_>) {
    if section.find("issuer").is_none() && section.find("api_key").is_none() {
        let message = "nobody can ask for a URL; add [[signing.issuer]] or [[signing.api_key]]";
        section.warn("", message);
    }
    if section.find("rule").is_none() {
        section.warn("", "nothing may be signed; add [[signing.rule]]");
    }
}

fn rate_limit(section: &Section<'_>) -> Option<RateLimit> {
    let default = RateLimit::default();
    let number = |name, least| {
        let number = section.integer(name, least, MAX_RATE)?;
        u32::try_from(number).ok()
    };
    let per_second = number("per_second", 0);
    let burst = number("burst", 1).and_then(NonZeroU32::new);
    Some(RateLimit {
        per_second: match per_second {
            Some(number) => NonZeroU32::new(number)?,
            None => default.per_second,
        },
        burst: burst.unwrap_or(default.burst),
    })
}

fn api_key(section: &Section<'_>) -> Option<ApiKey> {
    let name = section.required_text("name", "\"backend\"");
    section.required(
        "sha256",
        "\"…\", the key's SHA-256 (printf %s \"$KEY\" | sha256sum)",
    );
    // Never quoted: the key itself may stand here by mistake.
    let sha256 = section.text("sha256").and_then(|text| {
        let digest = units::hex_32(&text);
        if digest.is_none() {
            let message = "must be 64 digits of lower-case hex, the key's SHA-256 (not the key): \
                           printf %s \"$KEY\" | sha256sum";
            section.fault("sha256", message);
        }
        digest
    });
    let claims = section.claims("claims");
    Some(ApiKey {
        name: name?,
        sha256: sha256?,
        claims,
    })
}
