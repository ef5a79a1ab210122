//! The audit file of the program: rotation, a disk that is full, a file that cannot be had.

mod support;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::http::{Answer, exchange};
use support::ops::metric;
use support::origin::{TOP, site};
use support::program::{Program, command, run};
use support::until;
use tempfile::TempDir;

const KEY: &str = "a backend's key";
/// Its SHA-256.
const DIGEST: &str = "6cf002fca8e6177871836fbb7811843b26c755b2f519ce0623672b382b5a8de5";

/// The folder of a server whose audit file is `file`.
fn folder(file: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("media")).unwrap();
    let signing = format!(
        "[signing]\nlisten = \"127.0.0.1:0\"\naudit.file = \"{file}\"\n\
         [[signing.api_key]]\nname = \"shop\"\nsha256 = \"{DIGEST}\"\n\
         [[signing.rule]]\nname = \"all\"\npaths = [\"/**\"]\nmax_ttl = \"1h\"\n"
    );
    let top = format!("{TOP}[reload]\nsettle = \"10ms\"\n");
    let toml = format!("{top}{}{signing}", site("media", "", ""));
    fs::write(folder.path().join("countersign.toml"), toml).unwrap();
    folder
}

fn sign(program: &Program, path: &str) -> Answer {
    let body = format!("{{\"path\":\"{path}\"}}");
    let head = format!(
        "POST /v1/sign HTTP/1.1\r\nHost: api\r\nConnection: close\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(program.address("signing"), head.as_bytes())
}

/// The paths in the file's lines, as soon as there are so many.
fn paths(file: &Path, count: usize) -> Vec<String> {
    let text = until("the audit file's lines", || {
        let text = fs::read_to_string(file).ok()?;
        (text.matches('\n').count() >= count).then_some(text)
    });
    let path = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["path"].as_str().unwrap().to_owned()
    };
    text.lines().map(path).collect()
}

fn lost(ops: SocketAddr) -> u64 {
    metric(ops, "countersign_audit_lines_lost_total").unwrap() as u64
}

#[test]
fn a_renamed_file_is_let_go_at_sighup_and_at_the_next_line() {
    let folder = folder("audit.jsonl");
    let program = Program::serve(folder.path());
    let file = folder.path().join("audit.jsonl");
    let (first, second) = (folder.path().join("1"), folder.path().join("2"));
    assert_eq!(sign(&program, "/a").status, 200);
    assert_eq!(paths(&file, 1), ["/a"]);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::rename(&file, &first).unwrap();
    program.signal("HUP");
    until("a new file at the signal", || file.is_file().then_some(()));
    // Its configuration it has read again as well, and the file goes on under it.
    program.told("the configuration was read again");
    sign(&program, "/b");
    assert_eq!(paths(&file, 1), ["/b"]);
    fs::rename(&file, &second).unwrap();
    sign(&program, "/c");
    assert_eq!(paths(&file, 1), ["/c"]);
    assert_eq!(
        (paths(&first, 1), paths(&second, 1)),
        (vec!["/a".to_owned()], vec!["/b".to_owned()])
    );
    // Nothing of it is in the program's own messages, and nothing was lost.
    assert!(!program.err.text().contains("countersign::audit"));
    assert_eq!(lost(program.address("ops")), 0);
}

#[test]
fn every_line_is_in_the_file_when_the_program_has_ended() {
    let folder = folder("audit.jsonl");
    let mut program = Program::serve(folder.path());
    for number in 0..50 {
        sign(&program, &format!("/{number}"));
    }
    program.signal("TERM");
    assert_eq!(program.end(), Some(0));
    let text = fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 50, "{text}");
}

#[test]
fn a_full_disk_holds_up_nobody_and_is_counted() {
    let folder = folder("/dev/full");
    let program = Program::serve(folder.path());
    for _ in 0..20 {
        assert_eq!(sign(&program, "/a").status, 200);
    }
    let ops = program.address("ops");
    until("the lost lines", || (lost(ops) == 20).then_some(()));
    let told = program.told("cannot be written");
    assert!(told.contains("No space left"), "{told}");
    let all = program.err.text();
    assert_eq!(all.matches("cannot be written").count(), 1, "{all}");
}

#[test]
fn a_file_that_cannot_be_opened_is_told_with_its_setting() {
    for file in ["none/audit.jsonl", "media", "pipe"] {
        let folder = folder(file);
        let made = Command::new("mkfifo")
            .arg(folder.path().join("pipe"))
            .status();
        assert!(made.unwrap().success());
        let mut command = command(folder.path());
        command.arg("serve");
        let (code, _, err) = run(command);
        assert_eq!(code, 2, "{err}");
        let told = err.lines().find(|line| line.starts_with("error: "));
        assert!(told.unwrap().contains("signing.audit.file"), "{err}");
    }
}
