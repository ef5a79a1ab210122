//! `countersign explain`.

use std::process::ExitCode;

use countersign_token::{Outcome, Scratch, Step};

use super::facts::{Facts, FactsArgs};
use super::print;
use crate::clock::Clock;
use crate::told::{self, outcome};

const EXAMPLES: &str = "\
Examples:
  countersign explain --keys keys.toml --site media.example 'https://media.example/a.jpg?cs=…'
  countersign explain --keys keys.toml --site media.example '/a.jpg?cs=…' --client-ip 192.0.2.1
  countersign explain --keys keys.toml --site media.example /a.jpg -H 'Cookie: cs=…' --json

Each step that was taken, with what was found; the last one tells why a request is denied and what
would have passed. Exit code 0: it may be fetched; 1: it is denied; 2: wrong input.";

/// `explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    facts: FactsArgs,
    /// Print JSON: {outcome, reason?, …, steps: [{name, outcome, reason?, note}]}
    #[arg(long)]
    json: bool,
}

/// Prints the verdict step by step.
pub fn run(args: &Args, clock: &Clock) -> ExitCode {
    args.facts.run(clock, |facts| judged(facts, args.json))
}

fn judged(facts: &Facts, as_json: bool) -> (ExitCode, bool) {
    let mut scratch = Scratch::new();
    let (verdict, explained) =
        facts
            .verifier()
            .explain(&facts.request(), facts.now(), &mut scratch);
    let (word, reason, open) = outcome(&verdict);
    let printed = if as_json {
        let mut json = told::verdict(&verdict);
        json["steps"] = explained.steps.iter().map(told::step).collect();
        print::json(&json)
    } else {
        explained.steps.iter().for_each(|step| {
            print::data(step_line(step));
        });
        match reason {
            Some(reason) => print::data(format_args!("→ {word}: {reason}")),
            None => print::data(format_args!("→ {word}")),
        }
    };
    (printed, open)
}

fn step_line(step: &Step) -> String {
    let mark = match step.outcome {
        Outcome::Noted => "·",
        Outcome::Passed => "✓",
        Outcome::Failed(_) => "✗",
    };
    format!("{mark} {:<15} {}", step.name, step.note)
}
