//! What tells the program that its files changed.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::start::{REFUSED, TAKEN, both_keys, count, folder, get, key, put, with};
use crate::support::program::Program;
use crate::support::token::{OLD_SECRET, SECRET};
use crate::support::{pause, until};

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
    let ok = program.metric("countersign_reload_attempts_total{result=\"success\"}");
    assert!(ok >= 1.0);
    assert!(program.metric("countersign_reload_last_success_timestamp_seconds") > 1.7e9);
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
