//! The protocols and the host that a client names.

use super::super::hello::{ALPN, Hello, SERVER_NAME, sized};
use super::{Agreed, Alerts, Allowed, BROKEN, NO_APPLICATION_PROTOCOL, Row, TLS_1_2, TLS_1_3};

pub(super) fn protocols() -> Vec<Row> {
    let old = |names: &[&str]| Hello::of(TLS_1_2).alpn(names).bytes();
    let raw = |body: Vec<u8>| Hello::of(TLS_1_2).with(ALPN, body).bytes();
    const NONE: Allowed = Alerts(&[NO_APPLICATION_PROTOCOL]);
    vec![
        (
            "no ALPN",
            "7301 §3.1",
            Hello::of(TLS_1_2).bytes(),
            Agreed(None),
        ),
        ("h2", "7301 §3.2", old(&["h2"]), Agreed(Some("h2"))),
        (
            "http/1.1",
            "7301 §3.2",
            old(&["http/1.1"]),
            Agreed(Some("http/1.1")),
        ),
        (
            "both",
            "7301 §3.2",
            old(&["h2", "http/1.1"]),
            Agreed(Some("h2")),
        ),
        (
            "both, the other way",
            "7301 §3.2",
            old(&["http/1.1", "h2"]),
            Agreed(Some("h2")),
        ),
        (
            "one unknown and h2",
            "7301 §3.2",
            old(&["grease", "h2"]),
            Agreed(Some("h2")),
        ),
        (
            "only unknown ones",
            "7301 §3.2",
            old(&["h3", "spdy/3"]),
            NONE,
        ),
        ("h2 in clear text", "9113 §3.1", old(&["h2c"]), NONE),
        ("http/1.0", "7301 §6", old(&["http/1.0"]), NONE),
        ("h2 in capitals", "7301 §3.1", old(&["H2"]), NONE),
        (
            "a name that begins like one",
            "7301 §3.1",
            old(&["h2x", "http/1.1 "]),
            NONE,
        ),
        (
            "a name of 255 bytes",
            "7301 §3.1",
            old(&[&"a".repeat(255)]),
            NONE,
        ),
        (
            "an empty list",
            "7301 §3.1",
            raw(sized(2, &[])),
            Alerts(BROKEN),
        ),
        (
            "an empty name",
            "7301 §3.1",
            raw(sized(2, &[0])),
            Alerts(BROKEN),
        ),
        (
            "a name that is cut",
            "7301 §3.1",
            raw(sized(2, &[9, b'h', b'2'])),
            Alerts(BROKEN),
        ),
    ]
}

pub(super) fn hosts() -> Vec<Row> {
    let named = |name: &[u8]| Hello::of(TLS_1_2).server(name).bytes();
    let raw = |body: &[u8]| Hello::of(TLS_1_2).with(SERVER_NAME, body.to_vec()).bytes();
    const HELLO: Allowed = Allowed::Hello(TLS_1_2);
    let new = Hello::naming(&[TLS_1_3]).server(b"other.test").bytes();
    // Two names of one kind.
    let twice = sized(
        2,
        &[&[0][..], &sized(2, b"a.test"), &[0], &sized(2, b"b.test")].concat(),
    );
    vec![
        ("the site's host", "6066 §3", named(b"media.test"), HELLO),
        ("a host of no site", "6066 §3", named(b"other.test"), HELLO),
        (
            "a host of no site, TLS 1.3",
            "6066 §3",
            new,
            Allowed::Hello(TLS_1_3),
        ),
        ("a host in capitals", "6066 §3", named(b"MEDIA.TEST"), HELLO),
        ("an underscore", "6066 §3", named(b"my_media.test"), HELLO),
        ("an empty name", "6066 §3", named(b""), Alerts(BROKEN)),
        (
            "an empty list",
            "6066 §3",
            raw(&sized(2, &[])),
            Alerts(BROKEN),
        ),
        ("two names", "6066 §3", raw(&twice), Alerts(BROKEN)),
        (
            "a name that is cut",
            "6066 §3",
            raw(&[0, 9, 0, 0, 9, b'a']),
            Alerts(BROKEN),
        ),
        ("a name of NULs", "6066 §3", named(&[0; 9]), Alerts(BROKEN)),
        (
            "a name twice",
            "8446 §4.2",
            {
                Hello::of(TLS_1_2)
                    .server(b"a.test")
                    .server(b"a.test")
                    .bytes()
            },
            Alerts(BROKEN),
        ),
    ]
}
