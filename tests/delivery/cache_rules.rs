//! How long answers may be kept, by the site's rules.

use std::fs;

use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{NOW, Terms, signed, signed_with, terms};

const RULES: &str = r#"
[[site.policy]]
paths = ["/public/**"]
mode = "public"
[[site.cache]]
paths = ["/**/*.m3u8"]
browser = "1s"
edge = "10s"
own = "0s"
[[site.cache]]
paths = ["/**/*.ts"]
browser = "365d"
edge = "365d"
[[site.cache]]
paths = ["/**"]
browser = "1h"
"#;

fn kept(origin: &Origin, target: &str) -> [String; 2] {
    let answer = origin.get(target);
    assert_eq!(answer.status, 200, "{target}");
    assert!(!answer.has("expires"), "{target}");
    ["cache-control", "cdn-cache-control"].map(|name| answer.header(name))
}

fn for_days(path: &str, days: u64) -> String {
    let exp = NOW + days * 86_400;
    signed_with(path, &Terms { exp, ..terms() })
}

#[test]
fn the_first_rule_that_covers_the_path_says_how_long() {
    let origin = Origin::media("", RULES);
    for name in ["v/a.m3u8", "v/a.ts", "v/a.txt", "public/a.ts"] {
        origin.put(name, name);
    }
    let year = "private, max-age=31536000, immutable";
    for (target, cache_control) in [
        (signed("/v/a.m3u8"), "private, max-age=1"),
        (signed("/v/a.ts"), "private, max-age=600, immutable"),
        (for_days("/v/a.ts", 1_000), year),
        (signed("/v/a.txt"), "private, max-age=600"),
        (for_days("/v/a.txt", 1), "private, max-age=3600"),
    ] {
        assert_eq!(kept(&origin, &target), [cache_control, ""], "{target}");
    }
    let public = "public, max-age=31536000, immutable, s-maxage=31536000";
    assert_eq!(kept(&origin, "/public/a.ts"), [public, ""]);
}

#[test]
fn an_edge_that_verifies_gets_its_own_time_unless_the_origin_is_to_be_asked() {
    let verifies = format!("{RULES}[site.answers]\nedge_verifies = true\n");
    let origin = Origin::media("", &verifies);
    origin.put("v/a.m3u8", "a");
    let told = ["public, max-age=1, s-maxage=10", "max-age=10"];
    assert_eq!(kept(&origin, &signed("/v/a.m3u8")), told);
    let late = signed_with(
        "/v/a.m3u8",
        &Terms {
            exp: NOW + 3,
            ..terms()
        },
    );
    let told = ["public, max-age=1, s-maxage=3", "max-age=3"];
    assert_eq!(kept(&origin, &late), told);

    let origin = Origin::media("edge_revocation = \"origin\"", &verifies);
    origin.put("v/a.m3u8", "a");
    origin.put("public/a.m3u8", "a");
    let private = ["private, max-age=1", ""];
    assert_eq!(kept(&origin, &signed("/v/a.m3u8")), private);
    let public = ["public, max-age=1, s-maxage=10", "max-age=10"];
    assert_eq!(kept(&origin, "/public/a.m3u8"), public);
}

#[test]
fn the_own_time_of_a_rule_is_how_long_the_store_is_not_asked() {
    let top = format!("{TOP}fresh_for = \"1h\"\n");
    let origin = Origin::start(&format!("{top}{}", site("media", "", RULES)));
    for name in ["v/a.m3u8", "v/a.ts"] {
        origin.put(name, "first");
        assert_eq!(origin.get(&signed(&format!("/{name}"))).text(), "first");
        origin.put(name, "other");
    }
    assert_eq!(origin.get(&signed("/v/a.m3u8")).text(), "other");
    assert_eq!(origin.get(&signed("/v/a.ts")).text(), "first");
}

#[test]
fn parameters_that_the_site_names_tell_cached_objects_apart_and_others_do_not() {
    let top = format!("{TOP}fresh_for = \"1h\"\n");
    let named = site("media", "cache_key_params = [\"v\"]", "");
    let origin = Origin::start(&format!("{top}{named}"));
    origin.put("a.txt", "first");
    let target = signed("/a.txt");
    for query in ["", "&v=1"] {
        assert_eq!(origin.get(&format!("{target}{query}")).text(), "first");
    }
    origin.put("a.txt", "other");
    for (query, text) in [("&v=1", "first"), ("&v=2", "other"), ("&w=2", "first")] {
        let answer = origin.get(&format!("{target}{query}"));
        assert_eq!(answer.text(), text, "{query}");
    }
}

#[test]
fn an_index_stands_for_a_folder_and_a_prefix_is_cut_behind_the_verdict() {
    let lifted = "[site.answers]\nallow_active_types = [\"/media/docs/**\"]\n";
    let own = "index = \"index.html\"\ncut_prefix = \"/media\"";
    let origin = Origin::media(own, lifted);
    origin.put("index.html", "top");
    origin.put("docs/index.html", "docs");
    origin.put("docs/a.txt", "a");
    fs::create_dir(origin.folder().join("media/media")).unwrap();
    for (path, text) in [
        ("/media/", "top"),
        ("/media/index.html", "top"),
        ("/media/docs/", "docs"),
        ("/media/docs/a.txt", "a"),
    ] {
        let answer = origin.get(&signed(path));
        assert_eq!((answer.status, answer.text()), (200, text), "{path}");
    }
    let page = origin.get(&signed("/media/docs/"));
    assert_eq!(page.header("content-type"), "text/html");
    assert!(!page.has("content-security-policy"));
    assert!(
        origin
            .get(&signed("/media/"))
            .has("content-security-policy")
    );
    for path in [
        "/",
        "/media",
        "/mediaX/docs/a.txt",
        "/docs/a.txt",
        "/index.html",
        "/media/docs",
        "/media/media/",
    ] {
        let answer = origin.get(&signed(path));
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    }
    // A token is for the path that the client sees, never for what the store calls it.
    for path in ["/media/docs/", "/docs/a.txt", "/media"] {
        assert_eq!(origin.get(path).code(), "missing", "{path}");
    }
    let inner = signed("/docs/").replace("/docs/?", "/media/docs/?");
    assert_eq!(origin.get(&inner).code(), "bad_signature");
}
