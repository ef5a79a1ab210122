//! TLS, and certificates that change while the server runs.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use tempfile::TempDir;

use crate::start::{TLS, curl, folder, pair_until, program, put, serve, signed, write_pair};
use crate::support::program::{Program, run};
use crate::support::until;

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
fn shows(address: SocketAddr, cert: &Path) -> bool {
    let args = ["--cacert", cert.to_str().unwrap()];
    curl(address, "https", &args, &signed("/a.txt")) == "hello"
}

/// Settings under which only SIGHUP, or only the interval, brings a new pair.
fn renewing(reload: &str) -> (TempDir, Program, SocketAddr) {
    let folder = folder(TLS);
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    put(
        folder.path(),
        "countersign.toml",
        &format!("{config}[reload]\nwatch = false\n{reload}\n"),
    );
    let (cert, key) = pair_until(2031);
    for name in ["tls.crt", "first.crt"] {
        put(folder.path(), name, &cert);
    }
    put(folder.path(), "tls.key", &key);
    let (program, address) = serve(&folder);
    (folder, program, address)
}

/// 1 January 2031 and 2032, in Unix seconds.
const ENDS: [f64; 2] = [1_924_992_000.0, 1_956_528_000.0];

/// A metric of the delivery listener's certificate.
fn metric(program: &Program, name: &str, more: &str) -> f64 {
    let labels = format!("{{listener=\"delivery\"{more}}}");
    program.metric(&format!("countersign_tls_{name}{labels}"))
}

fn end(program: &Program) -> f64 {
    metric(program, "certificate_not_after_timestamp_seconds", "")
}

fn is_as_in_the_files(program: &Program) -> bool {
    metric(program, "reload_last_successful", "") == 1.0
}

fn attempts(program: &Program) -> [f64; 2] {
    ["success", "failure"].map(|result| {
        let label = format!(",result=\"{result}\"");
        metric(program, "reload_attempts_total", &label)
    })
}

#[test]
fn a_renewed_pair_comes_into_force_by_sighup() {
    let (folder, program, address) = renewing("interval = \"1h\"");
    let first = folder.path().join("first.crt");
    assert!(shows(address, &first));
    assert_eq!((end(&program), attempts(&program)), (ENDS[0], [0.0, 0.0]));
    let (cert, key) = pair_until(2032);
    put(folder.path(), "tls.crt", &cert);
    put(folder.path(), "tls.key", &key);
    program.signal("HUP");
    program.told("a new certificate is in force");
    assert!(shows(address, &folder.path().join("tls.crt")));
    assert!(!shows(address, &first));
    until("the metric", || {
        (attempts(&program) == [1.0, 0.0]).then_some(())
    });
    assert_eq!(end(&program), ENDS[1]);
}

#[test]
fn a_renewed_pair_comes_into_force_by_itself_and_half_of_it_never_does() {
    let (folder, program, address) = renewing("interval = \"50ms\"");
    let first = folder.path().join("first.crt");
    let (cert, key) = pair_until(2032);
    put(folder.path(), "tls.crt", &cert);
    program.told("is not the one of the certificate");
    let refused = || (!is_as_in_the_files(&program)).then_some(());
    until("the metric of what was refused", refused);
    assert!(shows(address, &first));
    assert_eq!((end(&program), attempts(&program)), (ENDS[0], [0.0, 1.0]));
    fs::remove_file(folder.path().join("tls.key")).unwrap();
    program.told("tls.key cannot be read");
    assert!(shows(address, &first));
    put(folder.path(), "tls.key", &key);
    let taken = || is_as_in_the_files(&program).then_some(());
    until("the new pair", taken);
    assert!(shows(address, &folder.path().join("tls.crt")));
    assert!(!shows(address, &first));
    assert_eq!((end(&program), attempts(&program)), (ENDS[1], [1.0, 2.0]));
}
