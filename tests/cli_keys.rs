//! `keys list`, `rotate` and `retire`, as an operator runs them.

mod command;

use command::{Done, Folder};
use serde_json::Value;

const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const NOW: u64 = 1_900_000_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

fn with_keys() -> Folder {
    let folder = Folder::new();
    let toml = format!(
        "# Ours.\n[[key]]\nkid = \"k1\"   # the first\nalg = \"HS256\"\nstate = \"active\" # signs\n\
         secret = \"{SECRET}\"\npaths = [\"/a/**\"]\n"
    );
    folder.write("keys.toml", &toml);
    folder
}

fn keys(folder: &Folder, command: &str, at: u64, more: &[&str]) -> Done {
    let at = at.to_string();
    let mut args = vec!["keys", command, "--keys", "keys.toml", "--at", &at];
    args.extend(more);
    let done = folder.run(&args);
    assert!(
        !done.out.contains(SECRET) && !done.err.contains(SECRET),
        "{done:?}"
    );
    done
}

fn rotate(folder: &Folder, at: u64) -> Value {
    let done = keys(folder, "rotate", at, &["--max-ttl", "1d", "--json"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    done.json()
}

/// A token that lives a day, by the key that signs in this file; the machine's clock is not asked.
fn token(folder: &Folder, file: &str, at: u64) -> String {
    let listed = folder.run(&[
        "keys",
        "list",
        "--keys",
        file,
        "--at",
        &at.to_string(),
        "--json",
    ]);
    let listed = listed.json();
    let keys = listed["keys"].as_array().unwrap();
    let signer = keys.iter().find(|key| key["now"] == "signs").unwrap();
    let kid = signer["kid"].as_str().unwrap();
    let expires = (at + DAY).to_string();
    // A date that the file has for later does not hold the token back.
    let mut toml = folder.read(file);
    toml = toml
        .lines()
        .filter(|line| !line.starts_with("from"))
        .collect::<Vec<_>>()
        .join("\n");
    folder.write("signing.toml", &toml);
    let mut args = vec![
        "sign",
        "--keys",
        "signing.toml",
        "--site",
        "s",
        "--path",
        "/a/b",
    ];
    args.extend(["--expires", &expires, "--kid", kid]);
    let done = folder.run(&args);
    assert_eq!(done.code, 0, "{done:?}");
    done.out.trim_end().to_owned()
}

fn opens(folder: &Folder, file: &str, token: &str, at: u64) -> bool {
    let (url, at) = (format!("/a/b?cs={token}"), at.to_string());
    folder
        .run(&["verify", "--keys", file, "--site", "s", &url, "--at", &at])
        .code
        == 0
}

#[test]
fn a_rotation_goes_through_without_a_refused_request() {
    let folder = with_keys();
    folder.write("lagging.toml", &folder.read("keys.toml"));
    let mut at = NOW;
    let mut done = Vec::new();
    let mut running: Vec<(String, u64)> = Vec::new();
    // A step, and then servers that have the file of the step before for half an hour more.
    while done.last().is_none_or(|step| step != "retire") {
        let before = folder.read("keys.toml");
        let told = rotate(&folder, at);
        done.push(told["did"].as_str().unwrap().to_owned());
        folder.write("lagging.toml", &before);
        for file in ["keys.toml", "lagging.toml"] {
            running.push((token(&folder, file, at), at));
        }
        let not_before = told["next"]["not_before"].as_u64().unwrap();
        for now in [at, at + HOUR / 2, not_before] {
            for file in ["keys.toml", "lagging.toml"] {
                // An hour after a change everybody has it.
                if file == "lagging.toml" && now >= at + HOUR {
                    continue;
                }
                for (token, signed) in running.iter().filter(|(_, signed)| now < signed + DAY) {
                    let what = format!("{file} at {now}, signed at {signed}, after {done:?}");
                    assert!(opens(&folder, file, token, now), "{what}");
                }
            }
        }
        if done.last().is_some_and(|step| step == "add") {
            let early = rotate(&folder, not_before - 1);
            assert_eq!(early["did"], "nothing", "{early}");
        }
        at = not_before.max(at + 1);
    }
    assert_eq!(done, ["add", "activate", "retire"]);
    assert_eq!(at, NOW + HOUR + HOUR + DAY + 1);

    let toml = folder.read("keys.toml");
    for kept in [
        "# Ours.\n",
        "kid = \"k1\"   # the first",
        "state = \"retired\" # signs",
    ] {
        assert!(toml.contains(kept), "{toml}");
    }
    assert_eq!(folder.mode_of("keys.toml"), 0o600);
    let files = std::fs::read_dir(folder.path()).unwrap();
    let strays = files.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with('.')
    });
    assert_eq!(strays.count(), 0);
    // The old key's limits went on to the new one.
    let listed = keys(&folder, "list", at, &["--json"]).json();
    assert_eq!(listed["keys"][1]["paths"], serde_json::json!(["/a/**"]));
    assert_eq!(listed["keys"][1]["now"], "signs", "{listed}");
    assert_eq!(listed["keys"][0]["now"], "nothing", "{listed}");
}

#[test]
fn a_dry_run_writes_nothing_and_each_step_says_what_comes_next() {
    let folder = with_keys();
    let before = folder.read("keys.toml");
    let done = keys(&folder, "rotate", NOW, &["--dry-run"]);
    assert!(
        done.out
            .starts_with("(dry run) step 1 of 3: added key k2030"),
        "{done:?}"
    );
    assert_eq!(folder.read("keys.toml"), before);
    let done = keys(&folder, "rotate", NOW, &[]);
    let next = "next: from 2030-03-17T18:46:40Z on run this again: the new key signs";
    assert!(done.out.contains(next), "{done:?}");
    assert!(
        done.out.contains("now:  give the file to every server"),
        "{done:?}"
    );
    // How long the old key's URLs run is asked for, once it matters.
    let done = keys(&folder, "rotate", NOW + HOUR, &[]);
    assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
    assert!(done.err.contains("--max-ttl is missing"), "{done:?}");
}

#[test]
fn json_files_and_eddsa_rotate_too_and_links_stay_links() {
    let folder = Folder::new();
    let made = folder.run(&[
        "keys",
        "new",
        "--alg",
        "eddsa",
        "--json",
        "--out",
        "real.json",
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    std::os::unix::fs::symlink("real.json", folder.path().join("keys.toml")).unwrap();
    assert_eq!(rotate(&folder, NOW)["did"], "add");
    assert_eq!(rotate(&folder, NOW + HOUR)["did"], "activate");
    let link = std::fs::symlink_metadata(folder.path().join("keys.toml")).unwrap();
    assert!(link.file_type().is_symlink());
    let listed = keys(&folder, "list", NOW + HOUR, &["--json"]).json();
    let nows: Vec<_> = (0..2).map(|at| &listed["keys"][at]["now"]).collect();
    assert_eq!(nows, ["verifies", "signs"], "{listed}");
    assert_eq!(listed["keys"][1]["alg"], "EdDSA", "{listed}");
}

#[test]
fn list_shows_what_each_key_does_and_warns() {
    let folder = with_keys();
    let mut toml = folder.read("keys.toml");
    let other = SECRET.replace("00", "ff");
    toml.push_str(&format!(
        "[[key]]\nkid = \"k2\"\nalg = \"HS256\"\nsecret = \"{other}\"\n\
         from = {NOW}\nuntil = {}\n",
        NOW + 3 * DAY
    ));
    folder.write("keys.toml", &toml);
    let done = keys(&folder, "list", NOW, &[]);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines.len(), 3, "{done:?}");
    assert!(
        lines[0].starts_with("KID  ALG    STATE   NOW       FROM"),
        "{done:?}"
    );
    assert!(
        lines[1].starts_with("k1   HS256  active  verifies  -"),
        "{done:?}"
    );
    assert!(
        lines[2].starts_with("k2   HS256  active  signs     2030-03-17T17:46:40Z"),
        "{done:?}"
    );
    assert!(
        done.err.contains("k2: ends at 2030-03-20T17:46:40Z"),
        "{done:?}"
    );
    assert!(done.err.contains("k1: is active beside k2"), "{done:?}");
    assert_eq!(done.code, 0);
    assert_eq!(keys(&folder, "list", NOW, &["--strict"]).code, 1);
    let over = keys(&folder, "list", NOW + 4 * DAY, &[]);
    assert!(
        over.err.contains("k2: is over and does nothing"),
        "{over:?}"
    );
}

#[test]
fn retire_refuses_what_would_break_running_urls() {
    let folder = with_keys();
    assert_eq!(rotate(&folder, NOW)["did"], "add");
    let activated = rotate(&folder, NOW + HOUR);
    let until = activated["next"]["not_before"].as_u64().unwrap();
    let new = activated["kids"][0].as_str().unwrap().to_owned();
    for (kid, fault) in [
        ("k1", "URLs of it may run until 2030-03-18T19:46:40Z"),
        (new.as_str(), "give it a successor first"),
        ("k9", "the file has no such key; it has k1"),
    ] {
        let done = keys(&folder, "retire", until - 1, &[kid]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(done.err.contains(fault), "{done:?}");
    }
    let done = keys(&folder, "retire", until, &["k1", "--remove"]);
    assert_eq!(done.out, "key k1 removed\n", "{done:?}");
    assert!(!folder.read("keys.toml").contains("k1\""));
    // The last key is never taken, whoever insists: no server would start.
    let done = keys(&folder, "retire", until, &[&new, "--force"]);
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.err.contains("nothing was written"), "{done:?}");
}

#[test]
fn a_key_file_without_an_end_is_told_and_not_read() {
    let folder = Folder::new();
    for args in [
        &["keys", "list", "--keys", "/dev/zero"][..],
        &[
            "sign",
            "--keys",
            "/dev/zero",
            "--site",
            "s",
            "--path",
            "/a",
            "--expires",
            "1h",
        ],
    ] {
        let done = folder.run(args);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(
            done.err.contains("/dev/zero: it is longer than 16 MiB"),
            "{done:?}"
        );
    }
}

#[test]
fn a_key_file_that_root_rotates_stays_its_owners() {
    use std::os::unix::fs::{MetadataExt, chown};

    const OWNER: u32 = 54_321;
    let folder = with_keys();
    let file = folder.path().join("keys.toml");
    if chown(&file, Some(OWNER), Some(OWNER)).is_err() {
        // Only root can give a file away.
        return;
    }
    assert_eq!(rotate(&folder, NOW)["did"], "add");
    let metadata = std::fs::metadata(file).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (OWNER, OWNER));
    assert_eq!(folder.mode_of("keys.toml"), 0o600);
}
