//! Settings of how a site answers: each wrong one has its message.

use crate::{faults, good, only_fault};

#[test]
fn each_wrong_setting_of_serving_has_one_message_that_says_what_is_right() {
    let site = |line: &str| good().replace("[site.store]", &format!("{line}\n[site.store]"));
    let add = |text: &str| format!("{}\n{text}\n", good());
    let navigation = |line: &str| add(&format!("[site.denied_navigation]\n{line}"));
    let store = |line: &str| good().replace("[site.store]", &format!("[site.store]\n{line}"));
    for (toml, message) in [
        (
            store("max_fetches = 0"),
            "site.0.store.max_fetches: must be a whole number from 1 to 10000",
        ),
        (
            store("max_wait = \"0s\""),
            "site.0.store.max_wait: must be longer than 0s",
        ),
        (
            site("index = \"a/b.html\""),
            "site.0.index: \"a/b.html\" is no name of an object",
        ),
        (
            site("cut_prefix = \"/media/\""),
            "site.0.cut_prefix: \"/media/\" must start with \"/\", not end in one",
        ),
        (
            site("cache_max_bytes = 0"),
            "site.0.cache_max_bytes: must be more than 0",
        ),
        (
            site("cache_max_bytes = \"1MiB\""),
            "site.0.cache_max_bytes: must be at least two of cache.block_bytes, which is 1048576 bytes",
        ),
        (
            site("cache_max_bytes = \"257MiB\""),
            "site: the sites' cache_max_bytes are 269484032 bytes together, cache.max_bytes is 268435456",
        ),
        (
            site("cache_key_params = [\"v\", \"cs\"]"),
            "site.0.cache_key_params: holds the parameter of tokens",
        ),
        (
            site("cache_key_params = [\"a=b\"]"),
            "site.0.cache_key_params: \"a=b\" is no plain parameter name",
        ),
        (
            site("edge_revocation = \"never\""),
            "site.0.edge_revocation: \"never\" is not known here; write one of expiry, origin",
        ),
        (
            add("[[site.cache]]\npaths = [\"/**\"]"),
            "site.0.cache.0: says no time; write browser, edge or own",
        ),
        (
            add("[[site.cache]]\nbrowser = \"1s\""),
            "site.0.cache.0.paths: is missing",
        ),
        (
            add("[[site.cache]]\npaths = [\"/**\"]\nedge = \"1500ms\""),
            "site.0.cache.0.edge: must be whole seconds",
        ),
        (
            navigation(""),
            "site.0.denied_navigation: leads nowhere; write page or redirect",
        ),
        (
            navigation("page = \"none.html\""),
            "site.0.denied_navigation.page: none.html: No such file",
        ),
        (
            navigation("redirect = \"/login\""),
            "site.0.denied_navigation.redirect: \"/login\" is no absolute URL",
        ),
        (
            navigation("redirect = \"https://app.example/{return_to}\""),
            "may hold {return_to} once and only behind its \"?\"",
        ),
        (
            navigation("redirect = \"https://app.example/\"\nreasons = [\"expird\"]"),
            "site.0.denied_navigation.reasons: \"expird\" is not known here; did you mean \"expired\"?",
        ),
    ] {
        let fault = only_fault(&toml);
        assert!(fault.contains(message), "{fault}\nwanted: {message}");
    }
}

#[test]
fn a_cache_has_room_for_a_block_that_arrives() {
    let cache = |text: &str| {
        format!(
            "[cache]\n{text}\n[[site]]{}",
            good().split_once("[[site]]").unwrap().1
        )
    };
    let told = faults(&cache("max_bytes = \"1MiB\""));
    assert!(
        told.len() == 1 && told[0].contains("at least two of cache.block_bytes"),
        "{told:?}"
    );
    assert!(faults(&cache("max_bytes = \"1MiB\"\nblock_bytes = \"512KiB\"")).is_empty());
}

#[test]
fn shares_leave_something_for_sites_without_one() {
    let own = |name: &str, line: &str| {
        let site = good().split_once("[[site]]").unwrap().1.to_owned();
        let site = site.replace("media.example", name);
        format!("[[site]]\nhosts = [\"{name}\"]\n{line}{site}")
    };
    let two = format!(
        "[cache]\nmax_bytes = \"2MiB\"\n{}{}",
        own("a.example", "cache_max_bytes = \"2MiB\"\n"),
        own("b.example", "")
    );
    let told = faults(&two);
    let left = "leave 0 bytes of cache.max_bytes for the sites that have none, who need two";
    assert!(told.len() == 1 && told[0].contains(left), "{told:?}");
}
