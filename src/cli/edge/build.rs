//! `countersign edge build`: a folder that deploys as it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::config::{Asked, documents, write};
use super::limits;
use super::papers::without_links_out;
use crate::cli::print;

const EXAMPLES: &str = "\
Examples:
  countersign edge build --target cloudflare --out edge      then as edge/cloudflare/README.md says
  countersign edge build --target lambda-edge --out edge     keys of EdDSA
  countersign edge build --target cloudfront-function --with-secrets --out edge
  countersign edge build --target npm --report-only --out edge

Below --out it writes the target's folder, with edge.json in it, and what that needs beside it; the
folder's README says how it is deployed. What is built comes from the folder wasm-edge of this
program's sources (--from), where wasm-edge/build has made the modules.

Where a platform keeps secrets, they are in a file of their own (mode 0600) and not in the code:
cloudflare has secrets.json, for `wrangler secret bulk`. Where it does not, a key of HS256 goes into
what is deployed, and only with --with-secrets; of EdDSA keys only the public half goes anywhere.
Exit code 0: written; 2: wrong input, a module that is not built, or a key whose secret was not
asked for.";

/// Where it shall run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Cloudflare Workers
    Cloudflare,
    /// Lambda@Edge, as a viewer-request function
    LambdaEdge,
    /// CloudFront Functions, without WASM
    CloudfrontFunction,
    /// The npm package, for a host of your own
    Npm,
}

/// `edge build`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,
    /// Where it shall run
    #[arg(long, value_enum)]
    target: Target,
    /// The folder to write; made if it is not there, and its files replaced, but for wrangler.toml
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The folder wasm-edge of the sources
    #[arg(long, value_name = "DIR", default_value = "wasm-edge")]
    from: PathBuf,
}

impl Target {
    /// The folder below `wasm-edge`, and below what is written.
    const fn folder(self) -> &'static str {
        match self {
            Self::Cloudflare => "cloudflare",
            Self::LambdaEdge => "lambda-edge",
            Self::CloudfrontFunction => "cloudfront-function",
            Self::Npm => "npm",
        }
    }

    /// What it needs beside its own folder. `package.json` makes the loader's files modules.
    const fn beside(self) -> &'static [&'static str] {
        match self {
            Self::Cloudflare | Self::LambdaEdge | Self::Npm => &["js", "dist", "package.json"],
            Self::CloudfrontFunction => &[],
        }
    }

    /// What stays out of its own folder: tests, and what was made or written there before.
    const fn excluded(self) -> &'static [&'static str] {
        match self {
            Self::Npm => &["dist", "vectors", "project.mjs", "pack.mjs"],
            Self::Cloudflare | Self::LambdaEdge | Self::CloudfrontFunction => &[],
        }
    }

    /// Looks before anything is written: everything is there, and nothing is written into its own
    /// sources.
    fn is_buildable(self, from: &Path, out: &Path) -> Result<(), String> {
        let sources = [self.folder()]
            .into_iter()
            .chain(self.beside().iter().copied());
        let modules = self.beside().contains(&"dist");
        let modules = MODULES.iter().filter(|_| modules).copied();
        for name in sources.chain(modules) {
            let path = from.join(name);
            if !path.exists() {
                return Err(format!("{} is not there; {HINT}", path.display()));
            }
        }
        // A folder that is not there yet lies in the nearest one that is.
        let mut above = std::path::absolute(out).unwrap_or_default();
        let existing = loop {
            match above.canonicalize() {
                Ok(folder) => break folder,
                Err(_) if above.pop() => {}
                Err(_) => break above,
            }
        };
        match from.canonicalize() {
            Ok(from) if existing.starts_with(&from) => Err(format!(
                "--out {} lies in the sources {}, which it would write over; name another folder",
                out.display(),
                from.display()
            )),
            _ => Ok(()),
        }
    }

    /// Whether what reads the document there has room for it: the module, or functions that fetch a
    /// site's part from a store.
    fn takes(self, document: &Value) -> Result<(), String> {
        match self {
            Self::Cloudflare | Self::LambdaEdge | Self::Npm => limits::within(document),
            Self::CloudfrontFunction => Ok(()),
        }
    }

    /// Whether the platform keeps secrets apart from code.
    const fn keeps_secrets(self) -> bool {
        matches!(self, Self::Cloudflare)
    }
}

/// What wasm-edge/build makes.
const MODULES: [&str; 2] = [
    "dist/countersign-edge.wasm",
    "dist/countersign-edge-hs256.wasm",
];

/// Writes the folder.
pub(super) fn run(args: Args) -> ExitCode {
    let Args {
        mut asked,
        target,
        out,
        from,
    } = args;
    if let Err(fault) = target.is_buildable(&from, &out) {
        return print::wrong_input(fault);
    }
    asked.with_secrets |= target.keeps_secrets();
    let mut document = match documents(asked, |document| target.takes(document)) {
        Ok(document) => document,
        Err(exit) => return exit,
    };
    let secrets = target.keeps_secrets().then(|| take_secrets(&mut document));
    let own = out.join(target.folder());
    let written = copy(&from.join(target.folder()), &own, target.excluded())
        .and_then(|()| {
            let mut beside = target.beside().iter();
            beside.try_for_each(|name| copy(&from.join(name), &out.join(name), &[]))
        })
        .and_then(|()| put_papers(&from, &out, &own))
        .and_then(|()| write(&own.join("edge.json"), &format!("{document:#}\n")))
        .and_then(|()| match &secrets {
            Some(secrets) => write(&own.join("secrets.json"), &format!("{secrets:#}\n")),
            None => Ok(()),
        });
    match written {
        Ok(()) => {
            let readme = own.join("README.md");
            print::note(format_args!(
                "wrote {}; next: {}",
                own.display(),
                readme.display()
            ));
            ExitCode::SUCCESS
        }
        Err(error) => print::wrong_input(error),
    }
}

/// The README without links into the sources, and the licences, which lie beside `wasm-edge`.
fn put_papers(from: &Path, out: &Path, own: &Path) -> io::Result<()> {
    let readme = own.join("README.md");
    if readme.is_file() {
        let page = fs::read_to_string(&readme)?;
        fs::write(&readme, without_links_out(&page))?;
    }
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let licence = from.join("..").join(name);
        if licence.is_file() {
            copy(&licence, &out.join(name), &[])?;
        }
    }
    Ok(())
}

/// Takes the secrets out of the document: `{"COUNTERSIGN_SECRETS": "{\"SITE/KID\": …}"}`, each binding
/// a text as `wrangler secret bulk` wants it.
fn take_secrets(document: &mut Value) -> Value {
    let mut secrets = Map::new();
    let sites = document["sites"].as_array_mut().into_iter().flatten();
    for site in sites {
        let name = site["site"]["name"].as_str().unwrap_or_default().to_owned();
        let keys = site["keys"].as_array_mut().into_iter().flatten();
        for key in keys.filter_map(Value::as_object_mut) {
            let kid = key.get("kid").and_then(Value::as_str).unwrap_or_default();
            let place = format!("{name}/{kid}");
            if let Some(secret) = key.remove("secret") {
                secrets.insert(place, secret);
            }
        }
    }
    json!({ "COUNTERSIGN_SECRETS": Value::Object(secrets).to_string() })
}

/// Where something to copy is not there.
const HINT: &str =
    "is --from the folder wasm-edge of the sources, and has wasm-edge/build been run?";

/// Never copied: what was installed, an older document, and what is for the sources' tests only.
const NEVER_COPIED: [&str; 10] = [
    "node_modules",
    "edge.json",
    "secrets.json",
    "steps",
    "test",
    "refused.json",
    "vectors.mjs",
    "fuzz.mjs",
    "cold.mjs",
    "speed.mjs",
];

/// Whoever deploys writes routes and variables there, so one that is there stays.
const KEPT: &str = "wrangler.toml";

/// A file, or a folder's files but those that are left out.
fn copy(from: &Path, to: &Path, excluded: &[&str]) -> io::Result<()> {
    let named = |path: &Path, error: io::Error| {
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    };
    if from.is_file() {
        if to.ends_with(KEPT) && to.exists() {
            return Ok(());
        }
        return fs::copy(from, to)
            .map(drop)
            .map_err(|error| named(from, error));
    }
    let entries = fs::read_dir(from).map_err(|error| {
        io::Error::new(error.kind(), format!("{}: {error}; {HINT}", from.display()))
    })?;
    fs::create_dir_all(to).map_err(|error| named(to, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| named(from, error))?;
        let name = entry.file_name();
        if !NEVER_COPIED.iter().chain(excluded).any(|own| name == *own) {
            copy(&entry.path(), &to.join(&name), &[])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::take_secrets;

    #[test]
    fn secrets_leave_the_document() {
        let mut document = json!({ "sites": [{
            "site": { "name": "m" },
            "keys": [{ "kid": "a", "secret": "00ff" }, { "kid": "b", "public": "11" }],
        }] });
        let secrets = take_secrets(&mut document);
        assert_eq!(
            secrets,
            json!({ "COUNTERSIGN_SECRETS": "{\"m/a\":\"00ff\"}" })
        );
        assert!(!document.to_string().contains("00ff"));
        assert_eq!(document["sites"][0]["keys"][1]["public"], "11");
    }
}
