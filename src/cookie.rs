//! A cookie that carries a token: its attributes, and which of them no browser would keep
//! together (RFC 6265bis §4.1, CHIPS for `Partitioned`).

/// The `SameSite` attribute: which pages make a browser send the cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// Pages of the same site.
    Strict,
    /// Also a link that leads there.
    #[default]
    Lax,
    /// Any page.
    None,
}

/// What follows name and value, but for `Max-Age`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// For this host and all below it; `None`: the answering host alone.
    pub domain: Option<String>,
    /// Percent-encoded, as browsers compare it.
    pub path: String,
    /// Over TLS only.
    pub secure: bool,
    /// Out of scripts' reach.
    pub http_only: bool,
    /// Which pages send it.
    pub same_site: SameSite,
    /// Kept apart for each site that embeds it.
    pub partitioned: bool,
}

impl Default for Attributes {
    /// The answering host alone, all its paths, `Secure`, `HttpOnly`, `SameSite=Lax`.
    fn default() -> Self {
        Self {
            domain: None,
            path: "/".to_owned(),
            secure: true,
            http_only: true,
            same_site: SameSite::Lax,
            partitioned: false,
        }
    }
}

/// Attributes for which a browser drops the cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// `SameSite=None` without `Secure`.
    SameSiteNone,
    /// `Partitioned` without `Secure`.
    Partitioned,
    /// `__Host-` or `__Secure-` without `Secure`.
    Prefix,
    /// `__Host-` with a `Domain`.
    HostDomain,
    /// `__Host-` with another `Path` than `/`.
    HostPath,
}

impl Attributes {
    /// Every clash, of a cookie with this name.
    pub fn clashes(&self, name: &str) -> Vec<Clash> {
        let host = name.starts_with("__Host-");
        let prefixed = host || name.starts_with("__Secure-");
        let insecure = !self.secure;
        [
            (
                insecure && self.same_site == SameSite::None,
                Clash::SameSiteNone,
            ),
            (insecure && self.partitioned, Clash::Partitioned),
            (insecure && prefixed, Clash::Prefix),
            (host && self.domain.is_some(), Clash::HostDomain),
            (host && self.path != "/", Clash::HostPath),
        ]
        .into_iter()
        .filter_map(|(clashes, clash)| clashes.then_some(clash))
        .collect()
    }

    /// Whether a browser sends the cookie with a request for this percent-encoded path (RFC 6265
    /// §5.1.4).
    pub fn reach(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str()).is_some_and(|rest| {
            rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/')
        })
    }

    /// Whether a browser may send the cookie with a request for some path of one of these patterns:
    /// false only where it is plain that it sends none.
    pub fn may_reach(&self, patterns: &[String]) -> bool {
        let mut included = patterns.iter().filter(|pattern| !pattern.starts_with('-'));
        included.any(|pattern| {
            let folder = folder(pattern);
            self.reach(&folder) || self.path.starts_with(&folder)
        })
    }

    /// What follows `Set-Cookie: `. A token holds only bytes that a cookie's value may hold.
    /// `max_age_secs`: `None` for until the browser closes, 0 ends the cookie at once.
    pub fn line(&self, name: &str, value: &str, max_age_secs: Option<u64>) -> String {
        let mut line = format!("{name}={value}; Path={}", self.path);
        if let Some(domain) = &self.domain {
            line.push_str(&format!("; Domain={domain}"));
        }
        if let Some(secs) = max_age_secs {
            line.push_str(&format!("; Max-Age={secs}"));
        }
        if self.secure {
            line.push_str("; Secure");
        }
        if self.http_only {
            line.push_str("; HttpOnly");
        }
        line.push_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        });
        if self.partitioned {
            line.push_str("; Partitioned");
        }
        line
    }
}

/// The deepest folder that every path of these patterns (TOKEN.md §3) lies in, percent-encoded.
pub fn common_folder(patterns: &[String]) -> String {
    let included = patterns.iter().filter(|pattern| !pattern.starts_with('-'));
    let folders = included.map(|pattern| folder(pattern));
    let common = folders.reduce(|a, b| {
        let same = a.split_inclusive('/').zip(b.split_inclusive('/'));
        let same = same.take_while(|(a, b)| a == b).map(|(a, _)| a);
        same.collect()
    });
    common.unwrap_or_else(|| "/".to_owned())
}

/// The folder of what stands before a pattern's first wildcard.
fn folder(pattern: &str) -> String {
    let literal = pattern.split('*').next().unwrap_or_default();
    let folder = literal.rfind('/').map_or("/", |end| &literal[..=end]);
    // In a pattern "~XX" stands for a byte, in a URL "%XX"; a colon stands bare in the one only, a
    // tilde in the other.
    let escaped = folder.replace(':', "%3A").replace('~', "%");
    escaped.replace("%7E", "~")
}

/// Whether a `Domain` is a host's name, without a port or a leading dot.
pub fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(allowed)
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Clash, SameSite, common_folder, is_domain};

    fn owned(patterns: &[&str]) -> Vec<String> {
        patterns.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_a_browser_would_drop_is_a_clash() {
        let wrong = Attributes {
            domain: Some("a.test".to_owned()),
            path: "/a".to_owned(),
            secure: false,
            same_site: SameSite::None,
            partitioned: true,
            ..Attributes::default()
        };
        let insecure = [Clash::SameSiteNone, Clash::Partitioned];
        assert_eq!(wrong.clashes("cs"), insecure);
        let all = [&insecure[..], &[Clash::Prefix]].concat();
        assert_eq!(wrong.clashes("__Secure-cs"), all);
        let all = [&all[..], &[Clash::HostDomain, Clash::HostPath]].concat();
        assert_eq!(wrong.clashes("__Host-cs"), all);
        assert_eq!(Attributes::default().clashes("__Host-cs"), []);
    }

    #[test]
    fn a_cookie_reaches_its_path_and_what_is_below() {
        let reach = |cookie: &str, path| {
            let path_of_cookie = cookie.to_owned();
            let attributes = Attributes {
                path: path_of_cookie,
                ..Attributes::default()
            };
            attributes.reach(path)
        };
        assert!(
            reach("/", "/a") && reach("/a", "/a") && reach("/a", "/a/b") && reach("/a/", "/a/b")
        );
        assert!(!reach("/a", "/ab") && !reach("/a/", "/a") && !reach("/a", "/"));
    }

    #[test]
    fn a_cookie_goes_to_the_folder_that_all_patterns_share() {
        let of = |patterns: &[&str]| common_folder(&owned(patterns));
        assert_eq!(of(&["/hls/7/**"]), "/hls/7/");
        assert_eq!(of(&["/hls/7/a*.ts", "-/hls/7/ab.ts"]), "/hls/7/");
        assert_eq!(of(&["/a/b/c.jpg", "/a/bc/*"]), "/a/");
        assert_eq!(of(&["/a~20b/**"]), "/a%20b/");
        assert_eq!(of(&["/~7Ea:b/**"]), "/~a%3Ab/");
        assert_eq!(of(&["/**"]), "/");
        assert_eq!(of(&["/a/*", "/b/*"]), "/");
    }

    #[test]
    fn a_cookie_may_reach_a_pattern_that_begins_as_its_path_does() {
        let attributes = Attributes {
            path: "/a%20b/c/".to_owned(),
            ..Attributes::default()
        };
        let reach = |patterns: &[&str]| attributes.may_reach(&owned(patterns));
        for pattern in ["/**", "/a~20b/*.jpg", "/a~20b/c/**", "/a~20b/c/d/e"] {
            assert!(reach(&[pattern]), "{pattern}");
        }
        assert!(reach(&["/x/**", "/a~20b/**"]));
        assert!(!reach(&["/x/**", "/a~20b/d/*", "-/a~20b/c/**"]));
    }

    #[test]
    fn a_domain_is_a_host_name() {
        assert!(is_domain("media.example") && is_domain("localhost"));
        for text in ["", ".a", "a..b", "a:80", "*.a", "a;b", "é.a"] {
            assert!(!is_domain(text), "{text}");
        }
    }
}
