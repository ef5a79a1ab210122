//! What `edge build` writes, and what it refuses.

use serde_json::Value;

use crate::command::{Done, Folder};
use crate::{SECRET, hs256, with_site};

pub(crate) fn sources(folder: &Folder, target: &str) {
    for part in ["js", "dist", target] {
        std::fs::create_dir_all(folder.path().join("from").join(part)).unwrap();
        folder.write(&format!("from/{part}/file"), part);
    }
    folder.write("from/package.json", "{}");
    folder.write("from/dist/countersign-edge.wasm", "module");
    folder.write("from/dist/countersign-edge-hs256.wasm", "module");
}

pub(crate) fn build(folder: &Folder, target: &str, more: &[&str]) -> Done {
    let args = [
        "edge",
        "build",
        "--config",
        "countersign.toml",
        "--from",
        "from",
        "--out",
        "out",
    ];
    folder.run(&[&args[..], &["--target", target], more].concat())
}

#[test]
fn what_is_built_for_cloudflare_has_its_secrets_apart() {
    let folder = hs256();
    sources(&folder, "cloudflare");
    let done = build(&folder, "cloudflare", &[]);
    assert_eq!(done.code, 0, "{done:?}");
    let read = |name: &str| folder.read(name);
    let secrets: Value = serde_json::from_str(&read("out/cloudflare/secrets.json")).unwrap();
    let bound: Value =
        serde_json::from_str(secrets["COUNTERSIGN_SECRETS"].as_str().unwrap()).unwrap();
    let (place, secret) = bound.as_object().unwrap().iter().next().unwrap();
    assert!(place.starts_with("media.example/"), "{place}");
    assert!(!read("out/cloudflare/edge.json").contains(secret.as_str().unwrap()));
    assert_eq!(read("out/js/file") + &read("out/dist/file"), "jsdist");
    assert_eq!(folder.mode_of("out/cloudflare/secrets.json") & 0o777, 0o600);

    folder.write("from/cloudflare/wrangler.toml", "ours");
    folder.write("out/cloudflare/wrangler.toml", "with a route");
    folder.write("from/cloudflare/file", "new");
    assert_eq!(build(&folder, "cloudflare", &[]).code, 0);
    assert_eq!(folder.read("out/cloudflare/wrangler.toml"), "with a route");
    assert_eq!(folder.read("out/cloudflare/file"), "new");
}

#[test]
fn a_platform_without_a_place_for_secrets_gets_them_only_when_asked() {
    let folder = hs256();
    sources(&folder, "lambda-edge");
    let done = build(&folder, "lambda-edge", &[]);
    assert!(
        done.code == 2 && done.err.contains("--with-secrets"),
        "{done:?}"
    );
    assert!(!folder.path().join("out").exists());
    assert_eq!(build(&folder, "lambda-edge", &["--with-secrets"]).code, 0);
    let done = build(&folder, "npm", &["--with-secrets"]);
    assert!(
        done.code == 2 && done.err.contains("wasm-edge/build"),
        "{done:?}"
    );
}

#[test]
fn more_than_the_module_has_room_for_is_refused_and_cloudfront_functions_take_it() {
    let keys = (0..65).map(|number| {
        let secret = format!("{}{number:04x}", "ab".repeat(30));
        format!("[[key]]\nkid = \"k{number}\"\nalg = \"HS256\"\nsecret = \"{secret}\"\nstate = \"accept\"\n")
    });
    let active = format!("[[key]]\nkid = \"active\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n");
    let folder = with_site(&(active + &keys.collect::<String>()));
    let told = "66 keys, and an edge takes at most 64 of all sites: media.example has 66";
    let done = folder.run(&["edge", "config", "--with-secrets"]);
    assert!(done.code == 2 && done.err.contains(told), "{done:?}");
    sources(&folder, "cloudflare");
    let done = build(&folder, "cloudflare", &[]);
    assert!(done.code == 2 && done.err.contains(told), "{done:?}");
    sources(&folder, "cloudfront-function");
    let done = build(&folder, "cloudfront-function", &["--with-secrets"]);
    assert_eq!(done.code, 0, "{done:?}");
}

#[test]
fn a_readme_that_is_built_has_no_links_into_the_sources_and_the_licences_come_along() {
    let folder = hs256();
    sources(&folder, "cloudflare");
    let page = "[docs/EDGE.md](../../docs/EDGE.md#copies), [a file](src/worker.js)\n";
    folder.write("from/cloudflare/README.md", page);
    folder.write("LICENSE-MIT", "MIT");
    folder.write("LICENSE-APACHE", "Apache");
    for _twice in 0..2 {
        assert_eq!(build(&folder, "cloudflare", &[]).code, 0);
        let readme = folder.read("out/cloudflare/README.md");
        assert_eq!(readme, "docs/EDGE.md, [a file](src/worker.js)\n");
    }
    assert_eq!(
        folder.read("out/LICENSE-MIT") + &folder.read("out/LICENSE-APACHE"),
        "MITApache"
    );
}

#[test]
fn what_is_built_never_lands_in_its_sources_and_is_whole_or_not_there() {
    let folder = hs256();
    sources(&folder, "cloudflare");
    let built = |out: &str| {
        let args = [
            "edge",
            "build",
            "--config",
            "countersign.toml",
            "--from",
            "from",
        ];
        folder.run(&[&args[..], &["--target", "cloudflare", "--out", out]].concat())
    };
    for out in [
        "from",
        "./from/../from",
        "from/cloudflare",
        "from/new/folder",
    ] {
        let done = built(out);
        assert!(
            done.code == 2 && done.err.contains("lies in the sources"),
            "{out}: {done:?}"
        );
    }
    assert_eq!(folder.read("from/cloudflare/file"), "cloudflare");
    std::fs::remove_file(folder.path().join("from/dist/countersign-edge.wasm")).unwrap();
    let done = built("out");
    assert!(
        done.code == 2 && done.err.contains("dist/countersign-edge.wasm is not there"),
        "{done:?}"
    );
    assert!(!folder.path().join("out").exists());
}
