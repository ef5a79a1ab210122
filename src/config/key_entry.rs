//! One key of a ring: `[[site.key]]`, or an entry of a key file.

use countersign_token::{Algorithm, Key, KeyFault, KeyState, PrivateKey};

use super::model::{Secret, Text};
use super::reader::Section;
use super::units;

const ALGORITHMS: [(&str, Algorithm); 2] =
    [("HS256", Algorithm::Hs256), ("EdDSA", Algorithm::EdDsa)];
const STATES: [(&str, KeyState); 3] = [
    ("active", KeyState::Active),
    ("accept", KeyState::Accept),
    ("retired", KeyState::Retired),
];

/// A key, and the private half of an EdDSA key where it is there.
pub(super) type Entry = (Key<Text>, Option<PrivateKey>);

/// Reads the key, its faults recorded.
pub(super) fn key(entry: &Section<'_>) -> Option<Entry> {
    let kid = entry.required_text("kid", "\"k1\"");
    entry.required("alg", "\"HS256\" or \"EdDSA\"");
    let algorithm = entry.word("alg", &ALGORITHMS);
    let state = entry.word("state", &STATES).unwrap_or(KeyState::Active);
    let (from, until) = (entry.moment("from"), entry.moment("until"));
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        entry.fault("until", "must be later than from");
    }
    let paths = entry.patterns("paths");
    let max_ttl_secs = entry.secs_or_duration("max_ttl");
    let material = Material {
        secret: entry.secret("secret", "secret_file"),
        public: entry.text("public"),
        private: entry.secret("private", "private_file"),
    };
    let (key, private) = material.key(entry, &kid?, algorithm?)?;
    let key = key
        .with_state(state)
        .with_from(from)
        .with_until(until)
        .with_paths(paths)
        .with_max_ttl_secs(max_ttl_secs);
    Some((key, private))
}

/// What a key is made of, as written.
struct Material {
    secret: Option<Secret>,
    public: Option<String>,
    private: Option<Secret>,
}

impl Material {
    fn key(self, entry: &Section<'_>, kid: &str, algorithm: Algorithm) -> Option<Entry> {
        match algorithm {
            Algorithm::Hs256 => self.hs256(entry, kid),
            Algorithm::EdDsa => self.eddsa(entry, kid),
        }
    }

    fn hs256(self, entry: &Section<'_>, kid: &str) -> Option<Entry> {
        refuse(entry, kid, &["public", "private", "private_file"], "HS256");
        if entry.find("secret").is_none() && entry.find("secret_file").is_none() {
            let message = format!("key {kid:?}: is missing; write secret or secret_file");
            entry.fault("secret", message);
        }
        let secret = self.secret?;
        entry.report().keep_secret(Some(&secret));
        match Key::hs256(kid, secret.expose()) {
            Ok(key) => Some((key, None)),
            Err(fault) => {
                key_fault(entry, kid, fault);
                None
            }
        }
    }

    fn eddsa(self, entry: &Section<'_>, kid: &str) -> Option<Entry> {
        refuse(entry, kid, &["secret", "secret_file"], "EdDSA");
        let names = ["public", "private", "private_file"];
        if names.iter().all(|name| entry.find(name).is_none()) {
            let message = format!("key {kid:?}: is missing; write public, private or both");
            entry.fault("public", message);
        }
        let private = match self.private.map(|hex| PrivateKey::from_hex(hex.expose())) {
            Some(Err(fault)) => {
                key_fault(entry, kid, fault);
                return None;
            }
            other => other.and_then(Result::ok),
        };
        let derived = private.as_ref().map(|key| units::to_hex(&key.public_key()));
        if let (Some(written), Some(derived)) = (&self.public, &derived)
            && written != derived
        {
            let message = format!("key {kid:?}: does not belong to private; leave public out");
            entry.fault("public", message);
            return None;
        }
        entry.report().keep_secret(None);
        match Key::eddsa(kid, &self.public.or(derived)?) {
            Ok(key) => Some((key, private)),
            Err(fault) => {
                key_fault(entry, kid, fault);
                None
            }
        }
    }
}

fn refuse(entry: &Section<'_>, kid: &str, names: &[&'static str], algorithm: &str) {
    for name in names.iter().filter(|name| entry.find(name).is_some()) {
        let message = format!("key {kid:?}: an {algorithm} key has none; take it out");
        entry.fault(name, message);
    }
}

/// Says a key's fault at its setting, without its secret.
fn key_fault(entry: &Section<'_>, kid: &str, fault: KeyFault) {
    let secret = if entry.find("secret").is_some() {
        "secret"
    } else {
        "secret_file"
    };
    let private = if entry.find("private").is_some() {
        "private"
    } else {
        "private_file"
    };
    let (name, message) = match fault {
        KeyFault::Kid => ("kid", "must be 1 to 32 of A-Z a-z 0-9 . _ -".to_owned()),
        KeyFault::SecretHex => (
            secret,
            "must be lower-case hex, two digits a byte; make one with: countersign keys new"
                .to_owned(),
        ),
        KeyFault::SecretLength { bytes } => (
            secret,
            format!("has {bytes} bytes, must have 32 to 128; make one with: countersign keys new"),
        ),
        KeyFault::PublicHex => ("public", "must be 64 digits of lower-case hex".to_owned()),
        KeyFault::PublicKey => (
            "public",
            "is no safe Ed25519 public key (not canonical, or of small order)".to_owned(),
        ),
        KeyFault::PrivateHex => (private, "must be 64 digits of lower-case hex".to_owned()),
    };
    entry.fault(name, format_args!("key {kid:?}: {message}"));
}
