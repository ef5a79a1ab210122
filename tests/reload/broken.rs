//! What is broken is not taken.

use std::fs;
use std::process::Command;

use crate::start::{REFUSED, TAKEN, both_keys, count, folder, get, key, put, with};
use crate::support::origin::site;
use crate::support::program::Program;
use crate::support::token::{OLD_SECRET, SECRET};
use crate::support::until;

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
        assert_eq!(program.metric("countersign_reload_last_successful"), 0.0);
        let limit = "countersign_store_fetch_limit{site=\"media\"}";
        assert_eq!(program.metric(limit), 64.0, "{told}");
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
    assert_eq!(program.metric("countersign_reload_last_successful"), 1.0);
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
