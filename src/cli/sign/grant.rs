//! A token from the flags and a key file.

use countersign_token::{CanonicalPath, Key, Names, SignedFacts, Site, Terms};

use super::args::GrantArgs;
use super::explain_fault;
use crate::cli::validate::Presented;
use crate::clock::{Clock, EARLIEST_PLAUSIBLE_UNIX_SECS};
use crate::config::model::{KeyRing, Text};
use crate::config::{Warning, patterns, read_key_file, rfc3339};

/// A token and what is to be known of it.
pub(in crate::cli) struct Signed {
    pub(in crate::cli) token: String,
    pub(in crate::cli) expires_unix_secs: u64,
    pub(in crate::cli) kid: String,
    pub(in crate::cli) warnings: Vec<String>,
}

/// Signs; a fault names the flag to change. `base_url` is there where a whole URL is asked for.
pub(in crate::cli) fn sign(
    args: &GrantArgs,
    names: Names<Text>,
    base_url: Option<&str>,
    clock: &Clock,
) -> Result<Signed, String> {
    let now = clock.now_unix_secs();
    if now < EARLIEST_PLAUSIBLE_UNIX_SECS {
        return Err(format!(
            "this machine's clock says {}; set it (NTP)",
            rfc3339(now)
        ));
    }
    let (ring, warnings) = read_key_file(&args.keys).map_err(|faults| faults.to_string())?;
    let mut warnings: Vec<String> = warnings.iter().map(Warning::to_string).collect();
    let key = choose_key(args, &ring, now)?;
    let site = site(args, names)?;
    if base_url.is_some() && args.path.is_none() {
        return Err("--base-url: needs --path, the URL's own path".to_owned());
    }
    let path = args.canonical_path()?;
    let terms = args.terms(now)?;
    fits_key(&terms, key, path.as_ref(), now)?;
    covered(args, path.as_ref())?;
    warnings.extend(doubts(args, &terms, now));
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
    Ok(Signed {
        token,
        expires_unix_secs: terms.exp,
        kid: key.kid().to_owned(),
        warnings,
    })
}

/// What can be signed and is hardly meant.
fn doubts(args: &GrantArgs, terms: &Terms, now: u64) -> Vec<String> {
    let mut doubts = Vec::new();
    if let Some(text) = args.path.as_ref().filter(|text| has_escape(text)) {
        doubts.push(format!(
            "--path {text:?}: is taken as it stands, \"%\" and all; write characters themselves, \
             not their escapes"
        ));
    }
    if terms.exp <= now {
        doubts.push(format!(
            "--expires: {} is past; nobody will grant this",
            rfc3339(terms.exp)
        ));
    }
    doubts
}

impl GrantArgs {
    /// `--path`, checked.
    pub(in crate::cli) fn canonical_path(&self) -> Result<Option<CanonicalPath<'_>>, String> {
        let Some(text) = &self.path else {
            return Ok(None);
        };
        CanonicalPath::new(text).map(Some).map_err(|_| {
            format!(
                "--path {text:?}: must start with \"/\" and have no empty, \".\" or \"..\" segment, \
                 no \"\\\", no control character, and 1024 bytes at most"
            )
        })
    }
}

impl GrantArgs {
    /// A request by it: its own method (GET, where it has it) and signed headers, and the token's.
    pub(in crate::cli) fn presented(
        &self,
        url: Option<String>,
        token: Option<(String, String)>,
    ) -> Presented {
        let signed = pairs(&self.hdr).into_iter();
        let signed = signed.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let first = self.method.first().map_or("GET", String::as_str);
        let get = self.method.iter().any(|method| method == "GET");
        Presented {
            url: url.unwrap_or_default(),
            method: if get { "GET" } else { first }.to_owned(),
            headers: signed.chain(token).collect(),
        }
    }
}

fn choose_key<'r>(args: &GrantArgs, ring: &'r KeyRing, now: u64) -> Result<&'r Key<Text>, String> {
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

fn site(args: &GrantArgs, names: Names<Text>) -> Result<Site<Text>, String> {
    use countersign_token::SiteFault;

    let (param, header) = (names.param.clone(), names.header.clone());
    Site::new(args.site.as_str().into(), names).map_err(|fault| match fault {
        SiteFault::Name => {
            format!(
                "--site {:?}: must be 1 to 64 of A-Z a-z 0-9 . _ -",
                args.site
            )
        }
        SiteFault::Param => format!("--param {param:?}: is no name that a URL can carry"),
        SiteFault::Header | SiteFault::Cookie => {
            format!("--header {header:?}: is no header name")
        }
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
fn covered(args: &GrantArgs, path: Option<&CanonicalPath<'_>>) -> Result<(), String> {
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
pub(in crate::cli) fn pairs(flags: &[String]) -> Vec<(&str, &str)> {
    flags
        .iter()
        .filter_map(|flag| flag.split_once('='))
        .collect()
}
