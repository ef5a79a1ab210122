//! A process with few file descriptors and many clients: it sheds, and recovers.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::start::{folder, signed};
use crate::support::http::{exchange, request};
use crate::support::ops::ask_ops;
use crate::support::program::{Program, READY, command, same_env};
use crate::support::until;

const CLIENTS: usize = 1_000;

/// The program with at most 256 descriptors.
fn serve_within_256(folder: &TempDir) -> Program {
    let plain = command(folder.path());
    let mut shell = Command::new("sh");
    shell
        .current_dir(folder.path())
        .args(["-c", "ulimit -n 256 && exec \"$0\" serve"])
        .arg(plain.get_program());
    same_env(&plain, &mut shell);
    let program = Program::start(shell);
    program.told(READY);
    program
}

/// What a client sees of its film: the status, or 0 where it was closed without one.
async fn ask(address: SocketAddr, ask: &[u8]) -> (u16, Option<TcpStream>) {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return (0, None);
    };
    let mut status = [0; 12];
    let _ = stream.write_all(ask).await;
    match stream.read_exact(&mut status).await {
        Ok(_) => {
            let status = std::str::from_utf8(&status[9..]).unwrap();
            (status.parse().unwrap(), Some(stream))
        }
        Err(_) => (0, None),
    }
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "its figures are part of what it is for"
)]
fn a_thousand_clients_and_256_descriptors() {
    let folder = folder("");
    let program = serve_within_256(&folder);
    assert!(
        program
            .told("too few file descriptors")
            .contains("descriptors=256")
    );
    let (address, ops) = (program.address("delivery"), program.address("ops"));
    let film = format!(
        "GET {} HTTP/1.1\r\nHost: media.test\r\n\r\n",
        signed("/film.mp4")
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut seen, mut held) = (std::collections::BTreeMap::<u16, usize>::new(), Vec::new());
    let mut probes = Vec::new();
    runtime.block_on(async {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let film = film.clone().into_bytes();
                tokio::spawn(async move { ask(address, &film).await })
            })
            .collect();
        // Probes in the middle of it.
        for _ in 0..20 {
            let from = Instant::now();
            let asked = tokio::task::spawn_blocking(move || ask_ops(ops, "/livez", &[]).status);
            assert_eq!(asked.await.unwrap(), 200);
            probes.push(from.elapsed());
        }
        for client in clients {
            let (status, stream) = client.await.unwrap();
            *seen.entry(status).or_default() += 1;
            held.extend(stream.filter(|_| status == 200));
        }
    });
    probes.sort();
    let open = std::fs::read_dir(format!("/proc/{}/fd", program.id()))
        .unwrap()
        .count();
    eprintln!(
        "256 descriptors, {CLIENTS} clients: {seen:?} (0: closed without an answer), {open} \
         descriptors open; probes: median {:.1?}, slowest {:.1?}",
        probes[10], probes[19]
    );
    assert!(seen.get(&200).is_some_and(|count| *count >= 32), "{seen:?}");
    assert!(
        seen.keys().all(|status| [0, 200, 503].contains(status)),
        "{seen:?}"
    );
    assert!(open < 256, "{open}");
    assert!(probes[19] < Duration::from_secs(5), "{probes:?}");
    assert_eq!(ask_ops(ops, "/readyz", &[]).status, 200);
    let lines = program.err.all();
    assert!(lines.len() < 20, "{lines:#?}");
    drop(held);
    let hello = request("GET", &signed("/a.txt"), &[("Host", "media.test")]);
    until("an answer", || {
        (exchange(address, &hello).status == 200).then_some(())
    });
}
