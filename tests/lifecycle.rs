//! The program from its start to its end, and what it says of settings that cannot work.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use countersign::clock::Clock;
use support::http::{connect, exchange, parse, request};
use support::moto::Moto;
use support::ops::ask_ops;
use support::origin::{TOP, site};
use support::program::{Program, command, run};
use support::token::{SECRET, Terms, signed_with};
use support::{pause, s3, until};
use tempfile::TempDir;

/// More than the sockets between server and reader hold.
const FILM_BYTES: usize = 32 << 20;

/// A folder with a film, and settings in front of the usual ones.
fn folder(delivery: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("media")).unwrap();
    let film = fs::File::create(folder.path().join("media/film.mp4")).unwrap();
    film.set_len(FILM_BYTES as u64).unwrap();
    let toml = format!("{TOP}{}", site("media", "", ""));
    let toml = toml.replace("[delivery]", &format!("[delivery]\n{delivery}"));
    write_config(&folder, &toml);
    folder
}

fn write_config(folder: &TempDir, toml: &str) {
    let file = folder.path().join("countersign.toml");
    fs::write(&file, toml).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

fn film() -> Vec<u8> {
    let terms = Terms {
        exp: Clock::system().now_unix_secs() + 600,
        ..Terms::default()
    };
    request(
        "GET",
        &signed_with("/film.mp4", &terms),
        &[("Host", "media.test")],
    )
}

/// A download that has begun and waits for its reader.
fn begun(address: SocketAddr) -> (TcpStream, Vec<u8>) {
    let mut stream = connect(address);
    stream.write_all(&film()).unwrap();
    let mut first = vec![0; 4_096];
    stream.read_exact(&mut first).unwrap();
    (stream, first)
}

#[test]
fn sigterm_lets_a_download_end_whole_and_holds_up_for_nobody_else() {
    let folder = folder("drain_delay = \"500ms\"\ngrace = \"60s\"");
    let mut program = Program::serve(folder.path());
    let (delivery, ops) = (program.address("delivery"), program.address("ops"));
    let (mut stream, mut film_bytes) = begun(delivery);
    // One connection that never asked, one that asked and was kept, one in the middle of asking.
    let _silent = connect(delivery);
    let mut kept = connect(delivery);
    kept.write_all(b"OPTIONS * HTTP/1.1\r\nHost: media.test\r\n\r\n")
        .unwrap();
    kept.read_exact(&mut [0; 12]).unwrap();
    assert_eq!(ask_ops(ops, "/readyz", &[]).status, 200);
    program.signal("TERM");
    until("readiness to go", || {
        (ask_ops(ops, "/readyz", &[]).status == 503).then_some(())
    });
    // Load balancers still send requests here until they have seen that.
    let late = exchange(
        delivery,
        &request("OPTIONS", "*", &[("Host", "media.test")]),
    );
    assert_eq!(late.status, 204);
    until("the listener to close", || {
        TcpStream::connect(delivery).err()
    });
    assert_eq!(ask_ops(ops, "/livez", &[]).status, 200);
    assert_eq!(program.has_ended(), None);
    stream.read_to_end(&mut film_bytes).unwrap();
    let answer = parse(&film_bytes);
    assert_eq!((answer.status, answer.body.len()), (200, FILM_BYTES));
    assert_eq!(program.end(), Some(0));
    program.told("stopped");
    let line = program.out.text();
    assert!(
        line.contains(&format!("\"bytes_sent\":{FILM_BYTES},\"complete\":true")),
        "{line}"
    );
}

#[test]
fn whoever_reads_that_it_is_ready_may_stop_it() {
    let folder = folder("");
    for signal in ["TERM", "INT"] {
        let mut program = Program::serve(folder.path());
        program.signal(signal);
        assert_eq!(program.end(), Some(0));
    }
}

#[test]
fn a_second_signal_and_the_end_of_the_grace_cut_what_is_left() {
    let program_of = |grace: &str| {
        let folder = folder(&format!("grace = \"{grace}\""));
        let program = Program::serve(folder.path());
        let download = begun(program.address("delivery"));
        program.signal("TERM");
        program.told("stopping");
        (folder, program, download)
    };
    let (_folder, mut program, _download) = program_of("60s");
    program.signal("INT");
    assert_eq!(program.end(), Some(0));
    program.told("stopped at once");
    let (_folder, mut program, (mut stream, mut bytes)) = program_of("200ms");
    assert_eq!(program.end(), Some(0));
    program.told("cut");
    // A cut is seen as one: the body is shorter than it was said to be.
    let _ = stream.read_to_end(&mut bytes);
    assert!(parse(&bytes).body.len() < FILM_BYTES);
    let line = program.out.text();
    assert!(line.contains("\"complete\":false"), "{line}");
}

#[test]
fn slow_readers_of_large_objects_hold_no_memory() {
    let folder = folder("");
    let program = Program::serve(folder.path());
    let readers: Vec<_> = (0..12)
        .map(|_| begun(program.address("delivery")))
        .collect();
    // Time in which a server that read ahead would do so.
    pause(Duration::from_millis(300));
    let peak_bytes = program.peak_memory_bytes();
    assert!(
        peak_bytes < 3 * FILM_BYTES as u64,
        "{peak_bytes} bytes for {} readers",
        readers.len()
    );
}

#[test]
fn a_film_cut_off_while_it_is_read_is_never_a_whole_one() {
    let folder = folder("");
    let program = Program::serve(folder.path());
    let (mut stream, mut bytes) = begun(program.address("delivery"));
    let file = folder.path().join("media/film.mp4");
    let film = fs::File::options().write(true).open(file).unwrap();
    film.set_len(FILM_BYTES as u64 / 2).unwrap();
    let _ = stream.read_to_end(&mut bytes);
    let answer = parse(&bytes);
    assert_eq!(answer.header("content-length"), FILM_BYTES.to_string());
    assert!(answer.body.len() < FILM_BYTES);
    let logged = || {
        program
            .out
            .text()
            .contains("\"complete\":false")
            .then_some(())
    };
    until("the log to say so", logged);
}

#[test]
fn half_a_request_is_waited_for_no_longer_than_set() {
    let folder = folder("header_timeout = \"500ms\"");
    let program = Program::serve(folder.path());
    for half in ["", "GET /a.txt HTTP/1.1\r\nHost: media.test\r\nX-Slow: "] {
        let mut stream = connect(program.address("delivery"));
        let from = Instant::now();
        stream.write_all(half.as_bytes()).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
        let waited = from.elapsed();
        assert!(waited > Duration::from_millis(400), "{waited:?}");
        assert!(waited < Duration::from_secs(5), "{waited:?}");
    }
    // A head that is small and slow is none that is large and fast.
    let large = format!(
        "GET / HTTP/1.1\r\nHost: media.test\r\nX: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    let mut stream = connect(program.address("delivery"));
    let _ = stream.write_all(large.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let head = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        head.is_empty() || head.starts_with("HTTP/1.1 431"),
        "{head}"
    );
}

/// Exit code 2, nothing on standard output, and one line of error; returns it.
fn refused(folder: &TempDir, args: &[&str], env: &[(&str, &str)]) -> String {
    let mut command = command(folder.path());
    command.arg("serve").args(args).envs(env.iter().copied());
    let (code, out, err) = run(command);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    let errors: Vec<&str> = err.lines().filter(|line| line.contains("error")).collect();
    assert_eq!(errors.len(), 1, "{err}");
    assert!(errors[0].starts_with("error: "), "{err}");
    errors[0].to_owned()
}

#[test]
fn what_cannot_be_served_is_told_in_one_line() {
    let folder = folder("");
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().to_string();
    let root = "site.0.store.root=nowhere";
    fs::write(folder.path().join("a-file"), "").unwrap();
    for (args, parts) in [
        (
            &["--listen", &taken][..],
            [taken.as_str(), "in use", "delivery.listen"],
        ),
        (
            &["--set", &format!("ops.listen={taken}")],
            [&taken, "in use", "ops.listen"],
        ),
        (
            &["--listen", "192.0.2.1:0"],
            ["192.0.2.1", "no address", "delivery.listen"],
        ),
        (&["--config", "none.toml"], ["none.toml", "", ""]),
        (&["--config", "media"], ["media", "", ""]),
        (&["--set", root], ["nowhere", "root", "media"]),
        (&["--set", "site.0.store.root=a-file"], ["a-file", "", ""]),
        (
            &["--set", "cache.max_byte=1MiB"],
            ["cache.max_byte", "max_bytes", ""],
        ),
    ] {
        let line = refused(&folder, args, &[]);
        assert!(
            parts.iter().all(|part| line.contains(part)),
            "{args:?}: {line}"
        );
    }
}

#[test]
fn a_bucket_that_cannot_be_read_is_told_in_one_line() {
    let Some(moto) = Moto::start() else { return };
    s3::bucket(&moto.endpoint, "there", &[]);
    let folder = TempDir::new().unwrap();
    write_config(
        &folder,
        &format!(
            "{TOP}[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n[site.store]\ntype = \"s3\"\nbucket = \"there\"\n\
             endpoint = \"{}\"\nregion = \"us-east-1\"\npath_style = true\n\
             [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n",
            moto.endpoint
        ),
    );
    let keys = [
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
    ];
    let line = refused(&folder, &["--set", "site.0.store.bucket=gone"], &keys);
    assert!(
        line.contains("\"gone\" does not exist") && line.contains("\"media\""),
        "{line}"
    );
    let line = refused(&folder, &[], &[]);
    assert!(line.contains("no S3 credentials were found"), "{line}");
    // With them it serves; a store that does not answer yet may come back.
    for (more, part) in [
        ("", "ready"),
        (
            "site.0.store.endpoint=http://127.0.0.1:9",
            "cannot be reached",
        ),
    ] {
        let mut serving = command(folder.path());
        serving.arg("serve").envs(keys);
        if !more.is_empty() {
            serving.args(["--set", more]);
        }
        let program = Program::start(serving);
        program.told(part);
        program.told("ready");
    }
}

#[test]
fn a_key_that_others_can_read_is_warned_of() {
    let folder = folder("");
    let toml = format!("[[key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n");
    let keys = folder.path().join("keys.toml");
    fs::write(&keys, toml).unwrap();
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    write_config(
        &folder,
        &format!(
            "{TOP}[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\nkeys = \"keys.toml\"\n[site.store]\ntype = \"fs\"\nroot = \"media\"\n"
        ),
    );
    let program = Program::serve(folder.path());
    let line = program.told("warning");
    assert!(
        line.contains("keys.toml") && line.contains("chmod 600"),
        "{line}"
    );
    assert!(!program.err.text().contains(SECRET));
}
