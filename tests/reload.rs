//! The configuration read again while requests run.

mod support;

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use countersign::clock::Clock;
use support::http::{Answer, exchange, request};
use support::origin::{TOP, ask_ops, site};
use support::program::Program;
use support::token::{OLD_SECRET, SECRET, Terms, target, token_of};
use support::{pause, until};
use tempfile::TempDir;

const TAKEN: &str = "the configuration was read again";
const REFUSED: &str = "the configuration was not taken";

const SITE: &str = r#"
[[site]]
name = "media"
hosts = ["media.test"]
keys = "keys/keys.toml"
[site.store]
type = "fs"
root = "media"
"#;

fn key(kid: &str, secret: &str) -> String {
    format!("[[key]]\nkid = \"{kid}\"\nalg = \"HS256\"\nsecret = \"{secret}\"\n")
}

fn both_keys() -> String {
    key("k1", SECRET) + &key("k2", OLD_SECRET)
}

/// A folder with an object, a configuration and a key file with `k1`.
fn folder(reload: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["media", "other", "keys"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("a.txt"), name).unwrap();
    }
    put(&folder.path().join("keys/keys.toml"), &key("k1", SECRET));
    // Tests that ask with bad tokens ask more often than anybody may.
    let top = TOP.replace("[delivery]", "[delivery]\nguard.max_failures = 0");
    let config = format!("{top}[reload]\n{reload}\n{SITE}");
    put(&folder.path().join("countersign.toml"), &config);
    folder
}

/// Writes a whole file beside its place and renames it into it.
fn put(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
    fs::rename(new, path).unwrap();
}

fn with(kid: &str, secret: &str) -> String {
    let terms = Terms {
        exp: Clock::system().now_unix_secs() + 600,
        ..Terms::default()
    };
    let token = token_of("media", (kid, secret), "/a.txt", &terms);
    target("/a.txt", &token)
}

fn get(address: SocketAddr, target: &str) -> Answer {
    exchange(address, &request("GET", target, &[("Host", "media.test")]))
}

fn count(program: &Program, part: &str) -> usize {
    let lines = program.err.all();
    lines.iter().filter(|line| line.contains(part)).count()
}

/// Puts the configuration in place, and waits until the program has taken it.
fn reload(program: &Program, file: &Path, config: &str) {
    let before = count(program, TAKEN);
    put(file, config);
    program.signal("HUP");
    until("the reload", || {
        (count(program, TAKEN) > before).then_some(())
    });
}

fn metric(program: &Program, name: &str) -> f64 {
    let answer = ask_ops(program.address("ops"), "/metrics", &[]);
    let mut lines = answer.text().lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn sighup_adds_a_key_while_requests_run_and_none_of_them_fails() {
    let folder = folder("watch = false\nsettle = \"20ms\"");
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let (old, new) = (with("k1", SECRET), with("k2", OLD_SECRET));
    assert_eq!(get(address, &new).code(), "unknown_key");
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                assert_eq!(get(address, &old).status, 200);
            }
        });
        put(&folder.path().join("keys/keys.toml"), &both_keys());
        assert_eq!(count(&program, TAKEN), 0);
        program.signal("HUP");
        program.told(TAKEN);
        let answer = get(address, &new);
        assert_eq!((answer.status, answer.text()), (200, "media"));
        stop.store(true, Ordering::Relaxed);
    });
    let ok = metric(
        &program,
        "countersign_reload_attempts_total{result=\"success\"}",
    );
    assert!(ok >= 1.0);
    assert!(
        metric(
            &program,
            "countersign_reload_last_success_timestamp_seconds"
        ) > 1.7e9
    );
}

#[test]
fn a_kubernetes_swap_of_links_and_a_rename_are_seen_at_once() {
    let folder = folder("interval = \"1h\"\nsettle = \"20ms\"");
    let keys = folder.path().join("keys");
    for (version, text) in [("v1", key("k1", SECRET)), ("v2", both_keys())] {
        fs::create_dir(keys.join(version)).unwrap();
        put(&keys.join(version).join("keys.toml"), &text);
    }
    symlink("v1", keys.join("..data")).unwrap();
    fs::remove_file(keys.join("keys.toml")).unwrap();
    symlink("..data/keys.toml", keys.join("keys.toml")).unwrap();
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let new = with("k2", OLD_SECRET);
    assert_eq!(get(address, &new).status, 403);
    symlink("v2", keys.join("..data_tmp")).unwrap();
    fs::rename(keys.join("..data_tmp"), keys.join("..data")).unwrap();
    let swapped = || (get(address, &new).status == 200).then_some(());
    until("the swap to be seen", swapped);
    // And the way that editors save.
    let old = with("k1", SECRET);
    assert_eq!(get(address, &old).status, 200);
    put(&keys.join("keys.toml"), &key("k2", OLD_SECRET));
    let renamed = || (get(address, &old).status == 403).then_some(());
    until("the rename to be seen", renamed);
}

#[test]
fn what_no_event_tells_is_found_at_the_interval() {
    let folder = folder("interval = \"100ms\"\nsettle = \"20ms\"");
    let (far, keys) = (TempDir::new().unwrap(), folder.path().join("keys"));
    // A link in the middle of a way: nobody watches the folder that it stands in.
    for (version, text) in [("v1", key("k1", SECRET)), ("v2", both_keys())] {
        fs::create_dir(far.path().join(version)).unwrap();
        put(&far.path().join(version).join("keys.toml"), &text);
    }
    symlink("v1", far.path().join("now")).unwrap();
    fs::remove_file(keys.join("keys.toml")).unwrap();
    symlink(far.path().join("now/keys.toml"), keys.join("keys.toml")).unwrap();
    let program = Program::serve(folder.path());
    symlink("v2", far.path().join("next")).unwrap();
    fs::rename(far.path().join("next"), far.path().join("now")).unwrap();
    program.told(TAKEN);
    assert_eq!(
        get(program.address("delivery"), &with("k2", OLD_SECRET)).status,
        200
    );
}

#[test]
fn what_is_broken_is_told_and_leaves_the_old_in_force() {
    let folder = folder("watch = false\nsettle = \"20ms\"");
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let good = with("k1", SECRET);
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    let keys = folder.path().join("keys/keys.toml");
    let mut refused = 0;
    for (path, text, told) in [
        (&keys, String::new(), "there is no key"),
        (&keys, "[[key]\n".to_owned(), "this is not TOML"),
        (&keys, key("k1", "00"), "secret"),
        (&file, config.replace("hosts", "hots"), "hots"),
        (
            &file,
            config.replace("root = \"media\"", "root = \"gone\""),
            "gone",
        ),
        // Its first site can be opened, and is not in force all the same.
        (
            &file,
            config.replace("root = \"media\"", "root = \"media\"\nmax_fetches = 5")
                + &site("other", "", "").replace("root = \"other\"", "root = \"away\""),
            "away",
        ),
    ] {
        let before = fs::read_to_string(path).unwrap();
        put(path, &text);
        program.signal("HUP");
        refused += 1;
        until(told, || (count(&program, REFUSED) == refused).then_some(()));
        assert!(count(&program, told) > 0, "{told}: {}", program.err.text());
        assert_eq!(get(address, &good).status, 200, "{told}");
        assert_eq!(metric(&program, "countersign_reload_last_successful"), 0.0);
        let limit = "countersign_store_fetch_limit{site=\"media\"}";
        assert_eq!(metric(&program, limit), 64.0, "{told}");
        put(path, &before);
    }
    assert!(!program.err.text().contains(SECRET));
    fs::remove_file(&keys).unwrap();
    program.signal("HUP");
    until("the missing file", || {
        (count(&program, REFUSED) == refused + 1).then_some(())
    });
    assert_eq!(get(address, &good).status, 200);
    put(&keys, &both_keys());
    program.signal("HUP");
    program.told(TAKEN);
    assert_eq!(metric(&program, "countersign_reload_last_successful"), 1.0);
}

#[test]
fn a_file_written_in_place_piece_by_piece_never_gives_a_false_answer() {
    let folder = folder("interval = \"20ms\"\nsettle = \"500ms\"");
    let keys = folder.path().join("keys/keys.toml");
    put(&keys, &both_keys());
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let (first, second) = (with("k1", SECRET), with("k2", OLD_SECRET));
    let bad = with("k1", OLD_SECRET);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let ask = |target: &str, status: u16| {
            while !stop.load(Ordering::Relaxed) {
                let answer = get(address, target);
                assert_eq!(answer.status, status, "{}", answer.text());
            }
        };
        scope.spawn(move || ask(&second, 200));
        scope.spawn(move || ask(&bad, 403));
        // The same text, cut and written again: every pause is after something that makes sense.
        let pieces = [key("k1", SECRET), key("k2", OLD_SECRET)];
        for _ in 0..250 {
            let mut file = fs::File::create(&keys).unwrap();
            for piece in &pieces {
                pause(Duration::from_millis(1));
                file.write_all(piece.as_bytes()).unwrap();
            }
            pause(Duration::from_millis(1));
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!((count(&program, REFUSED), count(&program, TAKEN)), (0, 0));
    assert_eq!(get(address, &first).status, 200);
    put(
        &keys,
        &(both_keys() + &key("k3", &SECRET.replace("00", "aa"))),
    );
    program.told(TAKEN);
}

#[test]
fn another_store_is_never_answered_from_the_cache_of_the_one_before() {
    let folder = folder("watch = false\nsettle = \"20ms\"");
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    let config = config.replace("[cache]", "[cache]\nfresh_for = \"1h\"");
    put(&file, &config);
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let good = with("k1", SECRET);
    let read = || get(address, &good).text().to_owned();
    assert_eq!(read(), "media");
    // What is cached stays cached: the file under it is another by now.
    fs::write(folder.path().join("media/a.txt"), "later").unwrap();
    let reload = |text: &str| reload(&program, &file, text);
    reload(&config.replace("[[site]]", "[[site]]\nskew = \"10s\""));
    assert_eq!(read(), "media");
    // The same store, and another object under the same path.
    reload(&config.replace("[[site]]", "[[site]]\ncut_prefix = \"/cut\""));
    assert_eq!(get(address, &good).status, 404);
    reload(&config.replace("root = \"media\"", "root = \"other\""));
    assert_eq!(read(), "other");
    reload(&config.replace("16MiB", "17MiB"));
    assert_eq!(read(), "later");
    let line = program.told("take effect after a restart");
    assert!(line.contains("cache.max_bytes"), "{line}");
}

#[test]
fn the_page_for_denied_navigations_is_read_again() {
    let folder = folder("");
    let page = folder.path().join("denied.html");
    put(&page, "<p>first");
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    put(
        &file,
        &format!("{config}[site.denied_navigation]\npage = \"denied.html\"\n"),
    );
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let navigates = [
        ("Host", "media.test"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Accept", "text/html"),
    ];
    let follow = || exchange(address, &request("GET", "/a.txt", &navigates));
    assert_eq!((follow().status, follow().text()), (401, "<p>first"));
    put(&page, "<p>other");
    until("the other page", || {
        (follow().text() == "<p>other").then_some(())
    });
    put(&page, &"x".repeat(300 << 10));
    program.told(REFUSED);
    assert_eq!(follow().text(), "<p>other");
}

#[test]
fn signing_rules_and_callers_change_and_can_be_turned_off() {
    // printf %s new-key | sha256sum, and of old-key.
    const OLD: &str = "old-key";
    let digest = |key: &str| {
        use sha2::{Digest, Sha256};
        let bytes = Sha256::digest(key.as_bytes());
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let folder = folder("watch = false\nsettle = \"20ms\"");
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    let signing = |key: &str, paths: &str| {
        format!(
            "{config}\n[signing]\nlisten = \"127.0.0.1:0\"\n\
             [[signing.api_key]]\nname = \"shop\"\nsha256 = \"{}\"\n\
             [[signing.rule]]\nname = \"r\"\npaths = [\"{paths}\"]\nmax_ttl = \"1h\"\n",
            digest(key)
        )
    };
    put(&file, &signing(OLD, "/b/**"));
    let program = Program::serve(folder.path());
    let address = program.address("signing");
    let ask = |key: &str| {
        let body = r#"{"path":"/a.txt"}"#;
        let head = format!(
            "POST /v1/sign HTTP/1.1\r\nHost: s\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        exchange(address, head.as_bytes()).status
    };
    let reload = |text: &str| reload(&program, &file, text);
    assert_eq!(ask(OLD), 403);
    reload(&signing(OLD, "/**"));
    assert_eq!(ask(OLD), 200);
    reload(&signing("new-key", "/**"));
    assert_eq!((ask(OLD), ask("new-key")), (401, 200));
    reload(&config);
    assert_eq!(ask("new-key"), 404);
    reload(&signing(OLD, "/**"));
    assert_eq!(ask(OLD), 200);
}

#[test]
fn a_key_file_that_becomes_a_pipe_or_endless_is_refused_and_the_next_good_one_taken() {
    let folder = folder("watch = false\nsettle = \"20ms\"");
    let program = Program::serve(folder.path());
    let keys = folder.path().join("keys/keys.toml");
    fs::remove_file(&keys).unwrap();
    let made = Command::new("mkfifo").arg(&keys).status().unwrap();
    assert!(made.success());
    program.signal("HUP");
    program.told("no regular file");
    fs::remove_file(&keys).unwrap();
    let long = fs::File::create(&keys).unwrap();
    long.set_len(17 << 20).unwrap();
    program.signal("HUP");
    program.told("longer than 16 MiB");
    put(&keys, &both_keys());
    program.signal("HUP");
    program.told(TAKEN);
    let answer = get(program.address("delivery"), &with("k2", OLD_SECRET));
    assert_eq!(answer.status, 200);
}
