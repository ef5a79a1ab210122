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
    };
    if proxies.client_header.is_some() && section.find("trusted_proxies").is_none() {
        section.fault("client_ip_header", NEEDS_PROXIES);
    }
    if !proxies.trusted.is_empty() && proxies.client_header.is_none() {
        section.warn(
            "trusted_proxies",
            "nothing says what the proxies call the client, so it is unknown behind them; add \
             client_ip_header",
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
