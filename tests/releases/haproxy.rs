//! HAProxy with the very file of `infra/proxies`, but for places, names and a word on the server.

use std::fs;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::Door;
use crate::origins::{Origin, free, own_address};
use crate::support::program::Program;
use crate::support::until;

/// A running HAProxy before two origins.
pub(crate) struct Haproxy {
    _program: Program,
    socket: PathBuf,
    pub(crate) door: Door,
}

impl Haproxy {
    pub(crate) fn start(folder: &Path, [one, two]: [&Origin; 2]) -> Self {
        let cert = rcgen::generate_simple_self_signed(vec!["media.test".to_owned()]).unwrap();
        let pem = cert.cert.pem();
        let pair = format!("{pem}{}", cert.signing_key.serialize_pem());
        fs::write(folder.join("media.pem"), pair).unwrap();
        let address = free(own_address(3));
        let socket = folder.join("haproxy.sock");
        let file = folder.join("haproxy.cfg");
        fs::write(&file, configured(address, one, two, folder)).unwrap();
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(file);
        let program = Program::start(command);
        let mut errors = String::new();
        until("HAProxy to listen", || {
            errors = program.err.text();
            std::net::TcpStream::connect(address).ok()
        });
        let own = Self {
            _program: program,
            socket,
            door: Door::tls(address, &pem),
        };
        own.sees("one", "UP");
        own.sees("two", "UP");
        own
    }

    /// Waits until it holds an origin for `UP` or `DOWN`.
    pub(crate) fn sees(&self, server: &str, state: &str) {
        let begin = format!("origins,{server},");
        until(&format!("{server} to be {state} for HAProxy"), || {
            let mut stream = UnixStream::connect(&self.socket).ok()?;
            stream.write_all(b"show stat\n").ok()?;
            let mut text = String::new();
            stream.read_to_string(&mut text).ok()?;
            let names = text.lines().next()?;
            let at = names.split(',').position(|name| name == "status")?;
            let line = text.lines().find(|line| line.starts_with(&begin))?;
            (line.split(',').nth(at)? == state).then_some(())
        });
    }
}

/// The example, with this test's places.
fn configured(address: SocketAddr, one: &Origin, two: &Origin, folder: &Path) -> String {
    let example = include_str!("../../infra/proxies/haproxy.cfg");
    let mut text = example.to_owned();
    let mut put = |from: &str, to: String| {
        assert!(
            text.contains(from),
            "infra/proxies/haproxy.cfg has no {from:?}"
        );
        text = text.replace(from, &to);
    };
    let folder = folder.display();
    put("bind :443", format!("bind {address}"));
    put("/etc/haproxy/media.pem", format!("{folder}/media.pem"));
    put(
        "maxconn 10000",
        format!("maxconn 500\n    stats socket {folder}/haproxy.sock"),
    );
    put("127.0.0.1:8080", one.delivery.to_string());
    put("127.0.0.1:8180", two.delivery.to_string());
    put("port 9090", format!("port {}", one.ops.port()));
    put("port 9190", format!("port {}", two.ops.port()));
    put(
        "backend origins\n",
        "backend origins\n    http-response set-header x-server %s\n".to_owned(),
    );
    text
}
