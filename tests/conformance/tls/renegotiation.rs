//! A client that wants to shake hands again within a connection (RFC 5746, RFC 8446 §1.2).

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::start::{TLS, folder, serve, write_pair};

#[test]
fn a_second_handshake_on_a_connection_is_refused() {
    let folder = folder(TLS);
    write_pair(folder.path());
    let (_program, address) = serve(&folder);
    let mut openssl = Command::new("openssl")
        .args(["s_client", "-tls1_2", "-msg"])
        .args(["-servername", "media.test", "-connect"])
        .arg(address.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl, which tests/run installs");
    // `R` at the beginning of a line: shake hands again.
    let mut stdin = openssl.stdin.take().unwrap();
    stdin.write_all(b"R\n").unwrap();
    let mut said = String::new();
    let mut stdout = openssl.stdout.take().unwrap();
    // It ends by itself, as it takes the refusal for a failure.
    stdout.read_to_string(&mut said).unwrap();
    drop(stdin);
    openssl.wait().unwrap();
    let count = |end: &str| said.lines().filter(|line| line.ends_with(end)).count();
    assert_eq!(count(", ClientHello"), 2, "{said}");
    assert_eq!(count(", ServerHello"), 1, "{said}");
    assert_eq!(count(", warning no_renegotiation"), 1, "{said}");
}
