//! The request's host: exactly one, valid, and the same wherever it stands (RFC 9112 §3.2).

use std::net::Ipv6Addr;

use http::request::Parts;
use http::{Version, header, uri::Authority};

/// Why a request names no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostFault {
    /// No `Host` line, or an empty one.
    #[error("the request has no Host")]
    Missing,
    /// More than one `Host` line.
    #[error("the request has more than one Host")]
    Several,
    /// `Host` is no `host` or `host:port`.
    #[error("the request's Host is not a host")]
    Invalid,
    /// The authority of an absolute target is not `Host`.
    #[error("the request's target names another host than its Host")]
    Differs,
}

/// `Host` as it was written, where that is all that names a host: not yet known to be one. A text
/// that equals a host needs no further look.
pub fn written_host(head: &Parts) -> Option<&str> {
    let mut lines = head.headers.get_all(header::HOST).iter();
    let line = lines.next()?;
    let is_only = lines.next().is_none() && head.uri.authority().is_none();
    line.to_str().ok().filter(|_| is_only)
}

/// The host and, if it was written, the port: in lower case. HTTP/2 names it in `:authority`
/// (RFC 9113 §8.3.1), which stands for a `Host` that is not there.
///
/// # Errors
/// [`HostFault`].
pub fn host_of(head: &Parts) -> Result<String, HostFault> {
    let authority = head.uri.authority().map(Authority::as_str);
    let mut lines = head.headers.get_all(header::HOST).iter();
    let line = lines.next();
    if lines.next().is_some() {
        return Err(HostFault::Several);
    }
    let host = match (line, authority) {
        (Some(line), _) => line.to_str().map_err(|_| HostFault::Invalid)?,
        (None, Some(authority)) if head.version >= Version::HTTP_2 => authority,
        (None, _) => return Err(HostFault::Missing),
    };
    if host.is_empty() {
        return Err(HostFault::Missing);
    }
    if !is_host(host) {
        return Err(HostFault::Invalid);
    }
    if authority.is_some_and(|authority| !authority.eq_ignore_ascii_case(host)) {
        return Err(HostFault::Differs);
    }
    Ok(host.to_ascii_lowercase())
}

/// Whether a request is to be refused where every host is served: HTTP/1.0 has no `Host`, all
/// others one (RFC 9112 §3.2).
///
/// # Errors
/// [`HostFault`].
pub fn any_host(head: &Parts) -> Result<(), HostFault> {
    match host_of(head) {
        Err(HostFault::Missing) if head.version < Version::HTTP_11 => Ok(()),
        Err(fault) => Err(fault),
        Ok(_) => Ok(()),
    }
}

/// Whether a text is `host` or `host:port`, without user information; what stands in brackets is
/// an IPv6 address.
pub fn is_host(text: &str) -> bool {
    let authority = text.parse::<Authority>();
    authority.is_ok_and(|authority| {
        let host = authority.host();
        let port = authority.as_str().strip_prefix(host);
        let literal = host
            .strip_prefix('[')
            .map(|text| text.trim_end_matches(']'));
        !host.is_empty()
            && !text.contains('@')
            && literal.is_none_or(|text| text.parse::<Ipv6Addr>().is_ok())
            && port.is_some_and(|port| port.is_empty() || authority.port_u16().is_some())
    })
}

#[cfg(test)]
mod tests {
    use http::request::Builder;
    use http::{Request, Version};

    use super::{HostFault, any_host, host_of};

    fn read_as(version: Version, target: &str, hosts: &[&str]) -> Result<String, HostFault> {
        let request = Request::builder().version(version).uri(target);
        let with = |request: Builder, host: &&str| request.header("host", *host);
        let request = hosts.iter().fold(request, with).body(()).unwrap();
        host_of(&request.into_parts().0)
    }

    fn read(target: &str, hosts: &[&str]) -> Result<String, HostFault> {
        read_as(Version::HTTP_11, target, hosts)
    }

    #[test]
    fn one_valid_host_is_read_in_lower_case() {
        assert_eq!(
            read("/a", &["Media.Example:8080"]).as_deref(),
            Ok("media.example:8080")
        );
        assert_eq!(read("/a", &["[::1]:80"]).as_deref(), Ok("[::1]:80"));
        assert_eq!(
            read("http://a.example/x", &["A.example"]).as_deref(),
            Ok("a.example")
        );
    }

    #[test]
    fn none_several_invalid_and_differing_hosts_are_refused() {
        assert_eq!(read("/a", &[]), Err(HostFault::Missing));
        assert_eq!(read("/a", &[""]), Err(HostFault::Missing));
        assert_eq!(read("/a", &["a", "a"]), Err(HostFault::Several));
        for host in [
            "a b",
            "user@a",
            "a/b",
            "a:b",
            "a:",
            ":80",
            "a:99999",
            "a,b c",
            "[1.2.3.4]",
            "[::1",
            "[a]",
            "[::1]x",
            "\u{e4}",
        ] {
            assert_eq!(read("/a", &[host]), Err(HostFault::Invalid), "{host}");
        }
        assert_eq!(read("http://b/x", &["a"]), Err(HostFault::Differs));
        assert_eq!(read("http://u@a/x", &["a"]), Err(HostFault::Differs));
        assert_eq!(read("http://a/x", &[]), Err(HostFault::Missing));
    }

    #[test]
    fn only_http_1_0_may_name_no_host_at_all() {
        let read = |version, hosts: &[&str]| {
            let request = Request::builder().version(version).uri("/livez");
            let with = |request: Builder, host: &&str| request.header("host", *host);
            let request = hosts.iter().fold(request, with).body(()).unwrap();
            any_host(&request.into_parts().0)
        };
        assert_eq!(read(Version::HTTP_10, &[]), Ok(()));
        assert_eq!(read(Version::HTTP_10, &["a", "a"]), Err(HostFault::Several));
        assert_eq!(read(Version::HTTP_11, &[]), Err(HostFault::Missing));
        assert_eq!(read(Version::HTTP_11, &["10.0.0.1:9090"]), Ok(()));
    }

    #[test]
    fn in_http_2_the_authority_is_the_host_and_a_host_beside_it_must_equal_it() {
        let read = |target, hosts: &[&str]| read_as(Version::HTTP_2, target, hosts);
        assert_eq!(read("https://A:1/x", &[]).as_deref(), Ok("a:1"));
        assert_eq!(read("https://a/x", &["A"]).as_deref(), Ok("a"));
        assert_eq!(read("/x", &["a"]).as_deref(), Ok("a"));
        assert_eq!(read("/x", &[]), Err(HostFault::Missing));
        assert_eq!(read("https://a/x", &["b"]), Err(HostFault::Differs));
        assert_eq!(read("https://a/x", &["a", "a"]), Err(HostFault::Several));
        assert_eq!(read("https://u@a/x", &[]), Err(HostFault::Invalid));
    }
}
