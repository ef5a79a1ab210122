//! Who asks: the socket, or what a trusted proxy says.

use crate::support::http::Answer;
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{signed_with, terms};

/// An origin whose tests come from a trusted proxy: 127.0.0.1 is one.
fn behind_proxies(header: &str) -> Origin {
    let own = format!(
        "[delivery]\ntrusted_proxies = [\"127.0.0.0/8\", \"10.0.0.0/8\"]\n\
         client_ip_header = \"{header}\"\ncountry_header = \"CF-IPCountry\"\n"
    );
    let top = TOP.replacen("[delivery]\n", &own, 1);
    let origin = Origin::start(&format!("{top}{}", site("media", "", "")));
    origin.put("a.txt", "hello");
    origin
}

fn bound_to(networks: &[&str]) -> String {
    let mut terms = terms();
    terms.ip = networks.iter().map(|text| (*text).to_owned()).collect();
    signed_with("/a.txt", &terms)
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

#[test]
fn the_client_is_the_right_most_address_that_is_no_trusted_proxy() {
    let origin = behind_proxies("X-Forwarded-For");
    let target = bound_to(&["192.0.2.0/24", "2001:db8::/32"]);
    let forwarded = "X-Forwarded-For";
    for (headers, is_granted) in [
        (&[(forwarded, "192.0.2.1")][..], true),
        (
            &[("x-forwarded-for", "198.51.100.1, 192.0.2.1:1, 10.1.1.1")],
            true,
        ),
        (
            &[(forwarded, "198.51.100.1"), (forwarded, "[2001:db8::1]:80")],
            true,
        ),
        (
            &[(forwarded, "::ffff:192.0.2.1"), (forwarded, "10.0.0.9")],
            true,
        ),
        // What the client itself has sent stands on the left.
        (&[(forwarded, "192.0.2.1, 198.51.100.1")], false),
        (
            &[(forwarded, "192.0.2.1"), (forwarded, "198.51.100.1")],
            false,
        ),
        // Unknown.
        (&[], false),
        (&[(forwarded, "")], false),
        (&[(forwarded, "10.1.1.1")], false),
        (&[(forwarded, "192.0.2.1, unknown")], false),
        (&[(forwarded, "192.0.2.1,")], false),
        (&[(forwarded, "192.0.2.1"), (forwarded, "")], false),
        // Other headers than the one that is named.
        (
            &[("X-Real-IP", "192.0.2.1"), ("Forwarded", "for=192.0.2.1")],
            false,
        ),
    ] {
        let answer = origin.send("GET", &target, headers);
        let expected = if is_granted { (200, "") } else { (403, "ip") };
        assert_eq!(
            told(&answer),
            (expected.0, expected.1.to_owned()),
            "{headers:?}"
        );
    }
    // Where no network is signed, nobody needs to be known.
    assert_eq!(origin.get(&signed_with("/a.txt", &terms())).status, 200);
}

#[test]
fn forwarded_is_read_by_its_own_grammar() {
    let origin = behind_proxies("Forwarded");
    let target = bound_to(&["192.0.2.0/24", "2001:db8::/32"]);
    for (line, status) in [
        ("for=192.0.2.1;proto=https;by=10.0.0.1", 200),
        ("for=\"[2001:db8::1]:4711\", for=10.0.0.7", 200),
        ("for=\"a, for=198.51.100.1;by=\", For=\"192.0.2.1:80\"", 200),
        ("for=192.0.2.1, for=_hidden", 403),
        ("for=192.0.2.1, proto=https", 403),
        ("for=192.0.2.1;for=192.0.2.1", 403),
        ("192.0.2.1", 403),
    ] {
        let answer = origin.send("GET", &target, &[("Forwarded", line)]);
        assert_eq!(answer.status, status, "{line}");
    }
}

#[test]
fn a_client_that_is_no_trusted_proxy_cannot_say_who_it_is() {
    let own = "[delivery]\ntrusted_proxies = [\"10.0.0.0/8\"]\n\
               client_ip_header = \"X-Forwarded-For\"\ncountry_header = \"CF-IPCountry\"\n";
    let top = TOP.replacen("[delivery]\n", own, 1);
    let origin = Origin::start(&format!("{top}{}", site("media", "", "")));
    origin.put("a.txt", "hello");
    let lies = [("X-Forwarded-For", "192.0.2.1"), ("CF-IPCountry", "CH")];
    let told = |target: &str| told(&origin.send("GET", target, &lies));
    assert_eq!(told(&bound_to(&["192.0.2.1"])), (403, "ip".to_owned()));
    assert_eq!(told(&bound_to(&["127.0.0.1"])).0, 200);
    let mut terms = terms();
    terms.geo = vec!["CH".into()];
    assert_eq!(
        told(&signed_with("/a.txt", &terms)),
        (403, "geo".to_owned())
    );
}

#[test]
fn countries_are_what_the_trusted_proxy_says_once() {
    let origin = behind_proxies("X-Forwarded-For");
    let country = "CF-IPCountry";
    for (geo, headers, is_granted) in [
        (&["CH", "DE"][..], &[(country, "DE")][..], true),
        (&["-FR"], &[(country, "DE")], true),
        (&["CH"], &[(country, "DE")], false),
        (&["-FR"], &[(country, "FR")], false),
        // Unknown is not granted, neither by a list nor by its opposite.
        (&["-FR"], &[], false),
        (&["-FR"], &[(country, "XX")], false),
        (&["-FR"], &[(country, "T1")], false),
        (&["CH"], &[(country, "ch")], false),
        (&["CH"], &[(country, "CH"), (country, "CH")], false),
    ] {
        let mut terms = terms();
        terms.geo = geo.iter().map(|text| (*text).to_owned()).collect();
        let answer = origin.send("GET", &signed_with("/a.txt", &terms), headers);
        let expected = if is_granted { (200, "") } else { (403, "geo") };
        assert_eq!(
            told(&answer),
            (expected.0, expected.1.to_owned()),
            "{geo:?} {headers:?}"
        );
    }
}
