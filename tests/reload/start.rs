//! A program with files that change below it.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use countersign::clock::Clock;
use tempfile::TempDir;

use crate::support::http::{Answer, exchange, request};
use crate::support::origin::TOP;
use crate::support::program::Program;
use crate::support::token::{OLD_SECRET, SECRET, Terms, target, token_of};
use crate::support::until;

pub(crate) const TAKEN: &str = "the configuration was read again";
pub(crate) const REFUSED: &str = "the configuration was not taken";

pub(crate) const SITE: &str = r#"
[[site]]
name = "media"
hosts = ["media.test"]
keys = "keys/keys.toml"
[site.store]
type = "fs"
root = "media"
"#;

pub(crate) fn key(kid: &str, secret: &str) -> String {
    format!("[[key]]\nkid = \"{kid}\"\nalg = \"HS256\"\nsecret = \"{secret}\"\n")
}

pub(crate) fn both_keys() -> String {
    key("k1", SECRET) + &key("k2", OLD_SECRET)
}

/// A folder with an object, a configuration and a key file with `k1`.
pub(crate) fn folder(reload: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["media", "other", "keys"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("a.txt"), name).unwrap();
    }
    put(&folder.path().join("keys/keys.toml"), &key("k1", SECRET));
    // Tests that ask with bad tokens ask more often than anybody may.
    let top = TOP.replace("[delivery]", "[delivery]\nguard.max_failures = 0");
    let config = format!("{top}[reload]\n{reload}\n{SITE}");
    put(&folder.path().join("countersign.toml"), &config);
    folder
}

/// Writes a whole file beside its place and renames it into it.
pub(crate) fn put(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(new, path).unwrap();
}

pub(crate) fn with(kid: &str, secret: &str) -> String {
    let terms = Terms {
        exp: Clock::system().now_unix_secs() + 600,
        ..Terms::default()
    };
    let token = token_of("media", (kid, secret), "/a.txt", &terms);
    target("/a.txt", &token)
}

pub(crate) fn get(address: SocketAddr, target: &str) -> Answer {
    exchange(address, &request("GET", target, &[("Host", "media.test")]))
}

pub(crate) fn count(program: &Program, part: &str) -> usize {
    let lines = program.err.all();
    lines.iter().filter(|line| line.contains(part)).count()
}

/// Puts the configuration in place, and waits until the program has taken it.
pub(crate) fn reload(program: &Program, file: &Path, config: &str) {
    let before = count(program, TAKEN);
    put(file, config);
    program.signal("HUP");
    until("the reload", || {
        (count(program, TAKEN) > before).then_some(())
    });
}
