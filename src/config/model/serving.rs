//! How a site maps paths to objects, how long caches keep them, and what people see of a denial.

use std::time::Duration;

use countersign_token::{CanonicalPath, Patterns, Reason};

use super::Text;

/// What `[[site]]` says of its objects' names, of caching and of denied navigations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serving {
    /// `[[site.cache]]`, first match wins.
    pub cache_rules: Vec<CacheRule>,
    /// `cache_max_bytes`: the site's own part of `cache.max_bytes`; `None`: it shares the rest.
    pub cache_max_bytes: Option<u64>,
    /// `cache_key_params`: query parameters that tell cached objects apart; default none.
    pub cache_key_params: Vec<String>,
    /// `index`: the object that stands for a path that ends in `/`; default none.
    pub index: Option<String>,
    /// `cut_prefix`: what is cut off a path before the store is asked, `/media`; default nothing.
    pub cut_prefix: Option<String>,
    /// `[site.denied_navigation]`; `None`: people get the problem too.
    pub denied_navigation: Option<DeniedNavigation>,
    /// `edge_revocation`.
    pub edge_revocation: EdgeRevocation,
}

impl Serving {
    /// The first rule whose patterns cover the path.
    pub fn cache_rule(&self, path: &CanonicalPath<'_>) -> Option<&CacheRule> {
        self.cache_rules.iter().find(|rule| rule.paths.covers(path))
    }
}

/// How long objects of some paths are kept, and by whom. What is not said is the object's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRule {
    /// `paths`.
    pub paths: Patterns<Text>,
    /// `browser`, whole seconds.
    pub browser_secs: Option<u64>,
    /// `edge`, whole seconds.
    pub edge_secs: Option<u64>,
    /// `own`: how long this server's cache does not ask the store; `None`: `cache.fresh_for`.
    pub own: Option<Duration>,
}

/// Until when a copy at an edge is served (TOKEN.md §7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EdgeRevocation {
    /// Until the token expires, even if it is revoked meanwhile.
    #[default]
    Expiry,
    /// The origin is asked each time, which knows what is revoked.
    Origin,
}

impl EdgeRevocation {
    /// The setting's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expiry => "expiry",
            Self::Origin => "origin",
        }
    }
}

/// What a browser that follows a link gets in place of a denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeniedNavigation {
    /// `reasons`: the denials that this is for.
    pub reasons: Vec<Reason>,
    /// `page` or `redirect`.
    pub to: Destination,
}

/// Where a denied navigation leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// `page`: the text of an HTML file, with `{reason}` and `{request_id}`.
    Page(String),
    /// `redirect`: an absolute URL, of which the query may hold `{return_to}` once.
    Redirect(String),
}
