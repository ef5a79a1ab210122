//! The request's host: exactly one, valid, and the same wherever it stands (RFC 9112 §3.2).

use http::{HeaderMap, Uri, header, uri::Authority};

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

/// The host and, if it was written, the port: in lower case.
///
/// # Errors
/// [`HostFault`].
pub fn host_of(uri: &Uri, headers: &HeaderMap) -> Result<String, HostFault> {
    let mut lines = headers.get_all(header::HOST).iter();
    let line = lines.next().ok_or(HostFault::Missing)?;
    if lines.next().is_some() {
        return Err(HostFault::Several);
    }
    let host = line.to_str().map_err(|_| HostFault::Invalid)?;
    if host.is_empty() {
        return Err(HostFault::Missing);
    }
    if !is_host(host) {
        return Err(HostFault::Invalid);
    }
    let differs = |authority: &Authority| !authority.as_str().eq_ignore_ascii_case(host);
    if uri.authority().is_some_and(differs) {
        return Err(HostFault::Differs);
    }
    Ok(host.to_ascii_lowercase())
}

/// Whether a text is `host` or `host:port`, without user information.
pub fn is_host(text: &str) -> bool {
    let authority = text.parse::<Authority>();
    authority.is_ok_and(|authority| {
        let port = authority.as_str().strip_prefix(authority.host());
        !authority.host().is_empty()
            && !text.contains('@')
            && port.is_some_and(|port| port.is_empty() || authority.port_u16().is_some())
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Uri, header::HOST};

    use super::{HostFault, host_of};

    fn read(target: &str, hosts: &[&'static str]) -> Result<String, HostFault> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_static(host));
        }
        host_of(&target.parse::<Uri>().unwrap(), &headers)
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
        for host in ["a b", "user@a", "a/b", "a:b", ":80", "a:99999", "a,b c"] {
            assert_eq!(read("/a", &[host]), Err(HostFault::Invalid), "{host}");
        }
        assert_eq!(read("http://b/x", &["a"]), Err(HostFault::Differs));
    }
}
