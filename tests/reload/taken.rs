//! What changes with a reload.

use std::fs;

use crate::start::{REFUSED, folder, get, put, reload, with};
use crate::support::http::{exchange, request};
use crate::support::program::Program;
use crate::support::token::SECRET;
use crate::support::until;

#[test]
fn another_store_is_never_answered_from_the_cache_of_the_one_before() {
    let folder = folder("watch = false\nsettle = \"20ms\"");
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    let config = config.replace("[cache]", "[cache]\nfresh_for = \"1h\"");
    put(&file, &config);
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let good = with("k1", SECRET);
    let read = || get(address, &good).text().to_owned();
    assert_eq!(read(), "media");
    // What is cached stays cached: the file under it is another by now.
    fs::write(folder.path().join("media/a.txt"), "later").unwrap();
    let reload = |text: &str| reload(&program, &file, text);
    reload(&config.replace("[[site]]", "[[site]]\nskew = \"10s\""));
    assert_eq!(read(), "media");
    // The same store, and another object under the same path.
    reload(&config.replace("[[site]]", "[[site]]\ncut_prefix = \"/cut\""));
    assert_eq!(get(address, &good).status, 404);
    reload(&config.replace("root = \"media\"", "root = \"other\""));
    assert_eq!(read(), "other");
    reload(&config.replace("16MiB", "17MiB"));
    assert_eq!(read(), "later");
    let line = program.told("take effect after a restart");
    assert!(line.contains("cache.max_bytes"), "{line}");
}

#[test]
fn the_page_for_denied_navigations_is_read_again() {
    let folder = folder("");
    let page = folder.path().join("denied.html");
    put(&page, "<p>first");
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    put(
        &file,
        &format!("{config}[site.denied_navigation]\npage = \"denied.html\"\n"),
    );
    let program = Program::serve(folder.path());
    let address = program.address("delivery");
    let navigates = [
        ("Host", "media.test"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Accept", "text/html"),
    ];
    let follow = || exchange(address, &request("GET", "/a.txt", &navigates));
    assert_eq!((follow().status, follow().text()), (401, "<p>first"));
    put(&page, "<p>other");
    until("the other page", || {
        (follow().text() == "<p>other").then_some(())
    });
    put(&page, &"x".repeat(300 << 10));
    program.told(REFUSED);
    assert_eq!(follow().text(), "<p>other");
}

#[test]
fn signing_rules_and_callers_change_and_can_be_turned_off() {
    // printf %s new-key | sha256sum, and of old-key.
    const OLD: &str = "old-key";
    let digest = |key: &str| {
        use sha2::{Digest, Sha256};
        let bytes = Sha256::digest(key.as_bytes());
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let folder = folder("watch = false\nsettle = \"20ms\"");
    let file = folder.path().join("countersign.toml");
    let config = fs::read_to_string(&file).unwrap();
    let signing = |key: &str, paths: &str| {
        format!(
            "{config}\n[signing]\nlisten = \"127.0.0.1:0\"\n\
             [[signing.api_key]]\nname = \"shop\"\nsha256 = \"{}\"\n\
             [[signing.rule]]\nname = \"r\"\npaths = [\"{paths}\"]\nmax_ttl = \"1h\"\n",
            digest(key)
        )
    };
    put(&file, &signing(OLD, "/b/**"));
    let program = Program::serve(folder.path());
    let address = program.address("signing");
    let ask = |key: &str| {
        let body = r#"{"path":"/a.txt"}"#;
        let head = format!(
            "POST /v1/sign HTTP/1.1\r\nHost: s\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        exchange(address, head.as_bytes()).status
    };
    let reload = |text: &str| reload(&program, &file, text);
    assert_eq!(ask(OLD), 403);
    reload(&signing(OLD, "/**"));
    assert_eq!(ask(OLD), 200);
    reload(&signing("new-key", "/**"));
    assert_eq!((ask(OLD), ask("new-key")), (401, 200));
    reload(&config);
    assert_eq!(ask("new-key"), 404);
    reload(&signing(OLD, "/**"));
    assert_eq!(ask(OLD), 200);
}
