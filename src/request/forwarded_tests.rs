//! Here and not in `forwarded.rs`, as the fuzz targets are built with that file.

use proptest::prelude::*;

use super::forwarded::{addresses, forwarded};

fn read(list: impl Iterator<Item = Option<countersign_token::ClientAddress>>) -> Vec<String> {
    let shown = |entry: Option<countersign_token::ClientAddress>| {
        entry.map_or("?".to_owned(), |client| client.ip().to_string())
    };
    list.map(shown).collect()
}

#[test]
fn a_list_of_addresses_is_read_from_the_right() {
    for (line, entries) in [
        ("192.0.2.1", &["192.0.2.1"][..]),
        (
            " 192.0.2.1 ,\t2001:db8::1,192.0.2.3:4711",
            &["192.0.2.3", "2001:db8::1", "192.0.2.1"],
        ),
        ("[2001:DB8::1]:80, [::1]", &["::1", "2001:db8::1"]),
        ("::ffff:192.0.2.1", &["192.0.2.1"]),
        ("[::ffff:c000:201]:9", &["192.0.2.1"]),
        ("", &["?"]),
        ("192.0.2.1,", &["?", "192.0.2.1"]),
        ("unknown, _hidden", &["?", "?"]),
        ("192.0.2.1:, 192.0.2.1:123456, 192.0.2.1:+80", &["?"; 3]),
        ("[192.0.2.1], 2001:db8::1]:80, [::1]80, [::1", &["?"; 4]),
        ("192.0.2, 192.0.2.01, 256.0.0.1, fe80::1%eth0", &["?"; 4]),
        ("\"192.0.2.1\", 192.0.2.1 192.0.2.2", &["?"; 2]),
    ] {
        assert_eq!(read(addresses(line.as_bytes())), entries, "{line:?}");
    }
    assert_eq!(read(addresses(b"192.0.2.1, \xff")), ["?", "192.0.2.1"]);
}

#[test]
fn forwarded_elements_are_read_from_the_right() {
    for (line, clients) in [
        // RFC 7239 §4 and §6.
        ("for=\"_gazonk\"", &["?"][..]),
        ("For=\"[2001:db8:cafe::17]:4711\"", &["2001:db8:cafe::17"]),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", &["192.0.2.60"]),
        (
            "for=192.0.2.43, for=198.51.100.17",
            &["198.51.100.17", "192.0.2.43"],
        ),
        (
            "for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown",
            &["?", "2001:db8:cafe::17", "192.0.2.43"],
        ),
        ("for=\"192.0.2.43:47011\"", &["192.0.2.43"]),
        ("for=\"192.0.2.43:_p-1\"", &["192.0.2.43"]),
        // As proxies write it.
        (
            "for=192.0.2.1:80; proto=https ; host=\"a.example:443\"",
            &["192.0.2.1"],
        ),
        (";;proto=http;FOR=192.0.2.1;", &["192.0.2.1"]),
        ("for=\"\\1\\92.0.2.1\"", &["192.0.2.1"]),
        (
            "host=\"a, for=1.1.1.1\\\", \\\\\";for=192.0.2.1",
            &["192.0.2.1"],
        ),
        ("for=\"[::ffff:192.0.2.1]\"", &["192.0.2.1"]),
        // What does not say whom it is for, or says it twice or wrongly.
        ("", &["?"]),
        ("proto=http, for=192.0.2.1", &["192.0.2.1", "?"]),
        ("for=192.0.2.1;for=192.0.2.1", &["?"]),
        (
            "for=2001:db8::1, for=[2001:db8::1], for=\"2001:db8::1\"",
            &["?", "2001:db8::1", "?"],
        ),
        ("for =192.0.2.1, for= 192.0.2.1, for=, for", &["?"; 4]),
        ("for=192.0.2.1 proto=http, f(r=1;for=192.0.2.1", &["?"; 2]),
        ("for=\"192.0.2.1\"x, for=x\"192.0.2.1\"", &["?"; 2]),
        // What a client has sent before does not reach an entry behind it.
        ("for=\"evil, for=192.0.2.1", &["192.0.2.1", "?"]),
        ("x=\", for=\"[2001:db8::1]:80\"", &["2001:db8::1", "?"]),
        ("for=1.1.1.1\\, for=\"192.0.2.1\"", &["192.0.2.1", "?"]),
    ] {
        assert_eq!(read(forwarded(line.as_bytes())), clients, "{line:?}");
    }
}

fn element() -> impl Strategy<Value = (String, String)> {
    let quoted = "[ -~]{0,12}".prop_map(|text| text.replace('\\', "\\\\").replace('"', "\\\""));
    (any::<[u8; 4]>(), any::<bool>(), quoted).prop_map(|(bytes, is_quoted, other)| {
        let address = std::net::Ipv4Addr::from(bytes).to_string();
        let value = if is_quoted {
            format!("\"{address}\"")
        } else {
            address.clone()
        };
        (format!("host=\"{other}\";for={value}"), address)
    })
}

proptest! {
    #[test]
    fn whatever_a_client_sends_the_entries_appended_behind_it_are_read(
        sent in prop::collection::vec(any::<u8>(), 0..60),
        appended in prop::collection::vec(element(), 1..4),
    ) {
        let mut line = sent.clone();
        let mut plain = sent;
        for (element, address) in &appended {
            line.extend(format!(", {element}").bytes());
            plain.extend(format!(", {address}").bytes());
        }
        let expected: Vec<_> = appended.iter().rev().map(|(_, address)| address.clone()).collect();
        prop_assert_eq!(&read(forwarded(&line))[..appended.len()], &expected[..]);
        prop_assert_eq!(&read(addresses(&plain))[..appended.len()], &expected[..]);
    }

    #[test]
    fn any_bytes_end(line in prop::collection::vec(prop::sample::select(b"\"\\,;=for1.:[]_ ".to_vec()), 0..80)) {
        let commas = line.iter().filter(|&&byte| byte == b',').count();
        prop_assert_eq!(addresses(&line).count(), commas + 1);
        prop_assert!(forwarded(&line).count() <= commas + 1);
    }
}
