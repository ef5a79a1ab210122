//! Origins over one folder, each on an address of its own, so that what follows one finds it free.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::load::Targets;
use crate::objects;
use crate::support::ops::metrics_sum;
use crate::support::program::{Program, READY, command};

/// Settings of every origin; `sites` is at the end.
pub(crate) fn config(delivery: &str, sites: &str) -> String {
    format!(
        r#"
[delivery]
listen = "127.0.0.1:0"
{delivery}
[ops]
listen = "127.0.0.1:0"
[cache]
max_bytes = "64MiB"
block_bytes = "256KiB"
[[site]]
name = "media"
hosts = ["media.test"]
keys = "keys.toml"
[site.store]
type = "fs"
root = "media"
{sites}"#
    )
}

/// A folder with the objects, a key file and a configuration.
pub(crate) fn folder(config: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["media", "copy"] {
        objects::write(&folder.path().join(name));
    }
    let args = ["keys", "new", "--kid", "k1", "--out", "keys.toml"];
    countersign(folder.path(), &args);
    put(&folder.path().join("countersign.toml"), config);
    folder
}

/// Writes a whole file beside its place and renames it into it.
pub(crate) fn put(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(new, path).unwrap();
}

/// Runs a command of the program to its end: its output.
pub(crate) fn countersign(folder: &Path, args: &[&str]) -> String {
    let out = command(folder).args(args).output().unwrap();
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{args:?}: {err}");
    String::from_utf8(out.stdout).unwrap()
}

/// Every object's target, signed with the key that signs now.
pub(crate) fn signed(folder: &Path) -> Targets {
    let paths = objects::all().into_keys();
    let sign = |path| {
        let args = ["sign", "--keys", "keys.toml", "--site", "media"];
        let more = ["--expires", "5m", "--base-url", "https://media.test"];
        let url = countersign(folder, &[&args[..], &more, &["--path", path]].concat());
        let target = url.trim().strip_prefix("https://media.test").unwrap();
        (path, vec![target.to_owned()])
    };
    paths.map(sign).collect()
}

/// A loopback address that no other process of these tests uses.
pub(crate) fn own_address(last: u8) -> IpAddr {
    let [_, _, high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 64 | (high & 63), low, last).into()
}

/// A port that is free there.
pub(crate) fn free(address: IpAddr) -> SocketAddr {
    let listener = TcpListener::bind((address, 0)).unwrap();
    listener.local_addr().unwrap()
}

/// An origin, and the places that it and what follows it listen on.
pub(crate) struct Origin {
    pub(crate) delivery: SocketAddr,
    pub(crate) ops: SocketAddr,
    program: Program,
}

impl Origin {
    pub(crate) fn start(folder: &Path, number: u8) -> Self {
        let address = own_address(number);
        let (delivery, ops) = (free(address), free(address));
        let program = serve(folder, delivery, ops);
        Self {
            delivery,
            ops,
            program,
        }
    }

    pub(crate) fn program(&mut self) -> &mut Program {
        &mut self.program
    }

    /// Another process in its place.
    pub(crate) fn start_again(&mut self, folder: &Path) {
        self.program = serve(folder, self.delivery, self.ops);
    }

    /// The sum of a metric's lines that begin so.
    pub(crate) fn metric(&self, line: &str) -> f64 {
        metrics_sum(self.ops, line)
    }
}

fn serve(folder: &Path, delivery: SocketAddr, ops: SocketAddr) -> Program {
    let mut command: Command = command(folder);
    command.arg("serve");
    command.args(["--set", &format!("delivery.listen={delivery}")]);
    command.args(["--set", &format!("ops.listen={ops}")]);
    let program = Program::start(command);
    program.told(READY);
    program
}
