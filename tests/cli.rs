//! The commands that need no server, as a user runs them.

mod command;

use command::{Done, Folder};
use serde_json::Value;

const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn with_keys() -> Folder {
    let folder = Folder::new();
    let toml = format!("[[key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n");
    folder.write("keys.toml", &toml);
    folder
}

fn sign(folder: &Folder, more: &[&str]) -> Done {
    let mut args = vec!["sign", "--keys", "keys.toml", "--site", "media.example"];
    // So that the same is signed at any time.
    args.extend(["--iat", "none"]);
    args.extend(more);
    folder.run(&args)
}

#[test]
fn a_token_says_when_it_was_issued_unless_told_otherwise() {
    let folder = with_keys();
    let sign = |more: &[&str]| {
        let args = [
            "sign",
            "--keys",
            "keys.toml",
            "--site",
            "m",
            "--path",
            "/a",
            "--expires",
            "1900000000",
        ];
        folder.run(&[&args, more].concat())
    };
    assert!(sign(&[]).out.starts_with("1~kid=k1~exp=1900000000~iat=1"));
    let past = sign(&["--iat", "1700000000"]).out;
    assert!(past.starts_with("1~kid=k1~exp=1900000000~iat=1700000000~sig="));
    assert!(!sign(&["--iat", "none"]).out.contains("iat"));
    let ahead = sign(&["--iat", "1899999999"]);
    assert!(
        ahead.code == 2 && ahead.err.contains("lies ahead"),
        "{ahead:?}"
    );
}

#[test]
fn the_example_of_the_token_page_is_signed_to_the_letter() {
    let folder = with_keys();
    let more = [
        "--path",
        "/a b.png",
        "--expires",
        "1900000000",
        "--qs",
        "w=",
        "--qs",
        "h",
    ];
    let done = sign(&folder, &more);
    assert_eq!(
        done.out,
        "1~kid=k1~exp=1900000000~qs=w!h~sig=q4XrPJKvg7odH0ozK21HtTFAy5Yr_eJjrYKvd-rOFpU\n"
    );
    assert_eq!((done.code, done.err.as_str()), (0, ""));

    let mut whole = more.to_vec();
    whole.extend(["--base-url", "https://media.example"]);
    let done = sign(&folder, &whole);
    assert_eq!(
        done.out,
        "https://media.example/a%20b.png?w=&cs=1~kid=k1~exp=1900000000~qs=w!h~sig=q4XrPJKvg7odH0ozK21HtTFAy5Yr_eJjrYKvd-rOFpU\n"
    );
}

#[test]
fn the_path_carrier_and_the_header_carrier_have_their_forms() {
    let folder = with_keys();
    let more = [
        "--path",
        "/hls/7/a.m3u8",
        "--paths",
        "/hls/7/**",
        "--expires",
        "1900000000",
    ];
    let mut path = more.to_vec();
    path.extend(["--carrier", "path", "--base-url", "https://m.example/"]);
    let done = sign(&folder, &path);
    let start = "https://m.example/cs=1~kid=k1~exp=1900000000~path=@hls@7@**~sig=";
    assert!(done.out.starts_with(start), "{done:?}");
    assert!(done.out.ends_with("/hls/7/a.m3u8\n"), "{done:?}");
    let mut header = more.to_vec();
    header.extend(["--carrier", "header"]);
    let done = sign(&folder, &header);
    assert!(done.out.starts_with("countersign: 1~kid=k1~"), "{done:?}");
}

#[test]
fn json_has_all_that_a_script_needs() {
    let folder = with_keys();
    let done = sign(
        &folder,
        &[
            "--path",
            "/a",
            "--expires",
            "2030-03-17T17:46:40Z",
            "--base-url",
            "https://m.example",
            "--json",
        ],
    );
    let json: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(json["path"], "/a");
    assert_eq!(json["kid"], "k1");
    assert_eq!(json["expires_at"], 1_900_000_000);
    let token = json["token"].as_str().unwrap();
    assert_eq!(json["url"], format!("https://m.example/a?cs={token}"));
}

#[test]
fn wrong_input_to_sign_names_the_flag_and_what_is_right() {
    let folder = with_keys();
    let cases: [(&[&str], &str); 14] = [
        (
            &["--path", "a", "--expires", "1h"],
            "--path \"a\": must start with \"/\"",
        ),
        (
            &["--path", "/a", "--expires", "soon"],
            "--expires \"soon\": is no duration",
        ),
        (&["--path", "/a", "--expires", "900"], "write 900s"),
        (
            &["--path", "/b/a", "--paths", "/c/*", "--expires", "1h"],
            "is not covered by --paths /c/*",
        ),
        (
            &["--path", "/a", "--paths", "/c d", "--expires", "1h"],
            "--paths: \"/c d\": pattern 1 has a byte",
        ),
        (
            &["--path", "/a", "--expires", "1h", "--kid", "k2"],
            "keys.toml has no such key; it has k1",
        ),
        (
            &["--path", "/a", "--expires", "1h", "--ip", "1.2.3.4/33"],
            "--ip: must be",
        ),
        (
            &["--path", "/a", "--expires", "1h", "--geo", "de"],
            "--geo: must be",
        ),
        (
            &["--path", "/a", "--expires", "1h", "--bps", "5"],
            "--bps: must be a number from 1024",
        ),
        (
            &["--path", "/a", "--expires", "1h", "--hdr", "host=x"],
            "--hdr: must be",
        ),
        (
            &["--path", "/a", "--expires", "1h", "--base-url", "m.example"],
            "write scheme and host only",
        ),
        (
            &["--path", "/a", "--expires", "1h", "--nbf", "2h"],
            "--nbf: must be before --expires",
        ),
        (
            &["--path", "/a", "--expires", "1h", "--geo", "XX"],
            "--geo: names XX or ZZ only",
        ),
        (&["--expires", "1h"], "--path"),
    ];
    for (more, message) in cases {
        let done = sign(&folder, more);
        assert_eq!(
            (done.code, done.out.as_str()),
            (2, ""),
            "{more:?}: {done:?}"
        );
        assert!(
            done.err.contains(message),
            "{more:?}: {}\nexpected {message}",
            done.err
        );
    }
}

#[test]
fn a_key_s_limits_are_told_before_signing() {
    let folder = Folder::new();
    let toml = format!(
        "[[key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\nmax_ttl = \"1h\"\npaths = [\"/a/**\"]\n"
    );
    folder.write("keys.toml", &toml);
    let done = sign(&folder, &["--path", "/a/b", "--expires", "2h"]);
    assert!(
        done.err
            .contains("--expires: key k1 signs for 3600s at most"),
        "{done:?}"
    );
    let done = sign(&folder, &["--path", "/b", "--expires", "1h"]);
    assert!(
        done.err.contains("--path: key k1 signs for /a/** only"),
        "{done:?}"
    );
}

#[test]
fn an_escaped_path_and_a_readable_key_file_are_warned_of() {
    let folder = with_keys();
    folder.mode("keys.toml", 0o640);
    let done = sign(&folder, &["--path", "/a%20b", "--expires", "1h"]);
    assert_eq!(done.code, 0);
    assert!(done.out.starts_with("1~kid=k1~"), "{done:?}");
    assert!(
        done.err.contains("warning: keys.toml: holds a secret"),
        "{done:?}"
    );
    assert!(
        done.err
            .contains("warning: --path \"/a%20b\": is taken as it stands"),
        "{done:?}"
    );
}

#[test]
fn a_key_file_in_json_is_read_in_both_forms() {
    let folder = Folder::new();
    let key = format!(
        r#"{{"kid":"k1","alg":"HS256","state":"active","secret":"{SECRET}","max_ttl":604800}}"#
    );
    for (name, text) in [
        ("a.json", format!(r#"{{"keys":[{key}]}}"#)),
        ("b", format!(" [ {key} ]")),
    ] {
        folder.write(name, &text);
        let args = [
            "sign",
            "--keys",
            name,
            "--site",
            "m",
            "--path",
            "/a",
            "--expires",
            "1h",
        ];
        let done = folder.run(&args);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{name}");
    }
}

#[test]
fn new_keys_sign_and_are_never_overwritten() {
    for alg in ["HS256", "EdDSA"] {
        let folder = Folder::new();
        let done = folder.run(&[
            "keys",
            "new",
            "--alg",
            alg,
            "--kid",
            "one",
            "--out",
            "keys.toml",
        ]);
        assert_eq!((done.code, done.out.as_str()), (0, ""), "{done:?}");
        assert_eq!(folder.mode_of("keys.toml"), 0o600);
        let done = sign(&folder, &["--path", "/a", "--expires", "1h"]);
        assert!(done.out.starts_with("1~kid=one~"), "{done:?}");

        let before = folder.read("keys.toml");
        let done = folder.run(&["keys", "new", "--out", "keys.toml"]);
        assert_eq!(done.code, 2);
        assert!(
            done.err
                .contains("is not overwritten; add to it with --append"),
            "{done:?}"
        );
        assert_eq!(folder.read("keys.toml"), before);
    }
}

#[test]
fn a_key_is_appended_only_where_the_ring_stays_good() {
    let folder = with_keys();
    let args = ["keys", "new", "--out", "keys.toml", "--append", "--kid"];
    let done = folder.run(&[&args[..], &["k1"]].concat());
    assert_eq!(done.code, 2);
    assert!(done.err.contains("nothing was written"), "{done:?}");
    assert!(done.err.contains("both have kid \"k1\""), "{done:?}");
    assert!(!folder.read("keys.toml").contains("k2"));

    assert_eq!(folder.run(&[&args[..], &["k2"]].concat()).code, 0);
    let done = sign(&folder, &["--path", "/a", "--expires", "1h", "--kid", "k2"]);
    assert!(done.out.starts_with("1~kid=k2~"), "{done:?}");
}

#[test]
fn a_new_key_in_json_is_a_key_file() {
    let folder = Folder::new();
    let done = folder.run(&["keys", "new", "--alg", "eddsa", "--json"]);
    folder.write("keys.toml", &done.out);
    let done = sign(&folder, &["--path", "/a", "--expires", "1h"]);
    assert_eq!(done.code, 0, "{done:?}");
}

#[test]
fn the_starter_passes_the_check_and_is_never_overwritten() {
    let folder = Folder::new();
    let done = folder.run(&["config", "init", "site"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert_eq!(folder.mode_of("site/keys.toml"), 0o600);
    for line in done
        .out
        .lines()
        .filter(|line| line.starts_with("  countersign"))
    {
        if line.contains(" serve ") {
            continue;
        }
        let words: Vec<&str> = line
            .split_whitespace()
            .map(|word| word.trim_matches('\''))
            .collect();
        let next = folder.run(&words[1..]);
        assert_eq!((next.code, next.err.as_str()), (0, ""), "{line}");
    }
    let done = folder.run(&["config", "init", "site"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("is not overwritten"), "{done:?}");
}

#[test]
fn the_top_help_teaches_and_names_the_exit_codes() {
    let folder = Folder::new();
    let help = folder.run(&["--help"]).out;
    assert!(
        help.contains("Start here:") && help.contains("Exit codes:"),
        "{help}"
    );
    assert_eq!(folder.run(&["nonsense"]).code, 2);
}

#[test]
fn the_version_is_printed_as_text_and_json() {
    let folder = Folder::new();
    let version = env!("CARGO_PKG_VERSION");
    let done = folder.run(&["version"]);
    assert_eq!(
        done.out,
        format!("countersign {version} (token version 1)\n")
    );
    let json: Value = serde_json::from_str(&folder.run(&["version", "--json"]).out).unwrap();
    assert_eq!(json["version"], version);
}
