//! `countersign config check`.

use std::process::ExitCode;

use countersign_token::{Key, signing_key};
use serde_json::{Value, json};

use super::Source;
use super::built::build;
use crate::cli::{EXIT_WRONG_INPUT, print};
use crate::clock::{Clock, EARLIEST_PLAUSIBLE_UNIX_SECS};
use crate::config::model::{Config, Site, StoreSettings, Text};
use crate::config::{Finding, Place, rfc3339};

const EXAMPLES: &str = "\
Examples:
  countersign config check
  countersign config check --config /etc/countersign/countersign.toml
  COUNTERSIGN__CACHE__MAX_BYTES=1GiB countersign config check --json

Every setting is described in docs/SETTINGS.md. Exit code 0: it can be served; 2: it cannot.";

/// `config check`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// Print JSON: {ok, faults, warnings, sites, ...}
    #[arg(long)]
    json: bool,
}

/// Reads and builds everything; prints every fault, or what would be served.
pub(super) fn run(args: Args, clock: &Clock) -> ExitCode {
    let loaded = Config::load(&args.source.inputs());
    let (config, mut faults, mut warnings) = match loaded {
        Ok((config, warnings)) => (Some(config), Vec::new(), warnings),
        Err(faults) => (None, faults.0, Vec::new()),
    };
    faults.extend(clock_fault(clock));
    if let Some(config) = &config {
        match tokio::runtime::Runtime::new().map(|runtime| runtime.block_on(build(config, clock))) {
            Ok(built) => {
                faults.extend(built.faults);
                warnings.extend(built.warnings);
            }
            Err(error) => return print::wrong_input(error),
        }
    }
    if args.json {
        let mut report = config
            .as_ref()
            .map_or_else(|| json!({}), |config| summary(config, clock));
        report["ok"] = json!(faults.is_empty());
        report["faults"] = faults.iter().map(finding).collect();
        report["warnings"] = warnings.iter().map(finding).collect();
        let printed = print::json(&report);
        return if faults.is_empty() {
            printed
        } else {
            ExitCode::from(EXIT_WRONG_INPUT)
        };
    }
    warnings.iter().for_each(print::warning);
    if !faults.is_empty() {
        faults.iter().for_each(print::note);
        let count = faults.len();
        let plural = if count == 1 { "" } else { "s" };
        return print::wrong_input(format_args!("{count} fault{plural} in the configuration"));
    }
    match config {
        Some(config) => print::data(text_summary(&config)),
        None => ExitCode::from(EXIT_WRONG_INPUT),
    }
}

fn clock_fault(clock: &Clock) -> Option<Finding> {
    let now = clock.now_unix_secs();
    (now < EARLIEST_PLAUSIBLE_UNIX_SECS).then(|| Finding {
        place: Place::Nowhere,
        setting: String::new(),
        message: format!("this machine's clock says {}; set it (NTP)", rfc3339(now)),
    })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "place": finding.place.to_string(),
        "setting": finding.setting,
        "message": finding.message,
    })
}

fn store(site: &Site) -> String {
    match &site.store {
        StoreSettings::Fs { root } => format!("fs {}", root.display()),
        StoreSettings::S3(s3) => {
            let endpoint = s3.endpoint.as_deref();
            let at = endpoint.map_or(String::new(), |endpoint| format!(" at {endpoint}"));
            format!("s3 {}{at}", s3.bucket)
        }
    }
}

fn summary(config: &Config, clock: &Clock) -> Value {
    let now = clock.now_unix_secs();
    let site = |site: &Site| {
        let key = |key: &Key<Text>| {
            json!({
                "kid": key.kid(),
                "alg": key.algorithm().as_str(),
                "state": key.state().as_str(),
                "from": key.from_unix_secs(),
                "until": key.until_unix_secs(),
            })
        };
        let signs = signing_key(&site.keys.keys, now);
        json!({
            "name": site.token.name(),
            "hosts": site.hosts,
            "public_url": site.public_url,
            "store": store(site),
            "prefix": site.store_prefix,
            "policy_rules": site.policy.len(),
            "keys": site.keys.keys.iter().map(key).collect::<Vec<_>>(),
            "signing_kid": signs.map(|key| key.kid()),
        })
    };
    json!({
        "delivery": config.delivery.listen.to_string(),
        "ops": config.ops.listen.to_string(),
        "signing": config.signing.as_ref().map(|signing| json!({
            "listen": signing.listen.to_string(),
            "issuers": signing.issuers.iter().map(|issuer| &issuer.issuer).collect::<Vec<_>>(),
            "api_keys": signing.api_keys.iter().map(|key| &key.name).collect::<Vec<_>>(),
            "rules": signing.rules.iter().map(|rule| &rule.name).collect::<Vec<_>>(),
        })),
        "cache_max_bytes": config.cache.max_bytes,
        "sites": config.sites.iter().map(site).collect::<Vec<_>>(),
    })
}

fn text_summary(config: &Config) -> String {
    let mut lines = vec![format!(
        "listen   delivery {}, ops {}",
        config.delivery.listen, config.ops.listen
    )];
    match &config.signing {
        Some(signing) => lines.push(format!(
            "signing  {}; issuers: {}, API keys: {}, rules: {}",
            signing.listen,
            signing.issuers.len(),
            signing.api_keys.len(),
            signing.rules.len()
        )),
        None => lines.push("signing  off".to_owned()),
    }
    for site in &config.sites {
        let hosts = match site.hosts[..] {
            [] => "any host".to_owned(),
            _ => site.hosts.join(", "),
        };
        lines.push(format!(
            "site     {} ({hosts}) as {}",
            site.token.name(),
            site.public_url
        ));
        lines.push(
            format!("  store  {} {}", store(site), site.store_prefix)
                .trim_end()
                .to_owned(),
        );
        for key in &site.keys.keys {
            let (alg, state) = (key.algorithm().as_str(), key.state().as_str());
            lines.push(format!("  key    {} {alg} {state}", key.kid()));
        }
        lines.push(format!("  policy {} rules", site.policy.len()));
    }
    lines.push("ok".to_owned());
    lines.join("\n")
}
