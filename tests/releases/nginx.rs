//! nginx with the very file of `infra/proxies`, but for places and the time that an origin is left
//! out for.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::client::Door;
use crate::origins::{Origin, free, own_address};
use crate::support::program::Program;
use crate::support::{pause, until};

/// A running nginx before two origins.
pub(crate) struct Nginx {
    program: Program,
    pub(crate) door: Door,
}

/// Killed, it would leave its workers behind.
impl Drop for Nginx {
    fn drop(&mut self) {
        self.program.signal("TERM");
        for _ in 0..500 {
            if self.program.has_ended().is_some() {
                return;
            }
            pause(Duration::from_millis(10));
        }
    }
}

impl Nginx {
    pub(crate) fn start(folder: &Path, [one, two]: [&Origin; 2]) -> Self {
        let cert = rcgen::generate_simple_self_signed(vec!["media.test".to_owned()]).unwrap();
        let pem = cert.cert.pem();
        fs::write(folder.join("media.crt"), &pem).unwrap();
        fs::write(folder.join("media.key"), cert.signing_key.serialize_pem()).unwrap();
        let address = free(own_address(3));
        let file = folder.join("nginx.conf");
        fs::write(&file, configured(address, one, two, folder)).unwrap();
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&file);
        command.arg("-e").arg(folder.join("nginx.err"));
        command.args(["-g", "daemon off;"]);
        let program = Program::start(command);
        until("nginx to listen", || {
            std::net::TcpStream::connect(address).ok()
        });
        Self {
            program,
            door: Door::tls(address, &pem),
        }
    }
}

/// The example, with this test's places.
fn configured(address: SocketAddr, one: &Origin, two: &Origin, folder: &Path) -> String {
    let example = include_str!("../../infra/proxies/nginx.conf");
    let mut text = example.to_owned();
    let folder = folder.display();
    for (from, to) in [
        ("listen 443 ", format!("listen {address} ")),
        ("listen 8443 ", format!("listen {} ", free(address.ip()))),
        ("/run/nginx-files.sock", format!("{folder}/files.sock")),
        ("/run/nginx-countersign.pid", format!("{folder}/nginx.pid")),
        ("/var/log/nginx/objects.log", "/dev/null".to_owned()),
        ("/etc/nginx/", format!("{folder}/")),
        ("127.0.0.1:8080", one.delivery.to_string()),
        ("127.0.0.1:8180", two.delivery.to_string()),
        ("127.0.0.1:9090", one.ops.to_string()),
        ("fail_timeout=5s", "fail_timeout=1s".to_owned()),
    ] {
        assert!(
            text.contains(from),
            "infra/proxies/nginx.conf has no {from:?}"
        );
        text = text.replace(from, &to);
    }
    text
}
