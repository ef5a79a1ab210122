//! `countersign keys rotate`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use countersign_token::{Algorithm, Key, signing_key};
use serde_json::{Value, json};

use super::moment::At;
use super::new::{self, Alg};
use super::plan::{self, Step, Terms, Waiting};
use super::ring_file::RingFile;
use crate::cli::print;
use crate::clock::Clock;
use crate::config::model::KeyRing;
use crate::config::rfc3339;

const EXAMPLES: &str = "\
Examples:
  countersign keys rotate --keys keys.toml --max-ttl 7d             the next step, if one is due
  countersign keys rotate --keys keys.toml --max-ttl 7d --dry-run   what would be done
  countersign keys rotate --keys keys.toml --max-ttl 7d --alg EdDSA the new key is of another kind

Run it once a step. It sees from states and dates in the file how far the rotation has come:
  1  add       a new key that only verifies, for --wait
  2  activate  the new key signs; the old one verifies until its last URL has expired
  3  retire    the old key verifies nothing
After each step give the file to every server and edge that verifies. Run daily by a timer it rotates
without end and never early: --wait must cover the time until all of them have a changed file.
Exit code 0: a step was done, or none is due yet; 2: refused, or wrong input.";

/// `keys rotate`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The key file, TOML or JSON; it is replaced at once, comments stay
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// The longest life of the URLs in use (the site's max_ttl) [default: the old key's max_ttl]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    max_ttl: Option<Duration>,
    /// How long until every server and edge has a changed file
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = humantime::parse_duration)]
    wait: Duration,
    /// The new key's algorithm [default: the signing key's]
    #[arg(long, value_enum, ignore_case = true)]
    alg: Option<Alg>,
    /// The key to make active, where several could be
    #[arg(long, value_name = "KID")]
    kid: Option<String>,
    /// Activate before --wait is over: servers without the new key refuse its URLs
    #[arg(long)]
    force: bool,
    /// Write nothing; tell what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    at: At,
    /// Print JSON: {did, kids, until?, dry_run, next: {step, not_before}}
    #[arg(long)]
    json: bool,
}

/// Does the step that is due and says what comes next.
pub(super) fn run(args: &Args, clock: &Clock) -> ExitCode {
    match rotate(args, clock) {
        Ok(done) if args.json => print::json(&done.json(args.dry_run)),
        Ok(done) => print::data(done.text(args)),
        Err(fault) => print::wrong_input(fault),
    }
}

/// A step, and the next.
struct Done {
    did: &'static str,
    told: String,
    kids: Vec<String>,
    next: &'static str,
    not_before: u64,
}

impl Done {
    fn json(&self, dry_run: bool) -> Value {
        json!({
            "did": self.did,
            "kids": self.kids,
            "dry_run": dry_run,
            "next": { "step": self.next, "not_before": self.not_before },
        })
    }

    fn text(&self, args: &Args) -> String {
        let dry = if args.dry_run { "(dry run) " } else { "" };
        let when = rfc3339(self.not_before);
        let next = match self.next {
            "activate" => "the new key signs",
            "retire" => "the old key is retired",
            _ => "a new rotation",
        };
        let give = match self.did {
            "nothing" => "",
            _ => "now:  give the file to every server and edge that verifies\n",
        };
        format!(
            "{dry}{}\n{give}next: from {when} on run this again: {next}",
            self.told
        )
    }
}

fn rotate(args: &Args, clock: &Clock) -> Result<Done, String> {
    let terms = Terms {
        now: args.at.unix_secs(clock)?,
        wait_secs: args.wait.as_secs(),
        max_ttl_secs: args.max_ttl.map(|ttl| ttl.as_secs()),
        kid: args.kid.clone(),
        force: args.force,
    };
    let (mut file, ring) = RingFile::read(&args.keys)?;
    let step = plan::next(&ring.keys, &terms)?;
    let done = match step {
        Step::Wait { before, until } => return Ok(waiting(before, until)),
        Step::Add { from } => add(&mut file, &ring, from, args, &terms)?,
        Step::Activate { kid, old } => activate(&mut file, &ring, &kid, old, &terms),
        Step::Retire { kids } => {
            for kid in &kids {
                file.set(kid, "state", "retired");
            }
            Done {
                did: "retire",
                told: format!("step 3 of 3: retired {}", kids.join(", ")),
                kids,
                next: "add",
                not_before: terms.now,
            }
        }
    };
    if signing_key(&file.write(true)?.keys, terms.now).is_none() {
        return Err("after this no key would sign; look at: countersign keys list".to_owned());
    }
    file.write(args.dry_run)?;
    Ok(done)
}

fn waiting(before: Waiting, until: u64) -> Done {
    let (told, kid, next) = match before {
        Waiting::Activate(kid) => (
            format!("nothing was done: every verifier must have key {kid} before it signs"),
            kid,
            "activate",
        ),
        Waiting::Retire(kid) => (
            format!("nothing was done: URLs of key {kid} may run still"),
            kid,
            "retire",
        ),
    };
    Done {
        did: "nothing",
        told,
        kids: vec![kid],
        next,
        not_before: until,
    }
}

/// A key like the one that signs: its limits go on.
fn add(
    file: &mut RingFile,
    ring: &KeyRing,
    from: u64,
    args: &Args,
    terms: &Terms,
) -> Result<Done, String> {
    let signer = signing_key(&ring.keys, terms.now).ok_or("no key signs now")?;
    let public_only =
        signer.public_key().is_some() && !ring.private.iter().any(|(kid, _)| kid == signer.kid());
    if public_only {
        return Err(format!(
            "key {} has only its public half here; rotate the file that signs, and give this one the \
             new public key",
            signer.kid()
        ));
    }
    let like_signer = match signer.algorithm() {
        Algorithm::Hs256 => Alg::Hs256,
        Algorithm::EdDsa => Alg::EdDsa,
    };
    let clock = Clock::fixed(terms.now);
    let key =
        new::make(args.alg.unwrap_or(like_signer), None, &clock)?.into_successor(signer, from);
    file.add(&key);
    let kid = key.kid().to_owned();
    Ok(Done {
        did: "add",
        told: format!("step 1 of 3: added key {kid}; it signs nothing yet"),
        kids: vec![kid],
        next: "activate",
        not_before: from,
    })
}

fn activate(
    file: &mut RingFile,
    ring: &KeyRing,
    kid: &str,
    old: Vec<(String, u64)>,
    terms: &Terms,
) -> Done {
    file.set(kid, "state", "active");
    let starts = ring.keys.iter().find(|key| key.kid() == kid);
    if starts
        .and_then(Key::from_unix_secs)
        .is_some_and(|from| from > terms.now)
    {
        file.set(kid, "from", &rfc3339(terms.now));
    }
    let mut told = format!("step 2 of 3: key {kid} signs");
    for (kid, until) in &old {
        file.set(kid, "state", "accept");
        file.set(kid, "until", &rfc3339(*until));
        told.push_str(&format!("; {kid} verifies until {}", rfc3339(*until)));
    }
    let last = old.iter().map(|(_, until)| *until).max();
    let mut kids = vec![kid.to_owned()];
    kids.extend(old.into_iter().map(|(kid, _)| kid));
    Done {
        did: "activate",
        told,
        kids,
        next: if last.is_some() { "retire" } else { "add" },
        not_before: last.unwrap_or(terms.now),
    }
}
