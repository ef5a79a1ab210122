//! The file, the environment and the flags over each other.

use crate::command::Folder;
use crate::{SECRET, faults_with, good};

#[test]
fn a_missing_file_names_the_way_out() {
    let folder = Folder::new();
    let done = folder.run(&["config", "check"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("countersign config init"), "{done:?}");
    let done = folder.run(&["config", "check", "--config", "other.toml"]);
    assert!(
        done.err.starts_with("other.toml: there is no such file"),
        "{done:?}"
    );
}

#[test]
fn variables_lie_over_the_file_and_flags_over_both() {
    let folder = Folder::new();
    folder.write("countersign.toml", &good());
    let env = [
        ("COUNTERSIGN__OPS__LISTEN", "127.0.0.1:9001"),
        ("COUNTERSIGN__DELIVERY__LISTEN", "127.0.0.1:9002"),
        ("COUNTERSIGN__SITE__0__HOSTS", "a.example, b.example"),
        ("COUNTERSIGN_SERVICE_PORT", "no setting of ours"),
    ];
    let flags = ["config", "check", "--set", "delivery.listen=127.0.0.1:9003"];
    let done = folder.run_with(&flags, &env);
    assert_eq!(done.err, "");
    assert!(
        done.out
            .contains("delivery 127.0.0.1:9003, ops 127.0.0.1:9001"),
        "{}",
        done.out
    );
    assert!(done.out.contains("(a.example, b.example)"), "{}", done.out);
}

#[test]
fn the_environment_alone_is_enough() {
    let folder = Folder::new();
    folder.write("k1.secret", &format!("{SECRET}\n"));
    let env = [
        ("COUNTERSIGN__SITE__0__NAME", "media.example"),
        ("COUNTERSIGN__SITE__0__HOSTS", "media.example"),
        ("COUNTERSIGN__SITE__0__STORE__TYPE", "fs"),
        ("COUNTERSIGN__SITE__0__STORE__ROOT", "files"),
        ("COUNTERSIGN__SITE__0__KEY__0__KID", "k1"),
        ("COUNTERSIGN__SITE__0__KEY__0__ALG", "HS256"),
        ("COUNTERSIGN__SITE__0__KEY__0__SECRET_FILE", "k1.secret"),
        ("COUNTERSIGN__SITE__0__KEY__0__MAX_TTL", "7d"),
    ];
    let done = folder.run_with(&["config", "check"], &env);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert!(
        done.out.contains("as https://media.example"),
        "{}",
        done.out
    );
}

#[test]
fn a_wrong_variable_is_named() {
    let env = [
        ("COUNTERSIGN__CACHE__MAX_BYTE", "1"),
        ("COUNTERSIGN__LOG__ACCESS", "yes"),
        ("COUNTERSIGN__SITE__2__NAME", "x"),
    ];
    assert_eq!(
        faults_with(&good(), &env),
        [
            "COUNTERSIGN__CACHE__MAX_BYTE: cache.max_byte: is no setting; did you mean \"max_bytes\"?",
            "COUNTERSIGN__LOG__ACCESS: log.access: is text, must be true or false, without quotes",
            "COUNTERSIGN__SITE__2__NAME: site.2.name: there is no entry 2: entries count from 0, and the next is 1",
        ]
    );
}

#[test]
fn the_secret_of_a_later_layer_holds_in_either_form() {
    let folder = Folder::new();
    folder.write("countersign.toml", &good().replace(SECRET, "00"));
    folder.write("k1.secret", SECRET);
    let env = [("COUNTERSIGN__SITE__0__KEY__0__SECRET_FILE", "k1.secret")];
    assert_eq!(folder.run_with(&["config", "check"], &env).code, 0);
    assert_eq!(folder.run(&["config", "check"]).code, 2);
}

#[test]
fn relative_paths_start_at_the_file_that_they_stand_in() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path().join("etc/files")).unwrap();
    let toml = good().replace(
        &format!("secret = \"{SECRET}\""),
        "secret_file = \"k1.secret\"",
    );
    folder.write("etc/countersign.toml", &toml);
    folder.write("etc/k1.secret", SECRET);
    let done = folder.run(&["config", "check", "--config", "etc/countersign.toml"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("fs etc/files"), "{}", done.out);
}

#[test]
fn keys_in_a_file_have_their_own_places() {
    let folder = Folder::new();
    let (before, _) = good()
        .split_once("[[site.key]]")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let toml = before.replace("[site.store]", "keys = \"keys.toml\"\n[site.store]");
    folder.write("countersign.toml", &toml);
    folder.write(
        "keys.toml",
        "[[key]]\nkid = \"k 1\"\nalg = \"HS256\"\nsecret = \"xyz\"\n",
    );
    let done = folder.run(&["config", "check"]);
    assert_eq!(done.code, 2);
    assert!(done.err.starts_with("keys.toml:"), "{done:?}");
    assert!(!done.err.contains("xyz"));
}
