//! `countersign keys list`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use countersign_token::{DEFAULT_SKEW_SECS, Key, KeyState, signing_key};
use serde_json::{Value, json};

use super::moment::At;
use crate::cli::print;
use crate::clock::Clock;
use crate::config::model::{KeyRing, Text};
use crate::config::{Warning, read_key_file, rfc3339};

const EXAMPLES: &str = "\
Examples:
  countersign keys list --keys keys.toml
  countersign keys list --keys keys.toml --json
  countersign keys list --keys keys.toml --strict --soon 60d      for a daily check
  countersign keys list --keys keys.toml --at 2030-01-31T12:00:00Z

NOW says what a key does at that moment: signs, verifies or nothing. Secrets are never shown.
Exit code 0: read; 1: with --strict, where there is a warning; 2: wrong input.";

/// `keys list`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The key file, TOML or JSON
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    #[command(flatten)]
    at: At,
    /// Warn of a signing key that ends within this time
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = humantime::parse_duration)]
    soon: Duration,
    /// Exit with 1 where there is a warning
    #[arg(long)]
    strict: bool,
    /// Print JSON: {keys: [{kid, alg, state, from, until, max_ttl, paths, now, private}], warnings}
    #[arg(long)]
    json: bool,
}

/// Prints the keys and what is to be said of them.
pub(super) fn run(args: &Args, clock: &Clock) -> ExitCode {
    let read = args.at.unix_secs(clock).and_then(|now| {
        let read = read_key_file(&args.keys).map_err(|faults| faults.to_string())?;
        Ok((now, read))
    });
    let (now, (ring, of_file)) = match read {
        Ok(read) => read,
        Err(fault) => return print::wrong_input(fault),
    };
    let mut warnings: Vec<String> = of_file.iter().map(Warning::to_string).collect();
    warnings.extend(doubts(&ring, now, args.soon));
    let printed = if args.json {
        let keys: Vec<Value> = ring
            .keys
            .iter()
            .map(|key| key_json(&ring, key, now))
            .collect();
        print::json(&json!({ "keys": keys, "warnings": warnings }))
    } else {
        let printed = print::data(table(&ring, now));
        warnings.iter().for_each(print::warning);
        printed
    };
    print::checked(!args.strict || warnings.is_empty(), printed)
}

/// What a key does now, in a word.
pub(super) fn does(keys: &[Key<Text>], key: &Key<Text>, now: u64) -> &'static str {
    let signs = signing_key(keys, now).is_some_and(|signer| signer.kid() == key.kid());
    let started = key
        .from_unix_secs()
        .is_none_or(|from| now + DEFAULT_SKEW_SECS >= from);
    let over = key.until_unix_secs().is_some_and(|until| now >= until);
    match (signs, key.state() != KeyState::Retired && started && !over) {
        (true, _) => "signs",
        (_, true) => "verifies",
        _ => "nothing",
    }
}

/// Whether this file holds what signs: a secret, or an EdDSA key's private half.
fn can_sign(ring: &KeyRing, key: &Key<Text>) -> bool {
    let private = || ring.private.iter().any(|(kid, _)| kid == key.kid());
    key.public_key().is_none() || private()
}

fn doubts(ring: &KeyRing, now: u64, soon: Duration) -> Vec<String> {
    let mut doubts = Vec::new();
    let Some(signer) = signing_key(&ring.keys, now) else {
        doubts.push("no key signs now; make one active, or look at the dates".to_owned());
        return doubts;
    };
    let kid = signer.kid();
    if !can_sign(ring, signer) {
        doubts.push(format!(
            "{kid}: has only its public half here, so this file only verifies"
        ));
    }
    if let Some(until) = signer.until_unix_secs()
        && until <= now.saturating_add(soon.as_secs())
    {
        let until = rfc3339(until);
        doubts.push(format!(
            "{kid}: ends at {until}, and no URL may outlive it; rotate now"
        ));
    }
    for key in &ring.keys {
        let other = key.kid();
        let over = key.until_unix_secs().is_some_and(|until| now >= until);
        let starts = key.from_unix_secs().is_none_or(|from| from <= now);
        if key.state() == KeyState::Active && other != kid && starts && !over {
            doubts.push(format!(
                "{other}: is active beside {kid}, which signs as it starts later; set it to \"accept\""
            ));
        }
        if over && key.state() != KeyState::Retired {
            doubts.push(format!("{other}: is over and does nothing; retire it"));
        }
    }
    doubts
}

fn key_json(ring: &KeyRing, key: &Key<Text>, now: u64) -> Value {
    let paths = key.paths().map(|paths| paths.members().collect::<Vec<_>>());
    json!({
        "kid": key.kid(),
        "alg": key.algorithm().as_str(),
        "state": key.state().as_str(),
        "from": key.from_unix_secs(),
        "until": key.until_unix_secs(),
        "max_ttl": key.max_ttl_secs(),
        "paths": paths,
        "now": does(&ring.keys, key, now),
        "private": can_sign(ring, key),
    })
}

fn table(ring: &KeyRing, now: u64) -> String {
    let date = |secs: Option<u64>| secs.map_or_else(|| "-".to_owned(), rfc3339);
    let mut rows = vec![["KID", "ALG", "STATE", "NOW", "FROM", "UNTIL"].map(str::to_owned)];
    rows.extend(ring.keys.iter().map(|key| {
        [
            key.kid().to_owned(),
            key.algorithm().as_str().to_owned(),
            key.state().as_str().to_owned(),
            does(&ring.keys, key, now).to_owned(),
            date(key.from_unix_secs()),
            date(key.until_unix_secs()),
        ]
    }));
    let widest = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(widest).collect();
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(&widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        line.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
