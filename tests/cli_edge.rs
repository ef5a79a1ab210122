//! `edge config`, read back by the verifier of the vectors, and what `edge build` writes.

#[path = "cli_edge/build.rs"]
mod build;
mod command;

use build::{build, sources};
use command::{Done, Folder};
use serde_json::{Value, json};

const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn with_site(keys: &str) -> Folder {
    let folder = Folder::new();
    folder.write("keys.toml", keys);
    folder.write(
        "countersign.toml",
        "[[site]]\nname = \"media.example\"\nhosts = [\"media.example\"]\nkeys = \"keys.toml\"\n\
         skew = \"10s\"\nmax_ttl = \"7d\"\n\
         [site.names]\nparam = \"t\"\n\
         [site.store]\ntype = \"fs\"\nroot = \"files\"\n\
         [[site.policy]]\npaths = [\"/free/**\"]\nmode = \"public\"\n\
         [site.answers]\nreason_status = { missing = 404 }\n\
         [site.cors]\nallowed_origins = [\"https://app.example\"]\nmax_age = \"5m\"\n",
    );
    folder
}

fn hs256() -> Folder {
    with_site(&format!(
        "[[key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\npaths = [\"/a/**\"]\n\
         until = 2100-01-01T00:00:00Z\n"
    ))
}

fn document(folder: &Folder, more: &[&str]) -> Value {
    let done = folder.run(&[&["edge", "config"], more].concat());
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    serde_json::from_str(&done.out).unwrap()
}

fn vectors(folder: &Folder, document: &Value, target: &str, expect: Value) -> Done {
    let entry = &document["sites"][0];
    let case = json!({
        "name": target,
        "site": entry["site"],
        "keys": entry["keys"],
        "now": 1_899_999_000,
        "request": { "method": "GET", "target": target, "headers": [], "client_ip": null, "country": null },
        "expect": expect,
    });
    folder.write("case.json", &json!({ "verify": [case] }).to_string());
    folder.run(&["vectors", "case.json"])
}

#[test]
fn a_verifier_that_reads_the_document_decides_as_the_site_does() {
    for folder in [hs256(), {
        let folder = with_site("");
        std::fs::remove_file(folder.path().join("keys.toml")).unwrap();
        let done = folder.run(&[
            "keys",
            "new",
            "--alg",
            "eddsa",
            "--kid",
            "k1",
            "--out",
            "keys.toml",
        ]);
        assert_eq!(done.code, 0, "{done:?}");
        folder
    }] {
        let document = document(&folder, &["--with-secrets"]);
        let mut args = vec![
            "sign",
            "--keys",
            "keys.toml",
            "--site",
            "media.example",
            "--param",
            "t",
        ];
        args.extend(["--path", "/a/b", "--expires", "1900000000", "--iat", "none"]);
        let signed = folder.run(&args);
        let target = format!("/a/b?t={}", signed.out.trim_end());
        let allow = json!({ "allow": { "path": "/a/b", "carrier": "query", "kid": "k1", "exp": 1_900_000_000 } });
        for (target, expect) in [
            (target.as_str(), allow),
            (
                &target.replace("/a/b", "/a/c"),
                json!({ "deny": "bad_signature" }),
            ),
            ("/a/b", json!({ "deny": "missing" })),
            ("/free/x", json!({ "public": { "path": "/free/x" } })),
        ] {
            let done = vectors(&folder, &document, target, expect);
            assert_eq!(done.code, 0, "{done:?}");
        }
    }
}

#[test]
fn the_document_holds_no_secret_that_was_not_asked_for_and_all_that_an_edge_needs() {
    let folder = hs256();
    let done = folder.run(&["edge", "config"]);
    assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
    assert!(
        done.err.contains("key k1 is HS256") && done.err.contains("--with-secrets"),
        "{done:?}"
    );
    assert!(!done.err.contains(SECRET));

    let told = document(&folder, &["--with-secrets", "--site", "media.example"]);
    assert_eq!(told["version"], 1);
    let entry = &told["sites"][0];
    assert_eq!(
        entry["keys"],
        json!([{
            "kid": "k1", "alg": "HS256", "state": "active", "secret": SECRET,
            "until": 4_102_444_800_u64, "paths": ["/a/**"],
        }])
    );
    let site = &entry["site"];
    assert_eq!((&site["param"], &site["skew"]), (&json!("t"), &json!(10)));
    assert_eq!(site["max_ttl"], 604_800);
    assert_eq!(
        (&entry["status"]["missing"], &entry["status"]["expired"]),
        (&json!(404), &json!(403))
    );
    assert_eq!(
        entry["cors"],
        json!({"allowed_origins": ["https://app.example"], "allow_credentials": false, "max_age": 300})
    );
    assert_eq!(
        entry["status"].as_object().unwrap().len(),
        countersign_token::Reason::ALL.len()
    );

    let done = folder.run(&["edge", "config", "--with-secrets", "--out", "edge.json"]);
    assert_eq!((done.code, done.out.as_str()), (0, ""), "{done:?}");
    assert_eq!(folder.mode_of("edge.json"), 0o600);
    let written: Value = serde_json::from_str(&folder.read("edge.json")).unwrap();
    assert_eq!(written, told);
    let done = folder.run(&["edge", "config", "--site", "other"]);
    assert!(
        done.code == 2 && done.err.contains("there are media.example"),
        "{done:?}"
    );
}

#[test]
fn of_eddsa_keys_only_the_public_half_goes_out() {
    let folder = with_site("");
    std::fs::remove_file(folder.path().join("keys.toml")).unwrap();
    assert_eq!(
        folder
            .run(&["keys", "new", "--alg", "eddsa", "--out", "keys.toml"])
            .code,
        0
    );
    let told = document(&folder, &[]);
    let key = told["sites"][0]["keys"][0].as_object().unwrap();
    let mut members: Vec<&String> = key.keys().collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "kid", "public", "state"]);
}

/// A folder as `wasm-edge` is, with a file in each part.
#[test]
fn a_file_that_cannot_be_written_is_named_as_it_was_given() {
    let folder = hs256();
    for (out, told) in [
        ("none/edge.json", "the folder none cannot be written to"),
        (".", "is a folder"),
    ] {
        let done = folder.run(&["edge", "config", "--with-secrets", "--out", out]);
        assert!(done.code == 2 && done.err.contains(told), "{out}: {done:?}");
    }
}

#[test]
fn a_retired_key_goes_out_without_its_secret_and_keeps_its_reason() {
    let folder = hs256();
    let signed = folder.run(&[
        "sign",
        "--keys",
        "keys.toml",
        "--site",
        "media.example",
        "--param",
        "t",
        "--path",
        "/a/b",
        "--expires",
        "1900000000",
        "--iat",
        "none",
    ]);
    let target = format!("/a/b?t={}", signed.out.trim_end());
    let keys = folder.read("keys.toml") + "state = \"retired\"\n";
    let other = SECRET.replace("00", "aa");
    let active = format!("[[key]]\nkid = \"k2\"\nalg = \"HS256\"\nsecret = \"{other}\"\n");
    folder.write("keys.toml", &(keys + &active));
    let told = document(&folder, &["--with-secrets"]);
    assert!(told.to_string().contains(&other) && !told.to_string().contains(SECRET));
    let done = vectors(&folder, &told, &target, json!({ "deny": "key_retired" }));
    assert_eq!(done.code, 0, "{done:?}");
}

/// A line of `revocations.file`, as `countersign serve` writes it.
fn revoked(id: u32, site: &str, subject: Value, until: Option<u64>) -> String {
    let mut entry = json!({"id": id, "site": site, "subject": subject, "created_at": 1, "by": "t"});
    if let Some(until) = until {
        entry["until"] = until.into();
    }
    format!("{}\n", json!({ "revoke": entry }))
}

#[test]
fn the_revocations_in_force_go_out_when_asked_and_the_reader_denies_by_them() {
    let folder = hs256();
    let with = ["--with-secrets", "--set", "revocations.file=revocations"];
    assert_eq!(
        document(&folder, &with)["sites"][0]["site"]["revoked"],
        Value::Null
    );
    let with = [&with[..], &["--with-revocations"]].concat();
    let edge_config = [&["edge", "config"], &with[..]].concat();
    let done = folder.run(&edge_config);
    assert!(
        done.code == 2 && done.err.contains("revocations is not there"),
        "{done:?}"
    );
    let done = folder.run(&["edge", "config", "--with-secrets", "--with-revocations"]);
    assert!(
        done.code == 2 && done.err.contains("revocations.file names no file"),
        "{done:?}"
    );
    let lines = [
        revoked(1, "media.example", json!({"sub": "ada l"}), None),
        revoked(2, "media.example", json!({"jti": "over"}), Some(2)),
        revoked(3, "media.example", json!({"kid": "lifted"}), None),
        revoked(4, "other.example", json!({"jti": "elsewhere"}), None),
        format!("{}\n", json!({"lift": 3})),
    ];
    folder.write("revocations", &lines.concat());
    let told = document(&folder, &with);
    assert_eq!(
        told["sites"][0]["site"]["revoked"],
        json!({"sub": ["ada l"]})
    );
    assert_eq!(folder.read("revocations"), lines.concat());

    let granted = json!({
        "path": "/a/b", "carrier": "query", "kid": "k1", "exp": 1_900_000_000, "sub": "bob",
    });
    for (sub, expect) in [
        ("ada l", json!({"deny": "revoked"})),
        ("bob", json!({ "allow": granted })),
    ] {
        let mut args = vec!["sign", "--keys", "keys.toml", "--site", "media.example"];
        args.extend(["--param", "t", "--path", "/a/b", "--expires", "1900000000"]);
        args.extend(["--iat", "none", "--sub", sub]);
        let target = format!("/a/b?t={}", folder.run(&args).out.trim_end());
        let done = vectors(&folder, &told, &target, expect);
        assert_eq!(done.code, 0, "{done:?}");
    }
    folder.write("revocations", "{\n");
    let done = folder.run(&edge_config);
    assert!(done.code == 2 && done.err.contains("line 1"), "{done:?}");
}

#[test]
fn report_only_is_a_member_of_every_site_of_the_document() {
    let folder = hs256();
    let told = document(&folder, &["--with-secrets"]);
    assert_eq!(told["sites"][0]["report_only"], Value::Null);
    let told = document(&folder, &["--with-secrets", "--report-only"]);
    assert_eq!(told["sites"][0]["report_only"], true);
    sources(&folder, "cloudflare");
    assert_eq!(build(&folder, "cloudflare", &["--report-only"]).code, 0);
    let written: Value = serde_json::from_str(&folder.read("out/cloudflare/edge.json")).unwrap();
    assert_eq!(written["sites"][0]["report_only"], true);
}
