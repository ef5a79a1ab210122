//! Signed here, verified and explained there: the commands that need no server.

mod command;

use std::fs;
use std::path::Path;

use command::{Done, Folder};
use serde_json::Value;

fn with_keys() -> Folder {
    let folder = Folder::new();
    let made = folder.run(&["keys", "new", "--out", "keys.toml"]);
    assert_eq!(made.code, 0, "{made:?}");
    folder
}

fn sign(folder: &Folder, args: &[&str]) -> String {
    let mut all = vec!["sign", "--keys", "keys.toml", "--site", "media.example"];
    all.extend(args);
    let done = folder.run(&all);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    done.out.trim_end().to_owned()
}

fn check(folder: &Folder, command: &str, url: &str, more: &[&str]) -> Done {
    let mut all = vec![
        command,
        "--keys",
        "keys.toml",
        "--site",
        "media.example",
        url,
    ];
    all.extend(more);
    folder.run(&all)
}

#[test]
fn what_is_signed_verifies_and_what_does_not_is_explained() {
    let folder = with_keys();
    let terms = [
        "--path",
        "/users/ada/a b.jpg",
        "--expires",
        "15m",
        "--sub",
        "ada",
        "--base-url",
        "https://media.example",
    ];
    let url = sign(&folder, &terms);
    let verified = check(&folder, "verify", &url, &["--json"]);
    let told = verified.json();
    assert_eq!(
        (verified.code, &told["outcome"]),
        (0, &"granted".into()),
        "{told}"
    );
    assert_eq!(
        (&told["path"], &told["carrier"]),
        (&"/users/ada/a b.jpg".into(), &"query".into())
    );
    assert_eq!(told["fields"]["sub"], "ada", "{told}");
    let plain = check(&folder, "verify", &url, &[]);
    assert!(
        plain.out.starts_with("granted: /users/ada/a%20b.jpg"),
        "{plain:?}"
    );
    assert_eq!((plain.out.lines().count(), plain.err.as_str()), (1, ""));

    let forged = url.replace("sub=ada", "sub=bob");
    let elsewhere = url.replace("/ada/", "/eve/");
    let bare = url.split('?').next().unwrap();
    for (url, more, reason) in [
        (forged.as_str(), &[][..], "bad_signature"),
        (&elsewhere, &[], "bad_signature"),
        (bare, &[], "missing"),
        (&url, &["--at", "2100-01-01T00:00:00Z"], "expired"),
        (&url, &["--method", "PUT"], "method"),
        (&url, &["-H", "Countersign: 1~x"], "conflict"),
    ] {
        for command in ["verify", "explain"] {
            let mut args = more.to_vec();
            let done = check(&folder, command, url, &args);
            assert_eq!((done.code, done.err.as_str()), (1, ""), "{done:?}");
            let last = done.out.lines().last().unwrap();
            assert!(last.ends_with(&format!("denied: {reason}")), "{done:?}");
            args.push("--json");
            let done = check(&folder, command, url, &args);
            assert_eq!(
                (done.code, &done.json()["reason"]),
                (1, &reason.into()),
                "{done:?}"
            );
        }
    }
    let explained = check(&folder, "explain", &forged, &["--json"]);
    let steps = explained.json()["steps"].as_array().cloned().unwrap();
    assert!(steps.len() > 3, "{steps:?}");
    let failed: Vec<_> = steps
        .iter()
        .filter(|step| step["outcome"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{steps:?}");
    assert_eq!(failed[0]["reason"], "bad_signature");
    let explained = check(&folder, "explain", &url, &[]);
    assert_eq!(explained.code, 0, "{explained:?}");
    assert!(
        !explained.out.contains('✗') && explained.out.contains("→ granted"),
        "{explained:?}"
    );
    // Neither tells the secret, however asked.
    let keys = folder.read("keys.toml");
    let secret = keys
        .lines()
        .find_map(|line| line.strip_prefix("secret = "))
        .unwrap();
    assert!(!explained.out.contains(secret.trim_matches('"')));
}

#[test]
fn explain_names_the_faults_of_a_text_as_inspect_does() {
    let folder = with_keys();
    let url = sign(
        &folder,
        &[
            "--path",
            "/a",
            "--expires",
            "15m",
            "--base-url",
            "https://h",
        ],
    );
    let cut = &url[..url.len() - 20];
    let inspected = folder.run(&["inspect", cut, "--json"]).json();
    let fault = inspected["tokens"][0]["faults"][0].as_str().unwrap();
    assert!(fault.starts_with("sig: has 23 characters"), "{fault}");
    let told = check(&folder, "explain", cut, &["--json"]).json();
    assert_eq!(
        told["steps"].as_array().unwrap().last().unwrap()["note"],
        fault
    );
}

#[test]
fn wrong_input_is_exit_code_2_and_says_what_is_right() {
    let folder = with_keys();
    let url = "/a.jpg?cs=x";
    for command in ["verify", "explain"] {
        for (url, more, part) in [
            (url, &["--at", "soon"][..], "2030-01-31T12:00:00Z"),
            (url, &["--client-ip", "localhost"], "--client-ip"),
            (url, &["-H", "no colon"], "Name: value"),
            (url, &["--mode", "open"], "required"),
            (url, &["--keys", "none.toml"], "none.toml"),
            (url, &["--method", "GET "], "--method"),
            (url, &["--country", "Switzerland"], "--country"),
            ("media.example/a.jpg", &[], "https://"),
        ] {
            let mut args = vec![command, "--site", "media.example", url];
            args.extend(more);
            if !more.contains(&"--keys") {
                args.extend(["--keys", "keys.toml"]);
            }
            let done = folder.run(&args);
            assert_eq!(
                (done.code, done.out.as_str()),
                (2, ""),
                "{args:?}: {done:?}"
            );
            assert!(done.err.contains(part), "{args:?}: {done:?}");
        }
    }
}

#[test]
fn vectors_tell_each_case_that_differs() {
    let folder = Folder::new();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/v1.json");
    let text = fs::read_to_string(&file).unwrap();
    let done = folder.run(&["vectors", file.to_str().unwrap()]);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    assert_eq!(done.out.lines().count(), 1, "{done:?}");
    let cases: usize = done.out.split(' ').next().unwrap().parse().unwrap();
    assert!(
        cases >= 440 && done.out.ends_with(" cases, 0 differ\n"),
        "{done:?}"
    );

    let mut changed: Value = serde_json::from_str(&text).unwrap();
    let denied = |case: &&mut Value| case["expect"]["deny"] == "expired";
    let case = changed["verify"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(denied)
        .unwrap();
    case["expect"]["deny"] = "path".into();
    let name = case["name"].as_str().unwrap().to_owned();
    folder.write("changed.json", &changed.to_string());
    let done = folder.run(&["vectors", "changed.json"]);
    assert_eq!(done.code, 1, "{done:?}");
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines.len(), 2, "{done:?}");
    assert!(
        lines[0].contains(&name) && lines[0].contains("path") && lines[0].contains("expired"),
        "{done:?}"
    );
    assert_eq!(lines[1], format!("{cases} cases, 1 differ"));
    let done = folder.run(&["vectors", "changed.json", "--json"]);
    assert_eq!(
        (done.code, &done.json()["differ"][0]["name"]),
        (1, &name.into())
    );

    folder.write("no-vectors.json", "{\"verify\": 7}");
    for file in ["no-vectors.json", "none.json"] {
        let done = folder.run(&["vectors", file]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(
            done.err.starts_with("error: ") && done.err.contains(file),
            "{done:?}"
        );
    }
}
