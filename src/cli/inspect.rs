//! `countersign inspect`: what a token says, without any key.

mod carriers;
mod show;

use std::io::Read;
use std::process::ExitCode;

use countersign_token::Diagnosis;
use serde_json::{Value, json};

use self::carriers::Found;
use super::print;
use crate::clock::Clock;

/// More than any line that holds tokens.
const MOST_INPUT_BYTES: u64 = 1 << 20;

const EXAMPLES: &str = "\
Examples:
  countersign inspect 'https://media.example/a.jpg?cs=1~kid=…'
  countersign inspect '1~kid=k1~exp=1900000000~sig=…' --json
  countersign inspect 'Cookie: a=b; cs=1~kid=…'      each cookie that may hold a token
  pbpaste | countersign inspect -                    from standard input, past the shell's history

No key is needed and none is asked: what a token says is not verified, since anybody can write one.
`countersign verify` and `explain` check it. Exit code 0: its text is well formed; 1: it is not, or
there is no token; 2: wrong input.";

/// `inspect`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A URL, a token, a header line or cookies; - reads standard input
    #[arg(value_name = "URL|TOKEN|COOKIE", allow_hyphen_values = true)]
    text: String,
    /// The site's name of the parameter and path carriers
    #[arg(long, value_name = "NAME", default_value = "cs")]
    param: String,
    /// The site's name, or start before -, of its cookies
    #[arg(long, value_name = "NAME", default_value = "cs")]
    cookie: String,
    /// Print JSON: {verified: false, path?, tokens: [{carrier, well_formed, reason?, faults, fields…}]}
    #[arg(long)]
    json: bool,
}

/// Shows every token that is found.
pub fn run(args: &Args, clock: &Clock) -> ExitCode {
    let text = match input(&args.text) {
        Ok(text) => text,
        Err(fault) => return print::wrong_input(fault),
    };
    let found = match carriers::find(text.trim(), &args.param, &args.cookie) {
        Ok(found) => found,
        Err(fault) => return print::wrong_input(fault),
    };
    let readings: Vec<(&Found, Diagnosis)> = found
        .tokens
        .iter()
        .map(|token| (token, Diagnosis::of(token.text.as_bytes())))
        .collect();
    let sound = !readings.is_empty() && readings.iter().all(|(_, reading)| reading.is_sound());
    let now = clock.now_unix_secs();
    let printed = if args.json {
        let tokens = readings
            .iter()
            .map(|(found, reading)| show::json(found, reading));
        print::json(&json!({
            "verified": false,
            "path": found.path,
            "tokens": tokens.collect::<Vec<Value>>(),
        }))
    } else if readings.is_empty() {
        print::data("no token in it")
    } else {
        let several = readings.len() > 1 && !found.are_cookies();
        if several {
            print::data("two explicit tokens: every verifier answers conflict");
        }
        for (token, reading) in &readings {
            print::data(show::text(token, reading, found.path.as_deref(), now));
        }
        print::data(
            "not verified: anybody can write this; `countersign verify` checks it with keys",
        )
    };
    print::checked(sound, printed)
}

fn input(text: &str) -> Result<String, String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut read = String::new();
    std::io::stdin()
        .take(MOST_INPUT_BYTES)
        .read_to_string(&mut read)
        .map_err(|error| format!("standard input: {error}"))?;
    Ok(read)
}
