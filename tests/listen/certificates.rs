//! TLS, and certificates that change while the server runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use countersign::clock::Clock;
use countersign::config::{Config, Inputs};
use countersign::deliver::deliver;
use countersign::listen::{TlsFault, shutdown_signal};
use countersign::observe::AccessLog;
use countersign::server::{Listeners, Server};

use crate::start::{TLS, curl, folder, program, put, serve, signed, write_pair};
use crate::support::program::run;

#[test]
fn tls_offers_http_2_and_http_1_and_no_clear_text() {
    let folder = folder(TLS);
    write_pair(folder.path());
    let (_program, address) = serve(&folder);
    let cert = folder.path().join("tls.crt");
    let trust = ["--cacert", cert.to_str().unwrap()];
    let say = ["-w", " %{http_version} %{http_code}"];
    let target = signed("/a.txt");
    let ask = |more: &[&str]| {
        let args = [&trust[..], &say, more].concat();
        curl(address, "https", &args, &target)
    };
    assert_eq!(ask(&[]), "hello 2 200");
    assert_eq!(ask(&["--http1.1"]), "hello 1.1 200");
    assert_eq!(ask(&["--no-alpn"]), "hello 1.1 200");
    assert_eq!(ask(&["--tls-max", "1.2"]), "hello 2 200");
    let old = ask(&["--tls-max", "1.1"]);
    assert!(old.contains(" 0 000"), "{old}");
    let clear = curl(address, "http", &say, &target);
    assert!(clear.contains(" 0 000"), "{clear}");
}

#[test]
fn files_that_are_no_pair_are_told_at_the_start() {
    let folder = folder(TLS);
    let start = || {
        let (code, _, err) = run(program(&folder));
        assert_eq!(code, 2, "{err}");
        err
    };
    let err = start();
    assert!(err.contains("delivery.tls: "), "{err}");
    assert!(err.contains("tls.crt cannot be read"), "{err}");
    write_pair(folder.path());
    let key = fs::read_to_string(folder.path().join("tls.key")).unwrap();
    write_pair(folder.path());
    put(folder.path(), "tls.key", &key);
    let err = start();
    assert!(err.contains("is not the one of the certificate"), "{err}");
    put(folder.path(), "tls.crt", "none");
    assert!(start().contains("delivery.tls.cert_file"));
    write_pair(folder.path());
    put(folder.path(), "tls.key", "none");
    assert!(start().contains("delivery.tls.key_file"));
}

/// Whether the server shows the certificate in a file.
fn shows(address: std::net::SocketAddr, cert: &Path) -> bool {
    let args = ["--cacert", cert.to_str().unwrap()];
    curl(address, "https", &args, &signed("/a.txt")) == "hello"
}

#[test]
fn a_new_pair_comes_into_force_and_a_wrong_one_never_does() {
    let folder = folder(TLS);
    let path = folder.path();
    write_pair(path);
    let inputs = Inputs {
        file: Some(path.join("countersign.toml")),
        ..Inputs::default()
    };
    let (config, _) = Config::load(&inputs).unwrap_or_else(|faults| panic!("{faults}"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (tls, address) = runtime.block_on(async {
        let listeners = Listeners::bind(&config).await.unwrap();
        let address = listeners.addresses().delivery;
        let server = Server::new(config, Clock::system(), AccessLog::off());
        let server = server.await.unwrap();
        let tls = server.tls().remove(0);
        tokio::spawn(server.serve(listeners, shutdown_signal().unwrap(), deliver));
        (tls, address)
    });
    let first = path.join("first.crt");
    fs::copy(path.join("tls.crt"), &first).unwrap();
    assert!(shows(address, &first));
    assert!(!tls.reload().unwrap(), "nothing has changed");

    // Half of a new pair: the old one stays, and the fault is told once.
    let old_key = fs::read_to_string(path.join("tls.key")).unwrap();
    write_pair(path);
    let new_key = fs::read_to_string(path.join("tls.key")).unwrap();
    put(path, "tls.key", &old_key);
    assert!(matches!(tls.reload(), Err(TlsFault::Pair { .. })));
    assert!(!tls.reload().unwrap());
    assert!(shows(address, &first));
    fs::remove_file(path.join("tls.key")).unwrap();
    assert!(matches!(tls.reload(), Err(TlsFault::Read { .. })));
    assert!(shows(address, &first));
    // A pipe is not waited for.
    let pipe = Command::new("mkfifo").arg(path.join("tls.key")).status();
    assert!(pipe.unwrap().success());
    assert!(matches!(tls.reload(), Err(TlsFault::Read { .. })));
    fs::remove_file(path.join("tls.key")).unwrap();

    put(path, "tls.key", &new_key);
    assert!(tls.reload().unwrap());
    assert!(shows(address, &path.join("tls.crt")));
    assert!(!shows(address, &first));
    runtime.shutdown_background();
}
