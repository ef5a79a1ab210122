//! Programs to connect to.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use countersign::clock::Clock;
use tempfile::TempDir;

use crate::support::origin::{TOP, site};
use crate::support::program::{Program, command};
use crate::support::token::{Terms, signed_with};

/// More than the sockets between server and reader hold.
pub(crate) const FILM_BYTES: usize = 32 << 20;

/// A folder with `a.txt` ("hello") and a film, and settings in front of the usual ones.
pub(crate) fn folder(delivery: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("media")).unwrap();
    fs::write(folder.path().join("media/a.txt"), "hello").unwrap();
    let film = fs::File::create(folder.path().join("media/film.mp4")).unwrap();
    film.set_len(FILM_BYTES as u64).unwrap();
    let toml = format!("{TOP}{}", site("media", "", ""));
    let toml = toml.replace("[delivery]", &format!("[delivery]\n{delivery}"));
    let file = folder.path().join("countersign.toml");
    fs::write(&file, toml).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    folder
}

/// A target of the site `media`, signed for ten minutes from now.
pub(crate) fn signed(path: &str) -> String {
    let exp = Clock::system().now_unix_secs() + 600;
    let terms = Terms {
        exp,
        ..Terms::default()
    };
    signed_with(path, &terms)
}

/// A certificate of its own for `media.test`, in `tls.crt` and `tls.key` of a folder.
pub(crate) fn write_pair(folder: &Path) {
    let (cert, key) = pair_until(2040);
    put(folder, "tls.crt", &cert);
    put(folder, "tls.key", &key);
}

/// A certificate that expires at the end of a year before, and its key, in PEM.
pub(crate) fn pair_until(year: i32) -> (String, String) {
    let mut params = rcgen::CertificateParams::new(vec!["media.test".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(year, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let cert = params.self_signed(&key).unwrap();
    (cert.pem(), key.serialize_pem())
}

/// Puts a file in place at once.
pub(crate) fn put(folder: &Path, name: &str, text: &str) {
    let new = folder.join("new");
    fs::write(&new, text).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(new, folder.join(name)).unwrap();
}

/// The settings for it.
pub(crate) const TLS: &str =
    "tls.cert_file = \"tls.crt\"\ntls.key_file = \"tls.key\"\nheader_timeout = \"5s\"";

pub(crate) fn serve(folder: &TempDir) -> (Program, SocketAddr) {
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    (program, address)
}

/// curl to the host `media.test`, which is at `address`; `%{…}` of `-w` is what it writes.
pub(crate) fn curl(address: SocketAddr, scheme: &str, args: &[&str], target: &str) -> String {
    let port = address.port();
    let out = Command::new("curl")
        .args(["-sS", "--max-time", "20", "--noproxy", "*"])
        .args(["--resolve", &format!("media.test:{port}:127.0.0.1")])
        .args(args)
        .arg(format!("{scheme}://media.test:{port}{target}"))
        .output()
        .expect("curl, which tests/run installs");
    let err = String::from_utf8_lossy(&out.stderr);
    format!("{}{err}", String::from_utf8_lossy(&out.stdout))
}

/// The program with more in its environment, not yet ready.
pub(crate) fn program(folder: &TempDir) -> Command {
    let mut command = command(folder.path());
    command.arg("serve");
    command
}
