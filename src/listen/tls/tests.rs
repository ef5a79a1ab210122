use std::fs;
use std::path::Path;
use std::process::Command;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;

use super::{Tls, TlsFault, not_after};

/// 2031-02-03T00:00:00Z.
const FIRST_END: i64 = 1_927_843_200;

/// A certificate that expires in February of a year, and its key.
fn write_pair(folder: &Path, year: i32) {
    let mut params = CertificateParams::new(vec!["media.test".to_owned()]).unwrap();
    params.not_after = date_time_ymd(year, 2, 3);
    let key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&key).unwrap();
    fs::write(folder.join("tls.crt"), cert.pem()).unwrap();
    fs::write(folder.join("tls.key"), key.serialize_pem()).unwrap();
}

fn load(folder: &Path) -> Tls {
    Tls::load(
        "delivery.tls",
        &folder.join("tls.crt"),
        &folder.join("tls.key"),
    )
    .unwrap()
}

#[test]
fn the_end_is_that_of_the_certificate_in_force() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write_pair(path, 2031);
    let tls = load(path);
    assert_eq!(tls.listener(), "delivery");
    assert_eq!(tls.not_after_unix_secs(), Some(FIRST_END));
    let key = fs::read(path.join("tls.key")).unwrap();
    write_pair(path, 2032);
    let new_key = fs::read(path.join("tls.key")).unwrap();
    fs::write(path.join("tls.key"), key).unwrap();
    assert!(matches!(tls.reload(), Err(TlsFault::Pair { .. })));
    assert_eq!(tls.not_after_unix_secs(), Some(FIRST_END));
    fs::write(path.join("tls.key"), new_key).unwrap();
    assert!(tls.reload().unwrap());
    let year = 365 * 86_400;
    assert_eq!(tls.not_after_unix_secs(), Some(FIRST_END + year));
}

#[test]
fn the_server_s_own_certificate_counts_and_not_those_behind_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write_pair(path, 2030);
    let behind = fs::read_to_string(path.join("tls.crt")).unwrap();
    write_pair(path, 2031);
    let own = fs::read_to_string(path.join("tls.crt")).unwrap();
    fs::write(path.join("tls.crt"), own + &behind).unwrap();
    assert_eq!(load(path).not_after_unix_secs(), Some(FIRST_END));
}

#[test]
fn a_file_that_is_gone_is_told_once_and_is_good_again_when_it_is_back() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write_pair(path, 2031);
    let tls = load(path);
    assert!(!tls.reload().unwrap(), "nothing has changed");
    fs::rename(path.join("tls.key"), path.join("away")).unwrap();
    assert!(matches!(tls.reload(), Err(TlsFault::Read { .. })));
    assert!(!tls.reload().unwrap(), "the same fault again");
    // A pipe is not waited for.
    let pipe = Command::new("mkfifo").arg(path.join("tls.key")).status();
    assert!(pipe.unwrap().success());
    assert!(matches!(tls.reload(), Err(TlsFault::Read { .. })));
    fs::rename(path.join("away"), path.join("tls.key")).unwrap();
    assert!(tls.reload().unwrap());
}

#[test]
fn what_is_no_certificate_has_no_end() {
    assert_eq!(not_after(&CertificateDer::from(&b"none"[..])), None);
}
