//! What a user sees of a wrong configuration, and of a right one.

#[path = "../command/mod.rs"]
mod command;
mod layers;
mod serving;
mod settings;
mod signing;

use command::Folder;

/// The secret of TOKEN.md's example.
const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A configuration without a fault; tests add to it or change it.
fn good() -> String {
    format!(
        r#"[delivery]
listen = "127.0.0.1:8080"

[[site]]
name = "media.example"
public_url = "http://localhost:8080"

[site.store]
type = "fs"
root = "files"

[[site.key]]
kid = "k1"
alg = "HS256"
secret = "{SECRET}"
"#
    )
}

/// The faults of a configuration, a line each.
fn faults(toml: &str) -> Vec<String> {
    faults_with(toml, &[])
}

fn faults_with(toml: &str, env: &[(&str, &str)]) -> Vec<String> {
    let folder = Folder::new();
    folder.write("countersign.toml", toml);
    let done = folder.run_with(&["config", "check"], env);
    assert!(!done.err.contains(SECRET), "{done:?}");
    if done.code == 0 {
        return Vec::new();
    }
    assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
    let mut lines: Vec<String> = done.err.lines().map(str::to_owned).collect();
    let last = lines.pop().unwrap();
    let count = lines.len();
    let plural = if count == 1 { "" } else { "s" };
    assert_eq!(
        last,
        format!("error: {count} fault{plural} in the configuration")
    );
    lines
}

/// One fault, without the file's name and place.
fn only_fault(toml: &str) -> String {
    let faults = faults(toml);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].split_once(": ").unwrap().1.to_owned()
}

#[test]
fn a_good_configuration_is_summed_up() {
    let folder = Folder::new();
    folder.write("countersign.toml", &good());
    let done = folder.run(&["config", "check"]);
    assert_eq!(done.err, "");
    assert_eq!(
        done.out,
        "listen   delivery 127.0.0.1:8080, ops 127.0.0.1:9090\n\
         signing  off\n\
         site     media.example (any host) as http://localhost:8080\n  \
           store  fs files\n  \
           key    k1 HS256 active\n  \
           policy 0 rules\n\
         ok\n"
    );
    assert_eq!(done.code, 0);
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_the_file() {
    let toml = r#"[delivery]
listen = ":8080"
lisen = 3

[cache]
max_bytes = "12 apples"
fresh_for = 10

[[site]]
name = "a b"

[site.store]
type = "fs"

[[site.key]]
kid = "k1"
alg = "HS256"
secret = "0011"

[[site.key]]
alg = "HS512"
"#;
    assert_eq!(
        faults(toml),
        [
            r#"countersign.toml:2:10: delivery.listen: ":8080" is no address; write an IP address and a port, e.g. "0.0.0.0:8080""#,
            r#"countersign.toml:3:1: delivery.lisen: is no setting; did you mean "listen"?"#,
            r#"countersign.toml:6:13: cache.max_bytes: "12 apples" is no size; write bytes with an optional unit, e.g. "256MiB""#,
            r#"countersign.toml:7:13: cache.fresh_for: 10 has no unit; write "10s" for seconds"#,
            r#"countersign.toml:9:1: site.0.public_url: is missing; write what signed URLs start with, e.g. public_url = "https://media.example""#,
            r#"countersign.toml:10:8: site.0.name: must be 1 to 64 of A-Z a-z 0-9 . _ -"#,
            r#"countersign.toml:12:7: site.0.store.root: is missing; write the folder: root = "/srv/media""#,
            r#"countersign.toml:18:10: site.0.key.0.secret: key "k1": has 2 bytes, must have 32 to 128; make one with: countersign keys new"#,
            r#"countersign.toml:20:1: site.0.key.1.kid: is missing; write kid = "k1""#,
            r#"countersign.toml:21:7: site.0.key.1.alg: "HS512" is not known here; write one of HS256, EdDSA"#,
        ]
    );
}

#[test]
fn a_syntax_fault_does_not_quote_the_file() {
    let toml = format!("secret = \"{SECRET}\nlisten = 1\n");
    assert_eq!(
        faults(&toml),
        ["countersign.toml:1:75: this is not TOML: invalid basic string, expected `\"`"]
    );
}

#[test]
fn a_file_with_a_secret_that_others_can_read_is_warned_of() {
    let folder = Folder::new();
    folder.write("countersign.toml", &good());
    folder.mode("countersign.toml", 0o644);
    let done = folder.run(&["config", "check"]);
    assert_eq!(done.code, 0);
    assert_eq!(
        done.err,
        "warning: countersign.toml: holds a secret and can be read by other users (mode 0644); \
         run: chmod 600 'countersign.toml'\n"
    );
}

#[test]
fn json_holds_the_same_faults() {
    let folder = Folder::new();
    folder.write("countersign.toml", &good().replace("listen", "lisen"));
    let done = folder.run(&["config", "check", "--json"]);
    assert_eq!((done.code, done.err.as_str()), (2, ""));
    let report: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["faults"][0]["place"], "countersign.toml:2:1");
    assert_eq!(report["faults"][0]["setting"], "delivery.lisen");
}
