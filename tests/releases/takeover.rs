//! One machine without a proxy: the sockets outlive the process (socket activation).

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::client::Door;
use crate::load::Load;
use crate::origins::{config, folder, signed};
use crate::support::program::{Program, READY, command, same_env};
use crate::tally::none_of;

/// Becomes the program with the socket that it is given as standard input, as systemd would.
const ACTIVATE: &str = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"";

/// Not ready yet.
fn activated(folder: &Path, socket: &TcpListener) -> Program {
    let serve = command(folder);
    let mut shell = Command::new("sh");
    shell.args(["-c", ACTIVATE, "sh"]).arg(serve.get_program());
    shell.arg("serve").current_dir(folder);
    same_env(&serve, &mut shell);
    let held = OwnedFd::from(socket.try_clone().unwrap());
    shell.stdin(Stdio::from(held));
    Program::start(shell)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: tests/run --full"]
async fn a_new_process_takes_over_the_socket_beside_the_old_one() {
    let folder = folder(&config("drain_delay = \"1s\"\nworkers = 2", ""));
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut old = activated(folder.path(), &socket);
    old.told(READY);
    let door = Door::clear(socket.local_addr().unwrap());
    let load = Load::start(door, signed(folder.path()));
    load.goes_on_for(200).await;
    for _ in 0..3 {
        let new = activated(folder.path(), &socket);
        tokio::task::block_in_place(|| {
            new.told(READY);
            old.signal("TERM");
            assert_eq!(old.end(), Some(0));
        });
        load.goes_on_for(200).await;
        old = new;
    }
    let failures = load.end("taken over three times").await.failures;
    none_of(&failures);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: tests/run --full"]
async fn connections_wait_for_a_process_that_is_started_after_the_old_ones_end() {
    let folder = folder(&config("drain_delay = \"1s\"\nworkers = 2", ""));
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut program = activated(folder.path(), &socket);
    program.told(READY);
    let door = Door::clear(socket.local_addr().unwrap());
    let load = Load::start(door, signed(folder.path()));
    load.goes_on_for(200).await;
    for _ in 0..2 {
        program.signal("TERM");
        tokio::task::block_in_place(|| {
            assert_eq!(program.end(), Some(0));
            program = activated(folder.path(), &socket);
            program.told(READY);
        });
        load.goes_on_for(200).await;
    }
    let failures = load.end("restarted twice").await.failures;
    none_of(&failures);
}
