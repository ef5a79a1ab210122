//! `countersign sign`: a URL from a key file, offline.

mod args;
mod explain_fault;

use std::process::ExitCode;

use countersign_token::{CanonicalPath, Carrier, Key, Names, SignedFacts, Site, Terms};
use serde_json::json;

pub use self::args::{Args, CarrierArg};
use super::print;
use crate::clock::{Clock, EARLIEST_PLAUSIBLE_UNIX_SECS};
use crate::config::model::{KeyRing, Text};
use crate::config::{Warning, patterns, read_key_file, rfc3339};
use crate::link::link;

/// Signs, and prints the URL, the header or the token.
pub fn run(args: Args, clock: &Clock) -> ExitCode {
    let signed = match sign(&args, clock.now_unix_secs()) {
        Ok(signed) => signed,
        Err(fault) => return print::wrong_input(fault),
    };
    signed.warnings.iter().for_each(print::warning);
    if args.json {
        return print::json(&json!({
            "url": signed.url,
            "token": signed.token,
            "path": args.path,
            "expires_at": signed.expires_unix_secs,
            "kid": signed.kid,
        }));
    }
    match (args.carrier, signed.url) {
        (CarrierArg::Header, _) => print::data(format_args!("{}: {}", args.header, signed.token)),
        (_, Some(url)) => print::data(url),
        (_, None) => print::data(signed.token),
    }
}

struct Signed {
    url: Option<String>,
    token: String,
    expires_unix_secs: u64,
    kid: String,
    warnings: Vec<String>,
}

fn sign(args: &Args, now: u64) -> Result<Signed, String> {
    if now < EARLIEST_PLAUSIBLE_UNIX_SECS {
        return Err(format!(
            "this machine's clock says {}; set it (NTP)",
            rfc3339(now)
        ));
    }
    let (ring, warnings) = read_key_file(&args.keys).map_err(|faults| faults.to_string())?;
    let mut warnings: Vec<String> = warnings.iter().map(Warning::to_string).collect();
    let key = choose_key(args, &ring, now)?;
    let site = site(args)?;
    let path = canonical_path(args, &mut warnings)?;
    let terms = args.terms(now)?;
    fits_key(&terms, key, path.as_ref(), now)?;
    covered(args, path.as_ref())?;
    let refused = [
        ("--uses", terms.uses.is_some()),
        ("--bps", terms.bps.is_some()),
    ];
    warnings.extend(refused.iter().filter(|(_, asked)| *asked).map(|(flag, _)| {
        format!("{flag}: this version's origin does not carry it out and refuses such a token")
    }));
    if terms.exp <= now {
        warnings.push(format!(
            "--expires: {} is past; nobody will grant this",
            rfc3339(terms.exp)
        ));
    }
    let (query, headers) = (pairs(&args.qs), pairs(&args.hdr));
    let facts = SignedFacts {
        path,
        query: &query,
        headers: &headers,
        revocations: None,
    };
    let private = ring.private.iter().find(|(kid, _)| kid == key.kid());
    let token = countersign_token::sign(&terms, &facts, &site, key, private.map(|(_, key)| key))
        .map_err(|fault| explain_fault::message(fault, key.kid()))?;
    let base_url = args
        .base_url
        .as_deref()
        .map(|url| url.trim_end_matches('/'));
    let carrier = Carrier::from(args.carrier);
    let url = base_url
        .zip(path.as_ref())
        .map(|(base_url, path)| link(base_url, path, &query, &token, carrier, site.param()));
    Ok(Signed {
        url,
        token,
        expires_unix_secs: terms.exp,
        kid: key.kid().to_owned(),
        warnings,
    })
}

fn choose_key<'r>(args: &Args, ring: &'r KeyRing, now: u64) -> Result<&'r Key<Text>, String> {
    let file = args.keys.display();
    let Some(kid) = &args.kid else {
        return countersign_token::signing_key(&ring.keys, now).ok_or_else(|| {
            format!("{file}: no key is active now; set state = \"active\", or look at its from")
        });
    };
    ring.keys
        .iter()
        .find(|key| key.kid() == kid)
        .ok_or_else(|| {
            let kids: Vec<&str> = ring.keys.iter().map(Key::kid).collect();
            format!(
                "--kid {kid:?}: {file} has no such key; it has {}",
                kids.join(", ")
            )
        })
}

fn site(args: &Args) -> Result<Site<Text>, String> {
    use countersign_token::SiteFault;

    let text = |text: &str| text.to_owned().into_boxed_str();
    let names = Names {
        param: text(&args.param),
        header: text(&args.header),
        cookie: text("cs"),
    };
    Site::new(text(&args.site), names).map_err(|fault| match fault {
        SiteFault::Name => {
            format!(
                "--site {:?}: must be 1 to 64 of A-Z a-z 0-9 . _ -",
                args.site
            )
        }
        SiteFault::Param => format!("--param {:?}: is no name that a URL can carry", args.param),
        SiteFault::Header | SiteFault::Cookie => {
            format!("--header {:?}: is no header name", args.header)
        }
    })
}

fn canonical_path<'a>(
    args: &'a Args,
    warnings: &mut Vec<String>,
) -> Result<Option<CanonicalPath<'a>>, String> {
    let Some(text) = &args.path else {
        return match args.base_url {
            Some(_) => Err("--base-url: needs --path, the URL's own path".to_owned()),
            None => Ok(None),
        };
    };
    if has_escape(text) {
        warnings.push(format!(
            "--path {text:?}: is taken as it stands, \"%\" and all; write characters themselves, \
             not their escapes"
        ));
    }
    CanonicalPath::new(text).map(Some).map_err(|_| {
        format!(
            "--path {text:?}: must start with \"/\" and have no empty, \".\" or \"..\" segment, no \
             \"\\\", no control character, and 1024 bytes at most"
        )
    })
}

fn has_escape(text: &str) -> bool {
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit();
    let escape = |window: &[u8]| window[0] == b'%' && window[1..].iter().all(is_hex);
    text.as_bytes().windows(3).any(escape)
}

/// What every verifier would refuse with this key, said by the flag to change.
fn fits_key(
    terms: &Terms,
    key: &Key<Text>,
    path: Option<&CanonicalPath<'_>>,
    now: u64,
) -> Result<(), String> {
    let kid = key.kid();
    if let Some(most) = key
        .max_ttl_secs()
        .filter(|most| terms.exp.saturating_sub(now) > *most)
    {
        return Err(format!(
            "--expires: key {kid} signs for {most}s at most; ask for less"
        ));
    }
    if let Some(until) = key.until_unix_secs().filter(|until| terms.exp > *until) {
        return Err(format!(
            "--expires: key {kid} ends at {}; ask for less, or sign with a newer key",
            rfc3339(until)
        ));
    }
    match (key.paths(), path) {
        (Some(allowed), Some(path)) if !allowed.covers(path) => Err(format!(
            "--path: key {kid} signs for {} only",
            allowed.as_str().replace('!', ", ")
        )),
        _ => Ok(()),
    }
}

/// The URL's own path must be one of those that the token covers.
fn covered(args: &Args, path: Option<&CanonicalPath<'_>>) -> Result<(), String> {
    if args.paths.is_empty() {
        return Ok(());
    }
    let members: Vec<&str> = args.paths.iter().map(String::as_str).collect();
    let patterns = patterns(&members).map_err(|(_, why)| format!("--paths: {why}"))?;
    match path {
        Some(path) if !patterns.covers(path) => Err(format!(
            "--path {:?}: is not covered by --paths {}",
            path.as_str(),
            members.join(",")
        )),
        _ => Ok(()),
    }
}

/// The parameters or headers that are there; a name alone is signed as absent.
fn pairs(flags: &[String]) -> Vec<(&str, &str)> {
    flags
        .iter()
        .filter_map(|flag| flag.split_once('='))
        .collect()
}
