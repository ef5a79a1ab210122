//! `[[site.cache]]`, `[site.denied_navigation]`, and the settings of a path's way to its object.

use std::path::Path;

use countersign_token::{CanonicalPath, Reason};

use crate::config::getters::word;
use crate::config::model::{
    CacheRule, CacheSettings, DeniedNavigation, Destination, EdgeRevocation, Serving, Site,
};
use crate::config::reader::Section;
use crate::config::units::is_origin;

/// The longest page for denied navigations: it is held in memory.
const MAX_PAGE_BYTES: usize = 256 << 10;

/// How many query parameters may tell cached objects apart.
const MAX_KEY_PARAMS: usize = 16;

/// The denials that a new token helps against; where the login page is the answer.
const HELPED_BY_LOGIN: [Reason; 5] = [
    Reason::Missing,
    Reason::Expired,
    Reason::KeyRetired,
    Reason::Revoked,
    Reason::Exhausted,
];

/// All of it, out of `[[site]]`.
pub(super) fn serving(site: &Section<'_>) -> Serving {
    Serving {
        cache_rules: site.tables("cache", rule).into_iter().flatten().collect(),
        cache_max_bytes: share(site),
        cache_key_params: key_params(site),
        index: site.parsed("index", index),
        cut_prefix: site.parsed("cut_prefix", cut_prefix),
        denied_navigation: site.table("denied_navigation", denied_navigation),
        edge_revocation: edge_revocation(site),
    }
}

/// The shares fit into the cache, and each share, the common one too, has room for what arrives:
/// half of it, which is a block at least.
pub(super) fn shares_fit(top: &Section<'_>, cache: &CacheSettings, sites: &[Site]) {
    let (max_bytes, block_bytes) = (cache.max_bytes, cache.block_bytes);
    let shares = sites.iter().map(|site| site.serving.cache_max_bytes);
    for (index, share) in shares.clone().enumerate() {
        // That it is no share at all is told where it is read.
        if share.is_some_and(|bytes| bytes > 0 && bytes / 2 < block_bytes) {
            let message =
                format!("must be at least two of cache.block_bytes, which is {block_bytes} bytes");
            top.fault(&format!("site.{index}.cache_max_bytes"), message);
        }
    }
    let all_own = shares.clone().all(|share| share.is_some());
    let sum = shares.flatten().fold(0, u64::saturating_add);
    if sum > max_bytes {
        let message = format!(
            "the sites' cache_max_bytes are {sum} bytes together, cache.max_bytes is {max_bytes}; \
             make it larger or them smaller"
        );
        top.fault("site", message);
    } else if !all_own && sum > 0 && (max_bytes - sum) / 2 < block_bytes {
        let message = format!(
            "the sites' cache_max_bytes leave {} bytes of cache.max_bytes for the sites that have \
             none, who need two of cache.block_bytes, which is {block_bytes} bytes; make it larger \
             or them smaller",
            max_bytes - sum
        );
        top.fault("site", message);
    }
}

fn edge_revocation(site: &Section<'_>) -> EdgeRevocation {
    let words = [EdgeRevocation::Expiry, EdgeRevocation::Origin].map(|word| (word.as_str(), word));
    site.word("edge_revocation", &words).unwrap_or_default()
}

fn rule(section: &Section<'_>) -> Option<CacheRule> {
    section.required("paths", "[\"/**/*.m3u8\"]");
    let paths = section.patterns("paths");
    let browser_secs = section.whole_secs("browser", 0);
    let edge_secs = section.whole_secs("edge", 0);
    let own = section.duration("own");
    let times = ["browser", "edge", "own"];
    if times.iter().all(|name| section.find(name).is_none()) {
        section.fault(
            "",
            "says no time; write browser, edge or own, e.g. browser = \"1s\"",
        );
    }
    Some(CacheRule {
        paths: paths?,
        browser_secs,
        edge_secs,
        own,
    })
}

fn share(site: &Section<'_>) -> Option<u64> {
    let bytes = site.bytes("cache_max_bytes")?;
    if bytes == 0 {
        let message = "must be more than 0; leave it out to share the cache with other sites";
        site.fault("cache_max_bytes", message);
    }
    Some(bytes)
}

fn key_params(site: &Section<'_>) -> Vec<String> {
    let params = site.checked_list("cache_key_params", |name| {
        let ok = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let why = "is no plain parameter name; write letters, digits, \"-\", \".\", \"_\" or \"~\"";
        name.bytes().all(ok).then(|| name.to_owned()).ok_or(why)
    });
    let params = params.unwrap_or_default();
    if params.len() > MAX_KEY_PARAMS {
        let message = format!("are too many; name at most {MAX_KEY_PARAMS}");
        site.fault("cache_key_params", message);
    }
    params
}

fn index(name: &str) -> Result<String, &'static str> {
    let is_name = !name.contains('/') && CanonicalPath::new(&format!("/{name}")).is_ok();
    let why = "is no name of an object; write it alone, e.g. \"index.html\"";
    is_name.then(|| name.to_owned()).ok_or(why)
}

fn cut_prefix(prefix: &str) -> Result<String, &'static str> {
    if prefix == "/" {
        return Err("cuts nothing off; leave the setting out");
    }
    let is_prefix = CanonicalPath::new(prefix).is_ok() && !prefix.ends_with('/');
    let why = "must start with \"/\", not end in one and be decoded, e.g. \"/media\"";
    is_prefix.then(|| prefix.to_owned()).ok_or(why)
}

fn denied_navigation(section: &Section<'_>) -> Option<DeniedNavigation> {
    let page = section.find("page").is_some();
    let redirect = section.find("redirect").is_some();
    let page_text = section
        .path("page")
        .and_then(|path| page_text(section, &path));
    let url = section.parsed("redirect", redirect_url);
    let reasons = section.checked_list("reasons", |text| {
        word(text, &Reason::ALL.map(|reason| (reason.as_str(), reason)))
    });
    if page && redirect {
        section.fault("redirect", "stands beside page; write one of them");
    }
    if section.is_present() && !page && !redirect {
        section.fault("", "leads nowhere; write page or redirect");
    }
    let to = match (page_text, url) {
        (Some(text), None) => Destination::Page(text),
        (None, Some(url)) => Destination::Redirect(url),
        _ => return None,
    };
    let reasons = reasons.unwrap_or_else(|| match to {
        Destination::Page(_) => Reason::ALL.to_vec(),
        Destination::Redirect(_) => HELPED_BY_LOGIN.to_vec(),
    });
    Some(DeniedNavigation { reasons, to })
}

fn page_text(section: &Section<'_>, path: &Path) -> Option<String> {
    let text = section.file_text("page", path)?;
    if text.len() > MAX_PAGE_BYTES {
        let message = format!("the file has more than {MAX_PAGE_BYTES} bytes; a page is shorter");
        section.fault("page", message);
        return None;
    }
    Some(text.to_string())
}

/// The request fills in a query value and nothing else, so the host is the operator's.
fn redirect_url(template: &str) -> Result<String, &'static str> {
    let (fixed, query) = template.split_once('?').unwrap_or((template, ""));
    let authority_end = fixed
        .find("://")
        .and_then(|at| fixed[at + 3..].find('/').map(|slash| at + 3 + slash));
    let is_absolute = is_origin(&fixed[..authority_end.unwrap_or(fixed.len())]);
    let is_uri = template
        .replace("{return_to}", "x")
        .parse::<http::Uri>()
        .is_ok();
    if !is_absolute || !is_uri || template.contains('#') {
        return Err(
            "is no absolute URL; write e.g. \"https://app.example/login?return_to={return_to}\"",
        );
    }
    let rest = query.replacen("{return_to}", "", 1);
    if fixed.contains(['{', '}']) || rest.contains(['{', '}']) {
        return Err("may hold {return_to} once and only behind its \"?\", and no other braces");
    }
    Ok(template.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{cut_prefix, index, redirect_url};

    #[test]
    fn a_redirect_has_a_host_that_no_request_changes() {
        for good in [
            "https://app.example/login?return_to={return_to}",
            "https://app.example?a=b&r={return_to}&c=d",
            "http://localhost:3000/login",
        ] {
            assert_eq!(redirect_url(good).as_deref(), Ok(good));
        }
        for bad in [
            "{return_to}",
            "/login?return_to={return_to}",
            "//app.example/?r={return_to}",
            "https://{return_to}/",
            "https://app.example{return_to}",
            "https://app.example/{return_to}",
            "https://app.example@evil.example/?r={return_to}",
            "https://app.example/?r={return_to}&s={return_to}",
            "https://app.example/?r={reason}",
            "https://app.example/?r=a#{return_to}",
            "https://app.example/?r=a b",
            "javascript:alert(1)",
        ] {
            assert!(redirect_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_index_is_one_name_and_a_prefix_a_path_without_its_last_slash() {
        assert!(index("index.html").is_ok());
        for bad in ["a/b", "..", ".", "/", "a\\b"] {
            assert!(index(bad).is_err(), "{bad}");
        }
        assert!(cut_prefix("/media").is_ok() && cut_prefix("/a/b c").is_ok());
        for bad in ["/", "media", "/media/", "/a//b", "/../a"] {
            assert!(cut_prefix(bad).is_err(), "{bad}");
        }
    }
}
