//! Cookies, `inspect`, `--validate`, completions and manual pages, as a user runs them.

mod command;
mod support;

use command::{Done, Folder};
use support::program::{Program, command};

const SIGNED: [&str; 6] = [
    "--keys",
    "keys.toml",
    "--site",
    "media.example",
    "--expires",
    "1900000000",
];

fn with_keys() -> Folder {
    let folder = Folder::new();
    let secret = "0001".repeat(16);
    let toml = format!("[[key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{secret}\"\n");
    folder.write("keys.toml", &toml);
    folder
}

fn run(folder: &Folder, command: &str, more: &[&str]) -> Done {
    let mut args = vec![command];
    args.extend(SIGNED);
    args.extend(more);
    folder.run(&args)
}

#[test]
fn a_cookie_goes_to_its_folder_only_and_opens_what_it_covers() {
    let folder = with_keys();
    let done = run(&folder, "cookie", &["--paths", "/hls/7/**"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    let line = done.out.trim_end();
    let start = "Set-Cookie: cs=1~kid=k1~exp=1900000000~iat=";
    assert!(line.starts_with(start), "{line}");
    assert!(line.contains("~path=/hls/7/**~sig="), "{line}");
    assert!(line.contains("; Path=/hls/7/; Max-Age="), "{line}");
    assert!(line.ends_with("; Secure; HttpOnly; SameSite=Lax"), "{line}");

    let done = run(&folder, "cookie", &["--paths", "/hls/7/**", "--header"]);
    let header = done.out.trim_end();
    let mut args = vec!["verify", "--keys", "keys.toml", "--site", "media.example"];
    args.extend(["/hls/7/a.ts", "-H", header, "--at", "1800000000"]);
    let verified = folder.run(&args);
    assert!(
        verified.out.contains("by cookie token of key k1"),
        "{verified:?}"
    );

    let more = [
        "--paths",
        "/a/**",
        "--name",
        "__Secure-cs-a",
        "--domain",
        "media.example",
    ];
    let other = ["--same-site", "none", "--partitioned", "--json"];
    let told = run(&folder, "cookie", &[&more[..], &other[..]].concat()).json();
    assert_eq!(told["path"], "/a/", "{told}");
    assert_eq!(told["expires_at"], 1_900_000_000, "{told}");
    let line = told["set_cookie"].as_str().unwrap();
    assert!(line.starts_with("__Secure-cs-a=1~"), "{line}");
    assert!(line.contains("; Domain=media.example; "), "{line}");
    assert!(
        line.ends_with("; Secure; HttpOnly; SameSite=None; Partitioned"),
        "{line}"
    );
}

#[test]
fn a_cookie_that_no_browser_would_keep_is_refused_by_its_flag() {
    let folder = with_keys();
    for (more, fault) in [
        (&["--name", "__Host-cs"][..], "needs --cookie-path /"),
        (&["--name", "a;b"], "--name \"a;b\": must be"),
        (
            &["--insecure", "--same-site", "none"],
            "--insecure: browsers refuse it",
        ),
        (
            &["--domain", "a b"],
            "--domain \"a b\": must be a host name",
        ),
        (
            &["--cookie-path", "a"],
            "--cookie-path \"a\": must be a path",
        ),
    ] {
        let done = run(&folder, "cookie", &[&["--paths", "/a/**"], more].concat());
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(done.err.contains(fault), "{done:?}");
    }
}

#[test]
fn inspect_shows_every_field_without_a_key_and_says_that_nothing_is_verified() {
    let folder = with_keys();
    let terms = [
        "--path",
        "/a/b c.jpg",
        "--paths",
        "/a/*,-/a/x~20y",
        "--sub",
        "ada l",
        "--ip",
        "192.0.2.0/24",
        "--base-url",
        "https://media.example",
    ];
    let url = run(&folder, "sign", &terms).out;
    let shown = folder.run(&["inspect", url.trim_end()]);
    assert_eq!((shown.code, shown.err.as_str()), (0, ""), "{shown:?}");
    for line in [
        "carrier   query parameter cs",
        "URL path  /a/b c.jpg",
        "kid       k1",
        "path      /a/*, -/a/x y",
        "ip        192.0.2.0/24",
        "sub       ada l",
        "sig       32 bytes, as HS256 has",
    ] {
        assert!(
            shown.out.lines().any(|shown| shown == line),
            "{line}: {shown:?}"
        );
    }
    assert!(
        shown.out.contains("exp       2030-03-17T17:46:40Z, in "),
        "{shown:?}"
    );
    assert!(shown.out.contains("not verified"), "{shown:?}");

    let told = folder.run(&["inspect", url.trim_end(), "--json"]).json();
    assert_eq!(told["verified"], false);
    let token = &told["tokens"][0];
    assert_eq!(token["well_formed"], true, "{told}");
    assert_eq!(token["fields"]["exp"], 1_900_000_000, "{told}");
    assert_eq!(token["fields"]["path"][1], "-/a/x y", "{told}");
}

#[test]
fn inspect_says_what_is_wrong_with_a_token_that_was_cut_off_or_changed() {
    let folder = with_keys();
    let token = run(&folder, "sign", &["--path", "/a"]).out;
    let cut = &token[..token.len() - 6];
    let done = folder.run(&["inspect", cut]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.out.contains("sig: has 38 characters"), "{done:?}");
    let done = folder.run(&["inspect", &format!("Cookie: a=b; cs={}", token.trim_end())]);
    assert!(
        done.code == 0 && done.out.starts_with("carrier   cookie cs\n"),
        "{done:?}"
    );
    let done = folder.run(&["inspect", "https://media.example/a"]);
    assert_eq!(
        (done.code, done.out.lines().next()),
        (1, Some("no token in it"))
    );
    let done = folder.run(&["inspect", "https://media.example"]);
    assert_eq!(done.code, 2, "{done:?}");
}

#[test]
fn validate_fetches_what_was_signed_and_tells_status_reason_and_title() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["config", "init"]).code, 0);
    let mut serve = command(folder.path());
    serve.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--set",
        "ops.listen=127.0.0.1:0",
    ]);
    let program = Program::start(serve);
    let base = format!("http://{}", program.address("delivery"));
    let ask = |command: &str, more: &[&str]| {
        let mut args = vec![command, "--keys", "keys.toml", "--site", "media.example"];
        args.extend(["--path", "/hello.txt", "--base-url", &base, "--validate"]);
        args.extend(more);
        folder.run(&args)
    };
    for (command, more) in [
        ("sign", &[][..]),
        ("sign", &["--carrier", "path"]),
        ("sign", &["--carrier", "header", "--hdr", "x-app=1"]),
        ("sign", &["--method", "HEAD"]),
        ("cookie", &[]),
    ] {
        let done = ask(command, &[&["--expires", "5m"], more].concat());
        assert_eq!(done.code, 0, "{command} {more:?}: {done:?}");
        assert!(done.err.contains("validated: 20"), "{done:?}");
        assert_eq!(done.out.lines().count(), 1, "{done:?}");
    }
    let done = ask("sign", &["--expires", "2020-06-01T00:00:00Z", "--json"]);
    let told = done.json();
    assert_eq!(
        (done.code, &told["validated"]["status"]),
        (1, &403.into()),
        "{told}"
    );
    assert_eq!(told["validated"]["reason"], "expired", "{told}");
    assert!(told["validated"]["title"].is_string(), "{told}");
    drop(program);
    let done = ask("sign", &["--expires", "5m"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(
        done.err.contains("validated: no answer: no connection"),
        "{done:?}"
    );
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = folder.run(&["completions", shell]);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{shell}");
        assert!(
            done.out.contains("inspect") && done.out.contains("expires"),
            "{shell}"
        );
    }
    let script = folder.run(&["completions", "bash"]).out;
    folder.write("complete.bash", &script);
    let ask = "source ./complete.bash; COMP_WORDS=(countersign ins); COMP_CWORD=1; \
               _countersign countersign ins countersign; echo ${COMPREPLY[@]}";
    let mut bash = std::process::Command::new("bash");
    let answer = bash
        .args(["-c", ask])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&answer.stdout).trim(),
        "inspect",
        "{answer:?}"
    );

    let page = folder.run(&["manpage"]);
    assert!(page.out.contains(".TH countersign 1"), "{page:?}");
    let done = folder.run(&["manpage", "--out", "man"]);
    assert_eq!(done.code, 0, "{done:?}");
    for name in ["countersign", "countersign-sign", "countersign-keys-new"] {
        let page = folder.read(&format!("man/{name}.1"));
        assert!(page.contains(".TH"), "{name}");
    }
}
