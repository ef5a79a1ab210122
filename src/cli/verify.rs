//! `countersign verify`.

use std::process::ExitCode;

use countersign_token::{Scratch, Verdict};

use super::facts::{Facts, FactsArgs};
use super::print;
use crate::clock::Clock;
use crate::told::{self, outcome};

const EXAMPLES: &str = "\
Examples:
  countersign verify --keys keys.toml --site media.example 'https://media.example/a.jpg?cs=…'
  countersign verify --keys keys.toml --site media.example /a.jpg -H 'Cookie: cs=…' --json
  countersign verify --keys keys.toml --site media.example '/a.jpg?cs=…' --at 2030-01-31T12:00:00Z

Exit code 0: it may be fetched; 1: it is denied, with the reason; 2: wrong input.
`countersign explain` takes the same flags and tells each step.";

/// `verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    facts: FactsArgs,
    /// Print JSON: {outcome, reason?, path?, carrier?, fields?}
    #[arg(long)]
    json: bool,
}

/// Prints the verdict.
pub fn run(args: &Args, clock: &Clock) -> ExitCode {
    args.facts.run(clock, |facts| judged(facts, args.json))
}

fn judged(facts: &Facts, as_json: bool) -> (ExitCode, bool) {
    let mut scratch = Scratch::new();
    let verdict = facts
        .verifier()
        .verify(&facts.request(), facts.now(), &mut scratch);
    let (word, reason, open) = outcome(&verdict);
    let printed = if as_json {
        print::json(&told::verdict(&verdict))
    } else {
        match (&verdict, reason) {
            (Verdict::Granted(grant), _) => {
                let (path, carrier) = (grant.path(), grant.carrier().as_str());
                let left = grant.fields().exp().saturating_sub(facts.now());
                print::data(format_args!(
                    "granted: {path}, by {carrier} token of key {}, for {left} s more",
                    grant.fields().kid()
                ))
            }
            (_, Some(reason)) => print::data(format_args!("{word}: {reason}")),
            (_, None) => print::data(word),
        }
    };
    (printed, open)
}
