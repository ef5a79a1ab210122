//! A cookie's name and attributes (RFC 6265bis §4.1).

use clap::ValueEnum;
use countersign_token::CanonicalPath;

use crate::cli::sign::GrantArgs;
use crate::cookie::{self, Clash};

/// The flags.
#[derive(Debug, clap::Args)]
pub(super) struct Attributes {
    /// The cookie's name: cs, cs-ANYTHING, or either with __Host- or __Secure- in front
    #[arg(long, value_name = "NAME", default_value = "cs")]
    pub(super) name: String,
    /// For this host and all below it [default: the answering host alone]
    #[arg(long, value_name = "HOST")]
    domain: Option<String>,
    /// Send it below this path only [default: the folder of --paths, or --path]
    #[arg(long, value_name = "PATH")]
    cookie_path: Option<String>,
    /// Which pages of other sites may send it
    #[arg(long, value_enum, default_value = "lax")]
    same_site: SameSite,
    /// Keep it apart for each site that embeds it (CHIPS)
    #[arg(long)]
    partitioned: bool,
    /// Without Max-Age: it goes when the browser closes
    #[arg(long)]
    session: bool,
    /// Without Secure: for tests over plain HTTP
    #[arg(long)]
    insecure: bool,
}

/// The `SameSite` attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SameSite {
    /// Only pages of the same site
    Strict,
    /// Also when a link leads there
    Lax,
    /// Any page
    None,
}

impl Attributes {
    /// What no browser would keep, by the flag to change.
    pub(super) fn check(&self) -> Result<(), String> {
        let bare = self.name.strip_prefix("__Host-");
        let bare = bare.or_else(|| self.name.strip_prefix("__Secure-"));
        let bare = bare.unwrap_or(&self.name);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if bare.is_empty() || bare.len() > 128 || !bare.bytes().all(plain) {
            return Err(format!(
                "--name {:?}: must be 1 to 128 of A-Z a-z 0-9 . _ -",
                self.name
            ));
        }
        let path = self.cookie_path.as_deref().unwrap_or_default();
        let clashes = self.with_path(path).clashes(&self.name);
        if let Some(clash) = clashes.first() {
            let fault = match clash {
                Clash::SameSiteNone | Clash::Partitioned | Clash::Prefix => {
                    "--insecure: browsers refuse it with __Host-, __Secure-, --partitioned and \
                     --same-site none; leave it out"
                }
                Clash::HostDomain | Clash::HostPath => {
                    "--name: __Host- needs --cookie-path / and no --domain; or take __Secure-"
                }
            };
            return Err(fault.to_owned());
        }
        match &self.domain {
            Some(host) if !cookie::is_domain(host) => Err(format!(
                "--domain {host:?}: must be a host name, without a port"
            )),
            _ => Ok(()),
        }
    }

    /// The `Path` attribute, as browsers compare it: percent-encoded.
    pub(super) fn path(&self, grant: &GrantArgs) -> Result<String, String> {
        if let Some(path) = &self.cookie_path {
            let path = CanonicalPath::new(path)
                .map_err(|_| format!("--cookie-path {path:?}: must be a path such as /hls/7/"))?;
            return Ok(path.to_string());
        }
        if grant.paths.is_empty() {
            let path = grant.canonical_path()?;
            return Ok(path.map_or_else(|| "/".to_owned(), |path| path.to_string()));
        }
        Ok(cookie::common_folder(&grant.paths))
    }

    /// What follows `Set-Cookie: `.
    pub(super) fn line(&self, token: &str, path: &str, max_age_secs: u64) -> String {
        let max_age_secs = (!self.session).then_some(max_age_secs);
        let attributes = self.with_path(path);
        attributes.line(&self.name, token, max_age_secs)
    }

    fn with_path(&self, path: &str) -> cookie::Attributes {
        cookie::Attributes {
            domain: self.domain.clone(),
            path: path.to_owned(),
            secure: !self.insecure,
            http_only: true,
            same_site: match self.same_site {
                SameSite::Strict => cookie::SameSite::Strict,
                SameSite::Lax => cookie::SameSite::Lax,
                SameSite::None => cookie::SameSite::None,
            },
            partitioned: self.partitioned,
        }
    }
}
