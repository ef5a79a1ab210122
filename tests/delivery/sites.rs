//! Product and staging in one process: own keys, stores, answers and cache, the same names and paths.

use std::fs;

use crate::support::http::{Answer, request};
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{OLD_SECRET, SECRET, target, terms, token_of};

/// A secret of staging alone.
const STAGING: &str = "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f";

const PRODUCT: (&str, &str, &str) = ("media.test", "media", SECRET);
const OTHER: (&str, &str, &str) = ("other.test", "other", STAGING);

fn origin() -> Origin {
    let media = site(
        "media",
        "cache_max_bytes = \"2MiB\"",
        "[[site.cache]]\npaths = [\"/**\"]\nbrowser = \"7s\"\n",
    );
    let other = site(
        "other",
        "cache_max_bytes = \"2MiB\"",
        "[[site.policy]]\npaths = [\"/open/**\"]\nmode = \"public\"\n\
         [site.answers]\nshow_reasons = false\n\
         [site.denied_navigation]\nredirect = \"https://staging.example/?r={return_to}\"\n",
    )
    .replace(SECRET, STAGING)
    .replace(OLD_SECRET, &STAGING.replace("10", "ab"));
    Origin::start(&format!("{TOP}fresh_for = \"1h\"\n{media}{other}"))
}

/// Asks `host` with a token for `site` by `secret`.
fn ask(origin: &Origin, (host, site, secret): (&str, &str, &str), path: &str) -> Answer {
    let token = token_of(site, ("k1", secret), path, &terms());
    let target = target(path, &token);
    origin.raw(&request("GET", &target, &[("Host", host)]))
}

#[test]
fn two_sites_never_see_each_others_keys_objects_cache_or_settings() {
    let origin = origin();
    let put = |site: &str, text: &str| {
        let folder = origin.folder().join(site);
        fs::create_dir_all(folder.join("open")).unwrap();
        fs::write(folder.join("a.txt"), text).unwrap();
        fs::write(folder.join("open/a.txt"), text).unwrap();
    };
    put("media", "of product");
    put("other", "of staging");
    for round in ["cold", "kept"] {
        let (product, staging) = (
            ask(&origin, PRODUCT, "/a.txt"),
            ask(&origin, OTHER, "/a.txt"),
        );
        assert_eq!(
            (product.text(), staging.text()),
            ("of product", "of staging"),
            "{round}"
        );
        assert_eq!(product.header("cache-control"), "private, max-age=7");
        assert_eq!(staging.header("cache-control"), "private, max-age=600");
        // The other's key under the own name, the own key under the other's name, at either host.
        for (host, site, secret) in [
            ("media.test", "media", STAGING),
            ("media.test", "other", SECRET),
            ("media.test", "other", STAGING),
            ("other.test", "other", SECRET),
            ("other.test", "media", STAGING),
            ("other.test", "media", SECRET),
        ] {
            let answer = ask(&origin, (host, site, secret), "/a.txt");
            assert_eq!(answer.code(), "bad_signature", "{host} {site}");
            let is_products = host == "media.test";
            assert_eq!(answer.has("countersign-reason"), is_products);
        }
        // The same files again, changed: each site answers from its own cache.
        put("media", "of product, later");
        put("other", "of staging, later");
    }
    let bare = |host| origin.raw(&request("GET", "/open/a.txt", &[("Host", host)]));
    assert_eq!(bare("other.test").status, 200);
    assert_eq!(bare("media.test").code(), "missing");
    let browser = |host| {
        let navigates = [
            ("Host", host),
            ("Sec-Fetch-Mode", "navigate"),
            ("Accept", "text/html"),
        ];
        origin.raw(&request("GET", "/a.txt", &navigates)).status
    };
    assert_eq!((browser("other.test"), browser("media.test")), (302, 401));
}

#[test]
fn a_flood_at_one_site_takes_nothing_from_anothers_share() {
    let origin = origin();
    let put = |site: &str, name: &str, len: usize| {
        fs::write(origin.folder().join(site).join(name), vec![b'x'; len]).unwrap();
    };
    put("media", "a.txt", 10);
    assert_eq!(ask(&origin, PRODUCT, "/a.txt").body.len(), 10);
    for number in 0..12 {
        let name = format!("{number}.bin");
        put("other", &name, 400 << 10);
        for _ in 0..3 {
            assert_eq!(ask(&origin, OTHER, &format!("/{name}")).status, 200);
        }
    }
    // What a flood may hold is its site's share, not the cache.
    let kept = origin.metric("countersign_cache_bytes ").unwrap();
    assert!(kept <= f64::from(1 << 20) + 4_096.0, "{kept}");
    put("media", "a.txt", 20);
    assert_eq!(
        ask(&origin, PRODUCT, "/a.txt").body.len(),
        10,
        "from the cache"
    );
}
