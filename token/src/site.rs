//! What a verifier knows of a site: its name, its carriers' names, its bounds, its policy.

use core::fmt;

use crate::bytes::{is_name, is_tchar};
use crate::netstring::Start;
use crate::path::CanonicalPath;
use crate::pattern::Patterns;

/// How far clocks may differ for `nbf`, `from` and lifetimes, unless the site says otherwise.
pub const DEFAULT_SKEW_SECS: u64 = 30;

/// The names of a site's carriers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names<T> {
    /// The query parameter, and what the path carrier's segment starts with. Default `cs`.
    pub param: T,
    /// The request header, in any case. Default `Countersign`.
    pub header: T,
    /// The cookie, alone or followed by `-` and anything. Default `cs`.
    pub cookie: T,
}

impl<T: From<&'static str>> Default for Names<T> {
    fn default() -> Self {
        Self {
            param: "cs".into(),
            header: "countersign".into(),
            cookie: "cs".into(),
        }
    }
}

/// A site, but for its keys and policy. `T` holds text: `&str` or owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site<T> {
    name: T,
    signed_start: Start,
    names: Names<T>,
    skew_secs: u64,
    max_ttl_secs: Option<u64>,
}

/// Which name of a site is not one that tokens can work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteFault {
    /// The site's own name.
    Name,
    /// The parameter's.
    Param,
    /// The header's.
    Header,
    /// The cookie's.
    Cookie,
}

impl fmt::Display for SiteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "a site's name is 1–64 of A-Z a-z 0-9 . _ -",
            Self::Param => "the parameter's name is 1–64 of A-Z a-z 0-9 . _ -",
            Self::Header => {
                "the header's name is 1–64 characters of an HTTP token, and not Host, Cookie or Authorization"
            }
            Self::Cookie => {
                "the cookie's name is 1–64 of A-Z a-z 0-9 . _ -, without a \"__Host-\" or \"__Secure-\" in front"
            }
        })
    }
}

impl core::error::Error for SiteFault {}

impl<T: AsRef<str>> Site<T> {
    /// A site with the default skew and no longest lifetime.
    ///
    /// # Errors
    /// The first [`SiteFault`].
    pub fn new(name: T, names: Names<T>) -> Result<Self, SiteFault> {
        let plain = |text: &T| {
            (1..=64).contains(&text.as_ref().len()) && text.as_ref().bytes().all(is_name)
        };
        let header = names.header.as_ref();
        let reserved = ["host", "cookie", "authorization"];
        let cookie = names.cookie.as_ref();
        let fault = if !plain(&name) {
            SiteFault::Name
        } else if !plain(&names.param) {
            SiteFault::Param
        } else if !(1..=64).contains(&header.len())
            || !header.bytes().all(is_tchar)
            || reserved
                .iter()
                .any(|name| header.eq_ignore_ascii_case(name))
        {
            SiteFault::Header
        } else if !plain(&names.cookie)
            || cookie.starts_with("__Host-")
            || cookie.starts_with("__Secure-")
        {
            SiteFault::Cookie
        } else {
            return Ok(Self {
                signed_start: Start::new(name.as_ref()),
                name,
                names,
                skew_secs: DEFAULT_SKEW_SECS,
                max_ttl_secs: None,
            });
        };
        Err(fault)
    }

    /// Sets the clock difference that is forgiven; never for `exp`.
    #[must_use]
    pub fn with_skew_secs(mut self, secs: u64) -> Self {
        self.skew_secs = secs;
        self
    }

    /// Sets the longest lifetime that a token may have left.
    #[must_use]
    pub fn with_max_ttl_secs(mut self, secs: Option<u64>) -> Self {
        self.max_ttl_secs = secs;
        self
    }

    /// The name that every token of the site is signed with.
    pub fn name(&self) -> &str {
        self.name.as_ref()
    }

    #[inline]
    pub(crate) const fn signed_start(&self) -> &Start {
        &self.signed_start
    }

    /// The parameter's and path segment's name.
    pub fn param(&self) -> &str {
        self.names.param.as_ref()
    }

    /// The header's name, as configured.
    pub fn header(&self) -> &str {
        self.names.header.as_ref()
    }

    /// The cookie's name.
    pub fn cookie(&self) -> &str {
        self.names.cookie.as_ref()
    }

    /// Seconds of clock difference forgiven.
    pub const fn skew_secs(&self) -> u64 {
        self.skew_secs
    }

    /// The longest lifetime left, in seconds.
    pub const fn max_ttl_secs(&self) -> Option<u64> {
        self.max_ttl_secs
    }
}

/// How a site treats a part of its paths (TOKEN.md §5, "Policy").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A token that passes, or a denial.
    #[default]
    Required,
    /// No token, and no cookie that passes, is public; an explicit token must pass.
    Optional,
    /// Tokens are cut off and not looked at.
    Public,
    /// A denial is reported and not enforced.
    Report,
}

impl Mode {
    /// The word that configurations and vectors carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Public => "public",
            Self::Report => "report",
        }
    }

    /// The mode of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Required, Self::Optional, Self::Public, Self::Report]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }
}

/// One entry of a site's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRule<T> {
    /// Which paths it is about.
    pub paths: Patterns<T>,
    /// How they are treated.
    pub mode: Mode,
}

/// The mode of the first rule that covers the path.
pub(crate) fn mode_of<T: AsRef<str>>(policy: &[PolicyRule<T>], path: &CanonicalPath<'_>) -> Mode {
    policy
        .iter()
        .find(|rule| rule.paths.covers(path))
        .map_or(Mode::Required, |rule| rule.mode)
}
