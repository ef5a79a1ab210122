//! `countersign keys retire`.

use std::path::PathBuf;
use std::process::ExitCode;

use countersign_token::{Key, KeyState};
use serde_json::json;

use super::list::does;
use super::moment::At;
use super::ring_file::RingFile;
use crate::cli::print;
use crate::clock::Clock;
use crate::config::model::{KeyRing, Text};
use crate::config::rfc3339;

const EXAMPLES: &str = "\
Examples:
  countersign keys retire --keys keys.toml k20300131-a1b2
  countersign keys retire --keys keys.toml k20300131-a1b2 --remove      take the entry out
  countersign keys retire --keys keys.toml leaked --force               at once, URLs break

A retired key verifies nothing. What still verifies is kept, but for --force: its URLs would be
refused (key_retired) from the moment that servers read the file. In an orderly way: keys rotate.
Exit code 0: done; 2: refused, or wrong input.";

/// `keys retire`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The key's id
    #[arg(value_name = "KID")]
    kid: String,
    /// The key file, TOML or JSON
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// Take the entry out; its tokens are then of an unknown key
    #[arg(long)]
    remove: bool,
    /// Although URLs of it run: they are refused from then on
    #[arg(long)]
    force: bool,
    /// Write nothing; tell what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    at: At,
    /// Print JSON: {did, kid, dry_run}
    #[arg(long)]
    json: bool,
}

/// Retires the key, where nothing breaks by it.
pub(super) fn run(args: &Args, clock: &Clock) -> ExitCode {
    match retire(args, clock) {
        Ok(()) => told(args),
        Err(fault) => print::wrong_input(fault),
    }
}

fn told(args: &Args) -> ExitCode {
    let (did, kid) = (if args.remove { "removed" } else { "retired" }, &args.kid);
    if args.json {
        return print::json(&json!({ "did": did, "kid": kid, "dry_run": args.dry_run }));
    }
    let would = if args.dry_run { "would be " } else { "" };
    print::data(format_args!("key {kid} {would}{did}"))
}

fn retire(args: &Args, clock: &Clock) -> Result<(), String> {
    let now = args.at.unix_secs(clock)?;
    let (mut file, ring) = RingFile::read(&args.keys)?;
    let kid = &args.kid;
    let key = ring.keys.iter().find(|key| key.kid() == kid);
    let key = key.ok_or_else(|| {
        let kids: Vec<&str> = ring.keys.iter().map(Key::kid).collect();
        format!(
            "{kid:?}: the file has no such key; it has {}",
            kids.join(", ")
        )
    })?;
    if !args.force {
        breaks_nothing(&ring, key, now)?;
    }
    if args.remove {
        file.remove(kid);
    } else {
        file.set(kid, "state", "retired");
    }
    file.write(args.dry_run).map(|_| ())
}

fn breaks_nothing(ring: &KeyRing, key: &Key<Text>, now: u64) -> Result<(), String> {
    let kid = key.kid();
    if does(&ring.keys, key, now) == "signs" {
        return Err(format!(
            "{kid}: signs; give it a successor first (countersign keys rotate), or insist with --force"
        ));
    }
    if key.state() == KeyState::Retired {
        return Ok(());
    }
    match key.until_unix_secs() {
        Some(until) if now >= until => Ok(()),
        Some(until) => Err(format!(
            "{kid}: URLs of it may run until {}; wait, or insist with --force",
            rfc3339(until)
        )),
        None => Err(format!(
            "{kid}: verifies, and nobody knows how long its URLs run; give it an `until` and wait, or \
             insist with --force"
        )),
    }
}
