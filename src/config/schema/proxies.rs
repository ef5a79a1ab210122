//! The proxies in front of a listener, and what they may say of the client.

use http::HeaderName;

use crate::config::model::{ClientHeader, Proxies};
use crate::config::networks::{self, Networks};
use crate::config::reader::Section;

/// `trusted_proxies` and what is believed of them, in a listener's table.
pub(super) fn proxies(section: &Section<'_>) -> Proxies {
    let trusted = section.checked_list("trusted_proxies", networks::proxies);
    let proxies = Proxies {
        trusted: Networks::new(trusted.unwrap_or_default()),
        client_header: section
            .parsed("client_ip_header", header_name)
            .map(ClientHeader::of),
        proxy_protocol: section.boolean("proxy_protocol").unwrap_or(false),
    };
    let is_written = section.find("trusted_proxies").is_some();
    for (name, is_set) in [
        ("client_ip_header", proxies.client_header.is_some()),
        ("proxy_protocol", proxies.proxy_protocol),
    ] {
        if is_set && !is_written {
            section.fault(name, NEEDS_PROXIES);
        }
    }
    if proxies.proxy_protocol && is_written && proxies.trusted.is_empty() {
        section.fault(
            "trusted_proxies",
            "is empty, so proxy_protocol would let nobody in",
        );
    }
    if !proxies.trusted.is_empty() && proxies.client_header.is_none() && !proxies.proxy_protocol {
        section.warn(
            "trusted_proxies",
            "nothing says what the proxies call the client, so it is unknown behind them; add \
             client_ip_header or proxy_protocol",
        );
    }
    proxies
}

/// A header that holds the client's country.
pub(super) fn country_header(section: &Section<'_>) -> Option<HeaderName> {
    let name = section.parsed("country_header", header_name);
    if name.is_some() && section.find("trusted_proxies").is_none() {
        section.fault("country_header", NEEDS_PROXIES);
    }
    name
}

const NEEDS_PROXIES: &str =
    "is believed from trusted proxies only; name their networks in trusted_proxies";

/// A header's name.
pub(super) fn header_name(text: &str) -> Result<HeaderName, &'static str> {
    text.parse()
        .map_err(|_| "is no name of a header; write e.g. \"X-Forwarded-For\"")
}
