//! The flags of `countersign sign`.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use countersign_token::{Carrier, Terms};

use crate::cli::validate::ValidateArgs;
use crate::clock::EARLIEST_PLAUSIBLE_UNIX_SECS;
use crate::config::unix_secs;

const EXAMPLES: &str = "\
Examples:
  One photo for a quarter of an hour:
    countersign sign --keys keys.toml --site media.example --path '/users/ada/photo.jpg' \\
      --expires 15m --base-url https://media.example

  A whole HLS film; the token in the path, so that a playlist's relative URLs inherit it:
    countersign sign --keys keys.toml --site media.example --path /hls/7/master.m3u8 \\
      --paths '/hls/7/**' --expires 4h --carrier path --base-url https://media.example

  Only from one network, saved under a name:
    countersign sign --keys keys.toml --site media.example --path /r.pdf --expires 1h \\
      --ip 203.0.113.0/24 --download-as 'Report.pdf' --base-url https://media.example

  Fetch it:
    curl \"$(countersign sign --keys keys.toml … --base-url https://media.example)\"

The result stands bare and alone on standard output, as $(…) needs it. It may hold & * ! ~ and never
a quote, blank, $ or backslash: to paste it into a shell, put it between single quotes ('…').
Without --base-url the result is the token alone. Warnings go to standard error.

With --validate the URL is fetched too (one byte), and standard error tells the answer's status.
Exit code 0: signed, and with --validate it opens; 1: it does not; 2: wrong input.";

/// `sign`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    pub(in crate::cli) grant: GrantArgs,
    /// Where the token stands
    #[arg(long, value_enum, default_value = "query")]
    pub carrier: CarrierArg,
    /// Print the whole URL, starting so: https://media.example
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub base_url: Option<String>,
    /// The site's name of the parameter and path carriers
    #[arg(long, value_name = "NAME", default_value = "cs")]
    pub param: String,
    /// The site's name of the header carrier
    #[arg(long, value_name = "NAME", default_value = "countersign")]
    pub header: String,
    #[command(flatten)]
    pub(super) validate: ValidateArgs,
    /// Print JSON: {url, token, path, expires_at (Unix seconds), kid, validated?}
    #[arg(long)]
    pub json: bool,
}

/// What is signed and with what, for `sign` and `cookie`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct GrantArgs {
    /// The key file, TOML or JSON (make one: countersign keys new --out keys.toml)
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// The site's name, as configured; part of what is signed
    #[arg(long, value_name = "NAME")]
    pub site: String,
    /// The path as text, not percent-encoded: '/a b.png'
    #[arg(long, value_name = "PATH", required_unless_present = "paths")]
    pub path: Option<String>,
    /// For how long (15m, 12h, 7d), or until when (2030-01-31T12:00:00Z, or Unix seconds)
    #[arg(long, value_name = "DURATION|TIME")]
    pub expires: String,
    /// Valid for these patterns, in place of --path alone: '/hls/7/**', '-/hls/7/secret/*'
    #[arg(
        long,
        value_name = "PATTERN",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub paths: Vec<String>,
    /// Valid from a duration or moment on
    #[arg(long, value_name = "DURATION|TIME")]
    pub nbf: Option<String>,
    /// When it was issued, for revocation by issued_before: now, a time, Unix seconds, or none
    #[arg(long, value_name = "now|TIME|none", default_value = "now")]
    pub iat: String,
    /// Only for clients in these addresses or networks: 203.0.113.7, 2001:db8::/64
    #[arg(long, value_name = "NETWORK", value_delimiter = ',')]
    pub ip: Vec<String>,
    /// Only for clients in these countries: DE,AT; or in all but these: -US
    #[arg(
        long,
        value_name = "COUNTRY",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub geo: Vec<String>,
    /// For these methods [default: GET, which HEAD passes too]
    #[arg(long, value_name = "METHOD", value_delimiter = ',')]
    pub method: Vec<String>,
    /// The user it is issued to; readable by who holds the URL
    #[arg(long, value_name = "TEXT")]
    pub sub: Option<String>,
    /// The session
    #[arg(long, value_name = "ID")]
    pub sid: Option<String>,
    /// The token's id, for revocation, counting and audit
    #[arg(long, value_name = "ID")]
    pub jti: Option<String>,
    /// How many distinct uses
    #[arg(long, value_name = "NUMBER", requires = "jti")]
    pub uses: Option<u64>,
    /// The store's version id of the object
    #[arg(long, value_name = "ID")]
    pub ver: Option<String>,
    /// Content-Disposition: inline, attachment, or either with :FILE NAME
    #[arg(long, value_name = "TEXT")]
    pub cd: Option<String>,
    /// Save under this name (the same as --cd attachment:NAME)
    #[arg(long, value_name = "NAME", conflicts_with = "cd")]
    pub download_as: Option<String>,
    /// Content-Type of the answer: 'text/plain; charset=utf-8'
    #[arg(long, value_name = "TYPE")]
    pub ct: Option<String>,
    /// Send at most so many bytes a second, 1024 or more
    #[arg(long, value_name = "NUMBER")]
    pub bps: Option<u64>,
    /// Text for the access log
    #[arg(long, value_name = "TEXT")]
    pub data: Option<String>,
    /// Sign a query parameter's value; a name alone signs its absence
    #[arg(long, value_name = "NAME=VALUE")]
    pub qs: Vec<String>,
    /// Sign a request header's value; a name alone signs its absence
    #[arg(long, value_name = "NAME=VALUE")]
    pub hdr: Vec<String>,
    /// Sign with this key [default: the active one with the latest `from`]
    #[arg(long, value_name = "KID")]
    pub kid: Option<String>,
}

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CarrierArg {
    /// ?cs=TOKEN
    Query,
    /// /cs=TOKEN/…; relative URLs inherit it
    Path,
    /// countersign: TOKEN; prints the header line
    Header,
}

impl From<CarrierArg> for Carrier {
    fn from(carrier: CarrierArg) -> Self {
        match carrier {
            CarrierArg::Query => Self::Query,
            CarrierArg::Path => Self::Path,
            CarrierArg::Header => Self::Header,
        }
    }
}

pub(in crate::cli) fn base_url(text: &str) -> Result<String, String> {
    if crate::config::is_origin(text.strip_suffix('/').unwrap_or(text)) {
        return Ok(text.to_owned());
    }
    Err("write scheme and host only, e.g. https://media.example".to_owned())
}

impl GrantArgs {
    /// What to sign.
    pub(super) fn terms(&self, now: u64) -> Result<Terms, String> {
        let names = |flags: &[String]| -> Vec<String> {
            let name = |flag: &String| {
                flag.split_once('=')
                    .map_or(flag.as_str(), |pair| pair.0)
                    .to_owned()
            };
            flags.iter().map(name).collect()
        };
        let nbf = self.nbf.as_deref().map(|text| moment("--nbf", text, now));
        let download_as = self.download_as.as_ref();
        Ok(Terms {
            exp: moment("--expires", &self.expires, now)?,
            nbf: nbf.transpose()?,
            iat: issued(&self.iat, now)?,
            path: self.paths.clone(),
            ip: self.ip.clone(),
            geo: self.geo.clone(),
            method: self.method.clone(),
            qs: names(&self.qs),
            hdr: names(&self.hdr),
            jti: self.jti.clone(),
            sub: self.sub.clone(),
            sid: self.sid.clone(),
            uses: self.uses,
            ver: self.ver.clone(),
            cd: self
                .cd
                .clone()
                .or(download_as.map(|name| format!("attachment:{name}"))),
            ct: self.ct.clone(),
            bps: self.bps,
            data: self.data.clone(),
        })
    }
}

/// A token that says to be younger than it is would outlive a revocation.
fn issued(text: &str, now: u64) -> Result<Option<u64>, String> {
    match unix_secs(text) {
        _ if text == "none" => Ok(None),
        _ if text == "now" => Ok(Some(now)),
        Some(secs) if secs <= now => Ok(Some(secs)),
        Some(_) => Err(format!(
            "--iat {text:?}: lies ahead; write now, or a time that is past"
        )),
        None => Err(format!(
            "--iat {text:?}: is no moment; write now, none, 2030-01-31T12:00:00Z or Unix seconds"
        )),
    }
}

/// `15m` from now on, or a moment.
fn moment(flag: &str, text: &str, now: u64) -> Result<u64, String> {
    match unix_secs(text) {
        Some(secs) if secs < EARLIEST_PLAUSIBLE_UNIX_SECS => Err(format!(
            "{flag} {text:?}: has no unit (or lies before 2020); write {text}s for seconds from now"
        )),
        Some(secs) => Ok(secs),
        None => {
            let after: Duration = humantime::parse_duration(text).map_err(|_| {
                format!(
                    "{flag} {text:?}: is no duration and no moment; write e.g. 15m, 7d, or \
                     2030-01-31T12:00:00Z"
                )
            })?;
            let in_range = now
                .checked_add(after.as_secs())
                .filter(|secs| *secs <= 9_999_999_999);
            in_range.ok_or_else(|| format!("{flag} {text:?}: lies beyond the year 2286"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{issued, moment};

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn a_token_is_issued_now_or_before() {
        assert_eq!(issued("now", NOW), Ok(Some(NOW)));
        assert_eq!(issued("none", NOW), Ok(None));
        assert_eq!(issued("1700000000", NOW), Ok(Some(1_700_000_000)));
        for (text, part) in [
            ("1800000001", "lies ahead"),
            ("soon", "is no moment"),
            ("15m", "is no moment"),
        ] {
            assert!(issued(text, NOW).unwrap_err().contains(part), "{text}");
        }
    }

    #[test]
    fn moments_are_durations_from_now_or_absolute() {
        assert_eq!(moment("--expires", "15m", NOW), Ok(NOW + 900));
        assert_eq!(moment("--expires", "7d", NOW), Ok(NOW + 7 * 86_400));
        assert_eq!(moment("--expires", "1900000000", NOW), Ok(1_900_000_000));
        assert_eq!(
            moment("--expires", "2030-03-17T17:46:40Z", NOW),
            Ok(1_900_000_000)
        );
    }

    #[test]
    fn a_number_without_unit_and_a_moment_beyond_ten_figures_are_refused() {
        assert!(moment("--expires", "900", NOW).is_err_and(|why| why.contains("900s")));
        assert!(moment("--expires", "soon", NOW).is_err_and(|why| why.contains("15m")));
        assert!(moment("--expires", "9000y", NOW).is_err_and(|why| why.contains("2286")));
    }
}
