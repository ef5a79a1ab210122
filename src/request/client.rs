//! Who asks: the socket's address, or what a trusted proxy says in the one header that the
//! configuration names.

use std::net::IpAddr;

use countersign_token::{ClientAddress, Headers};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Lines;
use super::forwarded::{addresses, forwarded};
use crate::config::model::{ClientHeader, Proxies};

/// Who asks, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its address. `None`: unknown; never a trusted proxy's own.
    pub address: Option<ClientAddress>,
    /// Its country. `None`: unknown.
    pub country: Option<Country>,
}

impl Client {
    /// The client of a connection from `peer`. Headers count only where `peer` is a trusted proxy.
    pub fn of(
        peer: IpAddr,
        headers: &HeaderMap,
        proxies: &Proxies,
        country_header: Option<&HeaderName>,
    ) -> Self {
        if !proxies.trusted.contain(peer) {
            return Self::at(peer);
        }
        Self {
            address: address(headers, proxies),
            country: country_header.and_then(|name| Country::of(headers, name)),
        }
    }

    /// One whom nobody speaks for.
    fn at(peer: IpAddr) -> Self {
        Self {
            address: Some(peer.into()),
            country: None,
        }
    }

    /// [`Self::of`], of lines as they were read.
    pub fn read(
        peer: IpAddr,
        lines: Lines<'_>,
        proxies: &Proxies,
        country_header: Option<&HeaderName>,
    ) -> Self {
        if !proxies.trusted.contain(peer) {
            return Self::at(peer);
        }
        let mut headers = HeaderMap::new();
        let client_header = proxies.client_header.as_ref().map(ClientHeader::name);
        for name in [client_header, country_header.cloned()]
            .into_iter()
            .flatten()
        {
            for value in lines.lines(name.as_str()) {
                // What is no value is left out of none: the line was read as one.
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    headers.append(&name, value);
                }
            }
        }
        Self::of(peer, &headers, proxies, country_header)
    }
}

/// The right-most address that is no trusted proxy's. Every line counts, as if they were one; an
/// entry that cannot be read hides those on its left, as nobody vouches for them.
fn address(headers: &HeaderMap, proxies: &Proxies) -> Option<ClientAddress> {
    let header = proxies.client_header.as_ref()?;
    let untrusted = |entry: &Option<ClientAddress>| {
        entry.is_none_or(|client| !proxies.trusted.contain(client.ip()))
    };
    let lines = |name| {
        headers
            .get_all(name)
            .iter()
            .rev()
            .map(HeaderValue::as_bytes)
    };
    match header {
        ClientHeader::Forwarded => lines(&http::header::FORWARDED)
            .flat_map(forwarded)
            .find(untrusted)?,
        ClientHeader::Addresses(name) => lines(name).flat_map(addresses).find(untrusted)?,
    }
}

/// A country by ISO 3166-1 alpha-2: two capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country([u8; 2]);

impl Country {
    /// The one line of a header; `None` where there are more, or where it is no country's code.
    pub fn of(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let mut lines = headers.get_all(name).iter();
        let code = <[u8; 2]>::try_from(lines.next()?.as_bytes()).ok()?;
        let is_code = lines.next().is_none() && code.iter().all(u8::is_ascii_uppercase);
        is_code.then_some(Self(code))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        // Capitals only, so it is always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::Client;
    use crate::config::Networks;
    use crate::config::model::{ClientHeader, Proxies};

    const HEADER: HeaderName = HeaderName::from_static("x-forwarded-for");
    const COUNTRY: HeaderName = HeaderName::from_static("cf-ipcountry");

    fn proxies(header: Option<HeaderName>) -> Proxies {
        Proxies {
            trusted: Networks::of(&["10.0.0.0/8", "2001:db8::/32"]),
            client_header: header.map(ClientHeader::of),
            proxy_protocol: false,
        }
    }

    fn client(peer: &str, header: HeaderName, lines: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&header, HeaderValue::from_static(line));
        }
        let proxies = proxies(Some(header));
        let client = Client::of(peer.parse().unwrap(), &headers, &proxies, None);
        client
            .address
            .map_or("unknown".to_owned(), |client| client.ip().to_string())
    }

    #[test]
    fn headers_of_others_than_trusted_proxies_are_not_read() {
        assert_eq!(client("192.0.2.1", HEADER, &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(
            client("::ffff:192.0.2.1", HEADER, &["198.51.100.1"]),
            "192.0.2.1"
        );
        assert_eq!(
            client("::ffff:10.0.0.1", HEADER, &["198.51.100.1"]),
            "198.51.100.1"
        );
    }

    #[test]
    fn the_right_most_address_that_is_no_trusted_proxy_is_the_client() {
        for (lines, expected) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            (&["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (
                &["198.51.100.1, 10.0.0.2, [2001:db8::5]:80"],
                "198.51.100.1",
            ),
            (&["1.1.1.1", "198.51.100.1, 10.9.9.9"], "198.51.100.1"),
            (&["1.1.1.1, 198.51.100.1", "10.9.9.9"], "198.51.100.1"),
            (
                &["nonsense, 198.51.100.1:1234, ::ffff:10.0.0.2"],
                "198.51.100.1",
            ),
            // Absent, hidden by what cannot be read, or trusted proxies only.
            (&[], "unknown"),
            (&[""], "unknown"),
            (&["198.51.100.1", ""], "unknown"),
            (&["198.51.100.1, unknown"], "unknown"),
            (&["198.51.100.1, unknown, 10.0.0.2"], "unknown"),
            (&["10.0.0.3, 10.0.0.2"], "unknown"),
        ] {
            assert_eq!(client("10.0.0.1", HEADER, lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn the_standard_header_is_read_by_its_own_grammar() {
        let header = http::header::FORWARDED;
        for (lines, expected) in [
            (
                &["for=198.51.100.1;proto=https, for=10.0.0.2"][..],
                "198.51.100.1",
            ),
            (
                &["for=1.1.1.1", "for=\"[2001:4860::1]:80\""],
                "2001:4860::1",
            ),
            (&["for=\"x", "for=198.51.100.1"], "198.51.100.1"),
            (&["for=198.51.100.1, for=_hidden"], "unknown"),
            (&["198.51.100.1"], "unknown"),
        ] {
            assert_eq!(
                client("10.0.0.1", header.clone(), lines),
                expected,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_trusted_proxy_is_nobodys_client_even_where_no_header_is_named() {
        let peer = "10.0.0.1".parse().unwrap();
        let client = Client::of(peer, &HeaderMap::new(), &proxies(None), None);
        assert_eq!(client, Client::default());
    }

    #[test]
    fn a_country_is_two_capitals_once_from_a_trusted_proxy() {
        let country = |peer: &str, lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(COUNTRY, HeaderValue::from_static(line));
            }
            let peer = peer.parse().unwrap();
            let client = Client::of(peer, &headers, &proxies(None), Some(&COUNTRY));
            client.country.map(|country| country.as_str().to_owned())
        };
        assert_eq!(country("10.0.0.1", &["CH"]).as_deref(), Some("CH"));
        for (peer, lines) in [
            ("192.0.2.1", &["CH"][..]),
            ("10.0.0.1", &[]),
            ("10.0.0.1", &["CH", "CH"]),
            ("10.0.0.1", &["ch"]),
            ("10.0.0.1", &["T1"]),
            ("10.0.0.1", &["CHE"]),
            ("10.0.0.1", &[""]),
        ] {
            assert_eq!(country(peer, lines), None, "{peer} {lines:?}");
        }
    }
}
