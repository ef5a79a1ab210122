//! HTTP/1.1 and HTTP/2 on one port.

use crate::start::{curl, folder, serve, signed};

/// What curl adds to an answer's body.
const SAY: [&str; 2] = ["-w", " %{http_version} %{http_code}"];

#[test]
fn one_port_in_clear_text_speaks_both_versions() {
    let folder = folder("");
    let (_program, address) = serve(&folder);
    let target = signed("/a.txt");
    let ask = |version: &str| curl(address, "http", &[&[version], &SAY[..]].concat(), &target);
    assert_eq!(ask("--http1.1"), "hello 1.1 200");
    assert_eq!(ask("--http2-prior-knowledge"), "hello 2 200");
}

#[test]
fn the_authority_of_http_2_names_the_site() {
    let folder = folder("");
    let (_program, address) = serve(&folder);
    // curl writes a Host that it is given into `:authority`.
    let other = ["--http2-prior-knowledge", "-H", "Host: other.test"];
    let args = [&other[..], &SAY].concat();
    let out = curl(address, "http", &args, &signed("/a.txt"));
    assert!(out.ends_with(" 2 421"), "{out}");
    assert!(out.contains("unknown_host"), "{out}");
}
