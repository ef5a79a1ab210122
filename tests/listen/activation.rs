//! What a service manager gives and is told.

use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use crate::start::{folder, program, signed};
use crate::support::http::{exchange, request};
use crate::support::ops::ask_ops;
use crate::support::program::{Program, READY, run, same_env};

/// Opens as many sockets as names are given, as systemd would, and becomes the program.
const ACTIVATE: &str = r#"
import os, socket, sys
names, program = sys.argv[1], sys.argv[2:]
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names.split(":")]
for at, own in enumerate(sockets):
    fd = os.dup(own.fileno())
    while fd < 64:
        fd = os.dup(fd)
    os.dup2(fd, 3 + at, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(sockets)))
if names.strip(":"):
    os.environ["LISTEN_FDNAMES"] = names
os.execv(program[0], program)
"#;

fn activated(folder: &tempfile::TempDir, names: &str, args: &[&str]) -> Command {
    let mut command = program(folder);
    let path = command.get_program().to_owned();
    let mut python = Command::new("python3");
    python
        .current_dir(folder.path())
        .args(["-c", ACTIVATE, names])
        .arg(path)
        .arg("serve")
        .args(args);
    same_env(command.env("HOME", folder.path()), &mut python);
    python
}

/// No machine has it, so it cannot be listened on.
const ELSEWHERE: &str = "192.0.2.1:0";

#[test]
fn sockets_are_taken_from_who_started_the_process() {
    let folder = folder("workers = 3");
    let elsewhere = [("delivery.listen", ELSEWHERE), ("ops.listen", ELSEWHERE)]
        .map(|(name, value)| format!("{name}={value}"));
    let args = ["--set", &elsewhere[0], "--set", &elsewhere[1]];
    // By name, in any order; two for the delivery listener.
    let mut program = Program::start(activated(&folder, "ops:delivery:delivery", &args));
    program.told(READY);
    assert_eq!(ask_ops(program.address("ops"), "/readyz", &[]).status, 200);
    let ask = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    let answer = exchange(program.address("delivery"), &ask);
    assert_eq!((answer.status, answer.text()), (200, "hello"));
    program.signal("TERM");
    assert_eq!(program.end(), Some(0));
}

#[test]
fn sockets_without_names_go_by_order_and_one_too_many_is_told() {
    let folder = folder("");
    let delivery = format!("delivery.listen={ELSEWHERE}");
    let program = Program::start(activated(&folder, "", &["--set", &delivery]));
    let ask = request("OPTIONS", "*", &[("Host", "media.test")]);
    assert_eq!(exchange(program.address("delivery"), &ask).status, 204);
    let (code, _, err) = run(activated(&folder, ":::", &[]));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("socket 4 of socket activation"), "{err}");
}

#[test]
fn a_service_manager_is_told_of_start_and_end() {
    let folder = folder("");
    let path = folder.path().join("notify");
    let told = UnixDatagram::bind(&path).unwrap();
    told.set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut command = program(&folder);
    command.env("NOTIFY_SOCKET", &path);
    let mut program = Program::start(command);
    let next = || {
        let mut text = [0; 256];
        let len = told.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..len]).into_owned()
    };
    assert_eq!(next(), "READY=1\n");
    program.signal("TERM");
    assert_eq!(next(), "STOPPING=1\n");
    assert_eq!(program.end(), Some(0));
}
