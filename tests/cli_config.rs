//! `config print` and `config schema`, as a user runs them.

mod command;

use command::Folder;

fn starter() -> Folder {
    let folder = Folder::new();
    let done = folder.run(&["config", "init"]);
    assert_eq!(done.code, 0, "{done:?}");
    folder
}

#[test]
fn print_tells_every_setting_with_its_source_and_no_secret() {
    let folder = starter();
    let secret = "hunter2".repeat(9);
    let env = [
        ("COUNTERSIGN__CACHE__MAX_BYTES", "1GiB"),
        (
            "COUNTERSIGN__SITE__0__STORE__SECRET_ACCESS_KEY",
            secret.as_str(),
        ),
    ];
    let args = ["config", "print", "--listen", "127.0.0.1:0"];
    let done = folder.run_with(&args, &env);
    let line = |name: &str| {
        let line = done
            .out
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")));
        let words: Vec<&str> = line.unwrap_or("").split_whitespace().collect();
        words.join(" ")
    };
    for (name, rest) in [
        ("delivery.listen", "127.0.0.1:0 # --listen"),
        ("cache.max_bytes", "1GiB # COUNTERSIGN__CACHE__MAX_BYTES"),
        ("cache.fresh_for", "10s # countersign.toml:13"),
        ("delivery.grace", "30s # default"),
        ("cache.block_bytes", "1MiB # default"),
        ("site.0.keys", "keys.toml # countersign.toml:20"),
        ("site.0.policy.0.mode", "public # countersign.toml:33"),
    ] {
        assert_eq!(line(name), format!("{name} {rest}"), "{done:?}");
    }
    assert!(line("site.0.store.secret_access_key").contains(" (secret) # COUNTERSIGN__"));
    assert!(!done.out.contains("hunter2") && !done.err.contains("hunter2"));
    // A secret without S3 is a fault, and is told after the settings.
    assert_eq!(done.code, 2);
    assert!(
        done.err
            .contains("secret_access_key: is for type = \"s3\" only"),
        "{done:?}"
    );
}

#[test]
fn print_in_json_and_of_what_is_set_only() {
    let folder = starter();
    let done = folder.run(&["config", "print", "--set-only", "--json"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    let all = done.json();
    let all = all.as_array().unwrap();
    assert!(
        all.iter()
            .all(|setting| setting["source"]["kind"] == "file"),
        "{all:?}"
    );
    let root = all
        .iter()
        .find(|setting| setting["name"] == "site.0.store.root")
        .unwrap();
    assert_eq!(root["value"], "files");
    assert_eq!(root["source"]["file"], "countersign.toml");
    assert_eq!(root["source"]["line"], 24, "{root}");
    let done = folder.run(&["config", "print", "--config", "none.toml"]);
    assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
}

#[test]
fn the_schema_names_its_draft_and_describes_settings() {
    let done = Folder::new().run(&["config", "schema"]);
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    let schema = done.json();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let site = &schema["properties"]["site"]["items"];
    assert_eq!(site["additionalProperties"], false);
    let modes = &site["properties"]["policy"]["items"]["properties"]["mode"]["enum"];
    assert_eq!(
        modes,
        &serde_json::json!(["required", "optional", "public", "report"])
    );
    let grace = &schema["properties"]["delivery"]["properties"]["grace"];
    assert!(
        grace["description"]
            .as_str()
            .unwrap()
            .ends_with("Default: `30s`."),
        "{grace}"
    );
}

#[test]
fn check_looks_at_certificates_and_at_the_folders_of_files_to_come() {
    let folder = starter();
    let check = |settings: &[&str]| {
        let mut args = vec!["config", "check"];
        for setting in settings {
            args.extend(["--set", setting]);
        }
        folder.run(&args)
    };
    let done = check(&[
        "delivery.tls.cert_file=absent.crt",
        "delivery.tls.key_file=absent.key",
        "revocations.file=absent/revocations",
        "signing.audit.file=absent/audit.jsonl",
    ]);
    assert_eq!(done.code, 2, "{done:?}");
    for told in [
        "delivery.tls: ",
        "absent.crt cannot be read",
        "revocations.file: there is no folder ",
        "signing.audit.file: there is no folder ",
        "3 faults",
    ] {
        assert!(done.err.contains(told), "{told}: {done:?}");
    }
    let done = check(&[
        "delivery.tls.cert_file=keys.toml",
        "delivery.tls.key_file=keys.toml",
        "revocations.file=revocations",
        "signing.audit.file=audit.jsonl",
    ]);
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.err.contains("keys.toml holds no certificate in PEM"));
    assert!(done.err.contains("1 fault "), "{done:?}");
    assert!(!folder.path().join("audit.jsonl").exists());
    let done = check(&["signing.audit.file=."]);
    assert!(done.err.contains("signing.audit.file: "), "{done:?}");
    assert!(done.err.contains("Is a directory"), "{done:?}");
}

#[test]
fn check_reads_the_revocations_that_serve_would_read_and_leaves_them_as_they_are() {
    let folder = starter();
    let check = |most: &str| {
        let most = format!("revocations.max_entries={most}");
        let file = "revocations.file=revocations";
        folder.run(&["config", "check", "--set", file, "--set", &most])
    };
    let entry = |id: u32| {
        format!(
            "{{\"revoke\":{{\"id\":{id},\"site\":\"media\",\"subject\":{{\"jti\":\"x\"}},\"created_at\":5,\"by\":\"t\"}}}}\n"
        )
    };
    let text = format!("{}{}{{\"lift\":", entry(1), entry(2));
    folder.write("revocations", &text);
    let done = check("2");
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(
        folder.read("revocations"),
        text,
        "a torn line is the server's to mend"
    );
    assert!(!folder.path().join("revocations.lock").exists());
    for (text, most, told) in [
        (&*entry(1), "0", "must be"),
        (
            &*format!("{}{}", entry(1), entry(2)),
            "1",
            "holds 2 entries",
        ),
        (
            &*format!("{}nonsense\n", entry(1)),
            "9",
            "line 2 is no revocation",
        ),
    ] {
        folder.write("revocations", text);
        let done = check(most);
        assert_eq!(done.code, 2, "{done:?}");
        assert!(
            done.err.contains("revocations.") && done.err.contains(told),
            "{told}: {done:?}"
        );
    }
    std::fs::remove_file(folder.path().join("revocations")).unwrap();
    std::fs::create_dir(folder.path().join("revocations")).unwrap();
    assert!(check("9").err.contains("it is no regular file"));
}

#[test]
fn a_fault_of_a_flag_names_the_setting_once() {
    let done = starter().run(&["config", "check", "--set", "cache.max_bytes=much"]);
    assert_eq!(done.code, 2, "{done:?}");
    assert_eq!(done.err.matches("cache.max_bytes").count(), 1, "{done:?}");
}
