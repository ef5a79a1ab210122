//! `countersign keys new`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use countersign_token::{Key, PrivateKey};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::file;
use crate::cli::print;
use crate::clock::Clock;
use crate::config::model::Text;
use crate::config::{parse_key_file, read_text, rfc3339, to_hex, unix_secs};

const EXAMPLES: &str = "\
Examples:
  countersign keys new                                           print a key, HS256
  countersign keys new --out keys.toml                           make a key file, mode 0600
  countersign keys new --out keys.toml --append --state accept   add a key that does not sign yet
  countersign keys new --alg EdDSA --kid edge-1 --json           verifiers need the public half
  countersign keys new --from 2030-01-31T12:00:00Z               it signs from then on

An active key signs as soon as the file is read, so with several servers add it as \"accept\" first
(countersign keys rotate does, step by step).
A key file is never overwritten.";

/// `keys new`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// HS256: one secret signs and verifies. EdDSA: verifiers hold the public half only
    #[arg(long, value_enum, ignore_case = true, default_value = "HS256")]
    alg: Alg,
    /// The key's id, 1 to 32 of A-Z a-z 0-9 . _ - [default: today's date and four random digits]
    #[arg(long)]
    kid: Option<String>,
    /// active: it signs and verifies; accept: it verifies until you make it active
    #[arg(long, value_enum, default_value = "active")]
    state: State,
    /// Not before: Unix seconds, or 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = from)]
    from: Option<u64>,
    /// Write to this file, made with mode 0600, in place of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Add the key to the TOML file that is there
    #[arg(long, requires = "out", conflicts_with = "json")]
    append: bool,
    /// Write the key file as JSON
    #[arg(long)]
    json: bool,
}

fn from(text: &str) -> Result<u64, String> {
    unix_secs(text)
        .filter(|secs| *secs > 0)
        .ok_or_else(|| "write Unix seconds or 2030-01-31T12:00:00Z".to_owned())
}

/// A key's algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Alg {
    /// HMAC-SHA256
    #[value(name = "HS256")]
    Hs256,
    /// Ed25519
    #[value(name = "EdDSA")]
    EdDsa,
}

/// A new key's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum State {
    Active,
    Accept,
}

/// Makes the key and writes or prints it.
pub(super) fn run(args: &Args, clock: &Clock) -> ExitCode {
    let key = match make(args.alg, args.kid.clone(), clock) {
        Ok(key) => NewKey {
            accept: args.state == State::Accept,
            from: args.from,
            ..key
        },
        Err(fault) => return print::wrong_input(fault),
    };
    let text = if args.json {
        Zeroizing::new(format!("{:#}\n", json!({ "keys": [key.to_json()] })))
    } else {
        key.to_toml()
    };
    let Some(out) = &args.out else {
        return print::data(text.trim_end());
    };
    let written = if args.append {
        append(out, &text)
    } else {
        file::create_private(out, &text)
    };
    match written {
        Ok(()) => {
            print::note(format_args!("wrote key {} to {}", key.kid, out.display()));
            ExitCode::SUCCESS
        }
        Err(fault) if !args.append && out.exists() => {
            print::wrong_input(format_args!("{fault}; add to it with --append"))
        }
        Err(fault) => print::wrong_input(fault),
    }
}

/// Adds to a key file, if what comes out is a good one.
fn append(path: &Path, text: &str) -> Result<(), String> {
    let before = read_text(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let addition = Zeroizing::new(format!("\n{text}"));
    let after = Zeroizing::new(format!("{}{}", *before, *addition));
    parse_key_file(path, &after)
        .map_err(|faults| format!("nothing was written, since this would be wrong:\n{faults}"))?;
    file::append(path, &addition)
}

/// A new key, as it is written to a file.
pub(in crate::cli) struct NewKey {
    kid: String,
    alg: Alg,
    /// Whether it only verifies at first.
    accept: bool,
    /// The secret of HS256, the private half of EdDSA; hex.
    secret: Zeroizing<String>,
    public: Option<String>,
    from: Option<u64>,
    paths: Vec<String>,
    max_ttl_secs: Option<u64>,
}

/// Makes a key from the machine's random numbers.
pub(in crate::cli) fn make(alg: Alg, kid: Option<String>, clock: &Clock) -> Result<NewKey, String> {
    let mut secret = Zeroizing::new([0; 32]);
    let mut suffix = [0; 2];
    getrandom::fill(secret.as_mut())
        .and_then(|()| getrandom::fill(&mut suffix))
        .map_err(|error| format!("this machine gives no random numbers: {error}"))?;
    let date = rfc3339(clock.now_unix_secs());
    let kid = kid.unwrap_or_else(|| {
        format!(
            "k{}-{}",
            date.get(..10).unwrap_or_default().replace('-', ""),
            to_hex(&suffix)
        )
    });
    let secret = Zeroizing::new(to_hex(secret.as_ref()));
    let (public, checked) = match alg {
        Alg::Hs256 => (None, Key::<Text>::hs256(&kid, &secret)),
        Alg::EdDsa => {
            let private = PrivateKey::from_hex(&secret).map_err(|_| "made a bad key; try again")?;
            let public = to_hex(&private.public_key());
            let key = Key::eddsa(&kid, &public);
            (Some(public), key)
        }
    };
    checked.map_err(|_| format!("--kid {kid:?}: must be 1 to 32 of A-Z a-z 0-9 . _ -"))?;
    Ok(NewKey {
        kid,
        alg,
        accept: false,
        secret,
        public,
        from: None,
        paths: Vec::new(),
        max_ttl_secs: None,
    })
}

impl NewKey {
    /// The key's id.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// With the limits of `old`, verifying only, from `from` on.
    pub(super) fn into_successor(self, old: &Key<Text>, from: u64) -> Self {
        let paths = old.paths().map(|paths| paths.members().map(str::to_owned));
        Self {
            accept: true,
            from: Some(from),
            paths: paths.into_iter().flatten().collect(),
            max_ttl_secs: old.max_ttl_secs(),
            ..self
        }
    }

    fn members(&self) -> Vec<(&'static str, &str)> {
        let mut members = vec![("kid", self.kid.as_str())];
        let alg = match self.alg {
            Alg::Hs256 => "HS256",
            Alg::EdDsa => "EdDSA",
        };
        let state = if self.accept { "accept" } else { "active" };
        members.extend([("alg", alg), ("state", state)]);
        members.extend(self.public.as_deref().map(|public| ("public", public)));
        let name = if self.alg == Alg::Hs256 {
            "secret"
        } else {
            "private"
        };
        members.push((name, &self.secret));
        members
    }

    /// `[[key]]`. No member holds a character that TOML would have escaped.
    pub(in crate::cli) fn to_toml(&self) -> Zeroizing<String> {
        let mut toml = Zeroizing::new("[[key]]\n".to_owned());
        for (name, value) in self.members() {
            toml.push_str(&format!("{name} = \"{value}\"\n"));
        }
        if let Some(from) = self.from {
            toml.push_str(&format!("from = \"{}\"\n", rfc3339(from)));
        }
        if let Some(secs) = self.max_ttl_secs {
            toml.push_str(&format!("max_ttl = \"{secs}s\"\n"));
        }
        if !self.paths.is_empty() {
            toml.push_str(&format!("paths = {:?}\n", self.paths));
        }
        if self.public.is_some() {
            toml.push_str("# Verifiers need all but `private`.\n");
        }
        toml
    }

    pub(super) fn to_json(&self) -> Value {
        let members = self.members().into_iter();
        let mut key: Value = members
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        if let Some(from) = self.from {
            key["from"] = from.into();
        }
        if let Some(secs) = self.max_ttl_secs {
            key["max_ttl"] = secs.into();
        }
        if !self.paths.is_empty() {
            key["paths"] = self.paths.as_slice().into();
        }
        key
    }
}
