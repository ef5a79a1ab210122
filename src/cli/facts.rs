//! The flags that describe a site and a request, shared by `verify` and `explain`.

use std::path::PathBuf;
use std::process::ExitCode;

use countersign_token::{
    ClientAddress, Mode, Names, Patterns, PolicyRule, Request, Site, Verifier,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::print;
use crate::clock::Clock;
use crate::config::model::{KeyRing, Text};
use crate::config::{Warning, read_key_file, unix_secs};
use crate::link;
use crate::request::Lines;

/// A site's verifying half and a request to it.
#[derive(Debug, clap::Args)]
pub(super) struct FactsArgs {
    /// The URL, whole or from its path on: '/users/ada/photo.jpg?cs=…'
    #[arg(value_name = "URL")]
    url: String,
    /// The key file, TOML or JSON
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// The site's name, as configured; part of what is signed
    #[arg(long, value_name = "NAME")]
    site: String,
    /// The request's method
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    method: String,
    /// A header line: 'Cookie: cs=…'; may stand several times
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// The client's address [default: unknown]
    #[arg(long, value_name = "ADDRESS")]
    client_ip: Option<String>,
    /// The client's country, two letters [default: unknown]
    #[arg(long, value_name = "COUNTRY")]
    country: Option<String>,
    /// When: Unix seconds, or 2030-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The site's mode for all paths: required, optional, public or report
    #[arg(long, value_name = "MODE", default_value = "required", value_parser = mode)]
    mode: Mode,
    /// The site's skew, in seconds
    #[arg(long, value_name = "SECS", default_value_t = countersign_token::DEFAULT_SKEW_SECS)]
    skew: u64,
    /// The site's name of the parameter and path carriers
    #[arg(long, value_name = "NAME", default_value = "cs")]
    param: String,
    /// The site's name of the header carrier
    #[arg(long, value_name = "NAME", default_value = "countersign")]
    token_header: String,
    /// The site's name of the cookie carrier
    #[arg(long, value_name = "NAME", default_value = "cs")]
    cookie: String,
}

fn mode(word: &str) -> Result<Mode, String> {
    Mode::parse(word).ok_or_else(|| "one of required, optional, public, report".to_owned())
}

/// The flags, read and checked.
pub(super) struct Facts {
    site: Site<Text>,
    policy: Vec<PolicyRule<Text>>,
    ring: KeyRing,
    method: String,
    target: String,
    headers: HeaderMap,
    client: Option<ClientAddress>,
    country: Option<String>,
    now: u64,
}

impl FactsArgs {
    /// Reads the flags, and lets `judge` print its verdict: what it printed with, and whether the
    /// request may go on.
    pub(super) fn run(
        &self,
        clock: &Clock,
        judge: impl FnOnce(&Facts) -> (ExitCode, bool),
    ) -> ExitCode {
        match self.read(clock) {
            Ok(facts) => {
                let (printed, open) = judge(&facts);
                print::checked(open, printed)
            }
            Err(fault) => print::wrong_input(fault),
        }
    }

    /// Reads the key file and checks every flag.
    fn read(&self, clock: &Clock) -> Result<Facts, String> {
        let (ring, warnings) = read_key_file(&self.keys).map_err(|faults| faults.to_string())?;
        warnings
            .iter()
            .map(Warning::to_string)
            .for_each(print::warning);
        let names = Names {
            param: self.param.as_str().into(),
            header: self.token_header.as_str().into(),
            cookie: self.cookie.as_str().into(),
        };
        let site: Site<Text> =
            Site::new(self.site.as_str().into(), names).map_err(|fault| fault.to_string())?;
        let everywhere: Patterns<Text> =
            Patterns::parse("/**".into()).map_err(|fault| fault.to_string())?;
        let now = clock.now_unix_secs();
        if let Err(fault) = http::Method::from_bytes(self.method.as_bytes()) {
            return Err(format!(
                "--method {:?}: {fault}; write GET or HEAD",
                self.method
            ));
        }
        let is_country =
            |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
        if let Some(country) = self.country.as_deref().filter(|text| !is_country(text)) {
            return Err(format!("--country {country:?}: write two letters: CH"));
        }
        let client = self.client_ip.as_deref().map(|text| {
            ClientAddress::parse(text).ok_or_else(|| format!("--client-ip {text:?}: is no address"))
        });
        Ok(Facts {
            site: site.with_skew_secs(self.skew),
            policy: vec![PolicyRule {
                paths: everywhere,
                mode: self.mode,
            }],
            ring,
            method: self.method.clone(),
            target: target_of(&self.url)?.to_owned(),
            headers: self.header_map()?,
            client: client.transpose()?,
            country: self.country.clone(),
            now: match &self.at {
                None => now,
                Some(at) => unix_secs(at).ok_or_else(|| {
                    format!("--at {at:?}: is no time; write Unix seconds or 2030-01-31T12:00:00Z")
                })?,
            },
        })
    }

    fn header_map(&self) -> Result<HeaderMap, String> {
        let mut map = HeaderMap::new();
        for line in &self.headers {
            let parsed = line.split_once(':').and_then(|(name, value)| {
                let name = name.trim().parse::<HeaderName>().ok()?;
                Some((name, HeaderValue::from_bytes(value.trim().as_bytes()).ok()?))
            });
            let (name, value) =
                parsed.ok_or_else(|| format!("--header {line:?}: write 'Name: value'"))?;
            map.append(name, value);
        }
        Ok(map)
    }
}

/// [`link::target_of`], or what is wrong with the URL.
pub(super) fn target_of(url: &str) -> Result<&str, String> {
    link::target_of(url).ok_or_else(|| {
        let why = match url.contains("://") {
            true => "has no path; a signed URL has at least /",
            false => "is no URL; write https://host/path?query, or /path?query",
        };
        format!("{url:?}: {why}")
    })
}

impl Facts {
    pub(super) fn verifier(&self) -> Verifier<'_, Text, ()> {
        Verifier {
            site: &self.site,
            policy: &self.policy,
            keys: &self.ring.keys,
            revocations: &(),
        }
    }

    pub(super) fn request(&self) -> Request<'_, Lines<'_>> {
        Request {
            method: &self.method,
            target: self.target.as_bytes(),
            headers: Lines::Map(&self.headers),
            client: self.client,
            country: self.country.as_deref(),
        }
    }

    pub(super) const fn now(&self) -> u64 {
        self.now
    }
}
