//! Each wrong setting has its message.

use crate::{faults, good, only_fault};

#[test]
fn sites_and_listeners_must_differ() {
    let second = good().split_once("[[site]]").unwrap().1.to_owned();
    let toml = format!(
        "{}\n[[site]]{second}\n[ops]\nlisten = \"0.0.0.0:8080\"\n",
        good()
    );
    let faults = faults(&toml);
    let told = |part: &str| faults.iter().any(|fault| fault.contains(part));
    assert!(
        told("site.0.name") || told("site.1.name: \"media.example\" stands twice"),
        "{faults:?}"
    );
    assert!(
        told("site.0.hosts: has no hosts; with several sites each needs its own"),
        "{faults:?}"
    );
    assert!(
        told("ops.listen: 0.0.0.0:8080 is taken by delivery.listen"),
        "{faults:?}"
    );
}

#[test]
fn a_host_belongs_to_one_site() {
    let hosts = "hosts = [\"M.example\", \"m.example\", \"https://x\"]\npublic_url";
    let faults = faults(&good().replacen("public_url", hosts, 1));
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].contains("\"m.example\" stands twice, first at countersign.toml:6:10"));
    assert!(faults[1].contains("\"https://x\" is no host"));
}

#[test]
fn each_wrong_setting_has_one_message_that_says_what_is_right() {
    let site = |line: &str| good().replace("[site.store]", &format!("{line}\n[site.store]"));
    let add = |text: &str| format!("{}\n{text}\n", good());
    let delivery = |line: &str| good().replace("[delivery]", &format!("[delivery]\n{line}"));
    let cases = [
        (
            site("public_url_x = 1"),
            "site.0.public_url_x: is no setting; did you mean \"public_url\"?",
        ),
        (
            good().replace("http://localhost:8080", "localhost:8080"),
            "site.0.public_url: must be scheme and host only",
        ),
        (
            good().replace("\"fs\"", "\"gcs\""),
            "site.0.store.type: \"gcs\" is not known here; write one of fs, s3",
        ),
        (
            good().replace("root =", "bucket = \"b\"\nroot ="),
            "site.0.store.bucket: is for type = \"s3\" only",
        ),
        (
            good().replace("\"k1\"", "\"k1\"\nstate = \"retired\""),
            "site.0.key: every key is retired",
        ),
        (
            good().replace("\"k1\"", "\"k1\"\nuntil = 5\nfrom = 6"),
            "site.0.key.0.until: must be later than from",
        ),
        (
            good().replace("\"k1\"", "\"k1\"\npaths = [\"/a b\"]"),
            "site.0.key.0.paths: \"/a b\": pattern 1 has a byte",
        ),
        (
            delivery("trusted_proxies = [\"10.0.0.1/8\"]"),
            "delivery.trusted_proxies: \"10.0.0.1/8\" has bits behind its length; write \"10.0.0.0/8\"",
        ),
        (
            delivery("trusted_proxies = [\"0.0.0.0/0\"]"),
            "delivery.trusted_proxies: \"0.0.0.0/0\" would trust everybody",
        ),
        (
            delivery("client_ip_header = \"Forwarded\""),
            "delivery.client_ip_header: is believed from trusted proxies only; name their networks",
        ),
        (
            delivery("proxy_protocol = true"),
            "delivery.proxy_protocol: is believed from trusted proxies only",
        ),
        (
            delivery("proxy_protocol = true\ntrusted_proxies = []"),
            "delivery.trusted_proxies: is empty, so proxy_protocol would let nobody in",
        ),
        (
            delivery("country_header = \"CF-IPCountry\""),
            "delivery.country_header: is believed from trusted proxies only",
        ),
        (
            delivery("guard.window = \"500ms\""),
            "delivery.guard.window: must be whole seconds, 1s or more",
        ),
        (
            delivery("guard.max_failures = -1"),
            "delivery.guard.max_failures: must be a whole number from 0",
        ),
        (
            add("[ops]\ncountry_header = \"a b\""),
            "ops.country_header: \"a b\" is no name of a header",
        ),
        (
            add("[site.cors]\nallowed_origins = [\"*\"]\nallow_credentials = true"),
            "site.0.cors.allow_credentials: cannot stand with",
        ),
        (
            add("[site.cookie]\nsecure = false\nsame_site = \"none\""),
            "site.0.cookie.same_site: \"none\" needs secure = true",
        ),
        (
            add("[site.cookie]\nsecure = false\npartitioned = true"),
            "site.0.cookie.partitioned: needs secure = true",
        ),
        (
            add("[site.cookie]\nsecure = false\nprefix = \"__Secure-\""),
            "site.0.cookie.prefix: needs secure = true",
        ),
        (
            add("[site.cookie]\nprefix = \"__Host-\"\ndomain = \"media.example\""),
            "site.0.cookie.domain: cannot stand with prefix = \"__Host-\"",
        ),
        (
            add("[site.cookie]\nprefix = \"__Host-\"\npath = \"/a/\""),
            "site.0.cookie.path: must be \"/\" with prefix = \"__Host-\"",
        ),
        (
            add("[site.cookie]\ndomain = \"media.example:8080\""),
            "site.0.cookie.domain: \"media.example:8080\" is no host",
        ),
        (
            add("[site.cookie]\npath = \"a/\""),
            "site.0.cookie.path: \"a/\" is no path for a cookie",
        ),
        (
            add("[site.answers]\nreason_status = { missing = 402 }"),
            "site.0.answers.reason_status.missing: 402 is not allowed",
        ),
        (
            add("[site.answers]\nreason_status = { mising = 404 }"),
            "did you mean \"missing\"?",
        ),
        (
            add("[[site.policy]]\npaths = [\"/**\"]\nmode = \"open\""),
            "site.0.policy.0.mode: \"open\" is not known here",
        ),
        (
            add("[site.names]\nparam = \"a=b\""),
            "site.0.names.param: is no name that a URL can carry",
        ),
        (
            add("[cache]\nblock_bytes = \"100KiB\""),
            "cache.block_bytes: must be a multiple of 64KiB",
        ),
        (
            add("[log]\nlevel = \"inof\""),
            "log.level: \"inof\" is no level",
        ),
    ];
    for (toml, message) in cases {
        let fault = only_fault(&toml);
        assert!(fault.contains(message), "{fault}\nexpected {message}");
    }
}

#[test]
fn a_site_without_keys_is_a_fault() {
    let toml = good().split_once("[[site.key]]").unwrap().0.to_owned();
    assert_eq!(
        only_fault(&toml),
        "site.0.key: there is no key; make one with: countersign keys new"
    );
}
