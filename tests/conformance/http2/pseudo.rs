//! Pseudo-header fields, CONNECT, and what a request is asked of (RFC 9113 §8.3, §8.5; RFC 8441).

use super::row::Allow::{Gone, Reset, Status};
use super::row::{Allow, MALFORMED, Row, row, stalled};
use super::wire::{PROTOCOL, TARGET, block, field, good, good_with, whole};

pub(super) fn rows() -> Vec<Row> {
    [
        without(),
        twice(),
        order(),
        values(),
        authority(),
        connect(),
    ]
    .concat()
}

fn asked(section: &'static str, name: &'static str, allow: &'static [Allow], block: &[u8]) -> Row {
    row(section, name, allow, &[whole(1, block)])
}

const METHOD: (&str, &str) = (":method", "GET");
const SCHEME: (&str, &str) = (":scheme", "http");
const HOST: (&str, &str) = (":authority", "media.test");

fn path() -> (&'static str, &'static str) {
    (":path", TARGET.as_str())
}

fn without() -> Vec<Row> {
    vec![
        asked(
            "8.3.1",
            "no :method",
            MALFORMED,
            &block(&[SCHEME, HOST, path()]),
        ),
        asked(
            "8.3.1",
            "no :scheme",
            MALFORMED,
            &block(&[METHOD, HOST, path()]),
        ),
        asked(
            "8.3.1",
            "no :path",
            MALFORMED,
            &block(&[METHOD, SCHEME, HOST]),
        ),
        asked(
            "8.3.1",
            "no :path and no :authority, but Host",
            MALFORMED,
            &block(&[METHOD, SCHEME, ("host", "media.test")]),
        ),
        asked("8.3.1", "nothing at all", MALFORMED, &[]),
        asked(
            "8.3.1",
            "nothing but other fields",
            MALFORMED,
            &block(&[("x-a", "b")]),
        ),
        asked(
            "8.3.1",
            "no :authority, but Host",
            &[Status(1, 200)],
            &block(&[METHOD, SCHEME, path(), ("host", "media.test")]),
        ),
        asked(
            "8.3.1",
            "neither :authority nor Host",
            &[Status(1, 400)],
            &block(&[METHOD, SCHEME, path()]),
        ),
    ]
}

fn twice() -> Vec<Row> {
    let with = |more: (&str, &str)| [field(more.0, more.1), good()].concat();
    vec![
        asked("8.3", ":method twice", MALFORMED, &with(METHOD)),
        asked("8.3", ":scheme twice", MALFORMED, &with(SCHEME)),
        asked("8.3", ":authority twice", MALFORMED, &with(HOST)),
        asked("8.3", ":path twice", MALFORMED, &with(path())),
        asked(
            "8.3",
            ":path twice, and different",
            MALFORMED,
            &with((":path", "/other")),
        ),
        asked(
            "8.3",
            ":status in a request",
            MALFORMED,
            &with((":status", "200")),
        ),
        asked(
            "8.3",
            "a pseudo-header field nobody knows",
            MALFORMED,
            &with((":what", "is this")),
        ),
        asked(
            "8.3",
            "a pseudo-header field without a name",
            MALFORMED,
            &with((":", "a")),
        ),
    ]
}

fn order() -> Vec<Row> {
    vec![
        asked(
            "8.3",
            "a pseudo-header field behind a regular one",
            MALFORMED,
            &block(&[METHOD, SCHEME, HOST, ("x-a", "b"), path()]),
        ),
        asked(
            "8.3",
            "a second :path behind regular fields",
            MALFORMED,
            &good_with(&[("x-a", "b"), path()]),
        ),
        asked(
            "8.3",
            "pseudo-header fields in another order",
            &[Status(1, 200)],
            &block(&[path(), HOST, SCHEME, METHOD]),
        ),
    ]
}

fn values() -> Vec<Row> {
    let of = |path: &str| block(&[METHOD, SCHEME, HOST, (":path", path)]);
    let scheme = |scheme: &str| block(&[METHOD, (":scheme", scheme), HOST, path()]);
    let method = |method: &str| block(&[(":method", method), SCHEME, HOST, path()]);
    vec![
        asked("8.3.1", "an empty :path", MALFORMED, &of("")),
        asked(
            "8.3.1",
            "a :path that does not begin with /",
            MALFORMED,
            &of("a.txt"),
        ),
        asked(
            "8.3.1",
            "a :path that is a whole URL",
            MALFORMED,
            &of("http://media.test/a.txt"),
        ),
        asked("8.3.1", "a :path with a space", MALFORMED, &of("/a b.txt")),
        asked(
            "8.3.1",
            "a :path with a line feed",
            MALFORMED,
            &of("/a\nb.txt"),
        ),
        asked("8.3.1", "a :path with NUL", MALFORMED, &of("/a\0b.txt")),
        // RFC 9110 §4.2: a fragment is no part of what is asked for.
        asked(
            "8.3.1",
            "a :path with a fragment",
            &[Status(1, 200), Status(1, 403), Reset(1, PROTOCOL)],
            &of(&format!("{}#part", *TARGET)),
        ),
        asked(
            "8.3.1",
            "the path * of another method than OPTIONS",
            MALFORMED,
            &of("*"),
        ),
        asked(
            "8.3.1",
            "the path * of OPTIONS",
            &[Status(1, 204)],
            &block(&[(":method", "OPTIONS"), SCHEME, HOST, (":path", "*")]),
        ),
        asked("8.3.1", "an empty :scheme", MALFORMED, &scheme("")),
        asked(
            "8.3.1",
            "a :scheme that is none",
            MALFORMED,
            &scheme("ht tp"),
        ),
        asked(
            "8.3.1",
            "the :scheme https in clear text, as behind a proxy",
            &[Status(1, 200), Status(1, 400)],
            &scheme("https"),
        ),
        asked("8.3.1", "an empty :method", MALFORMED, &method("")),
        asked(
            "8.3.1",
            "a :method that is no token",
            MALFORMED,
            &method("GE T"),
        ),
        asked(
            "8.3.1",
            "a :method in small letters, which is another",
            &[Status(1, 405)],
            &method("get"),
        ),
        asked(
            "8.3.1",
            "a :method nobody knows",
            &[Status(1, 405)],
            &method("BREW"),
        ),
        asked(
            "8.3.1",
            "HEAD",
            &[Status(1, 200), Status(1, 403)],
            &method("HEAD"),
        ),
    ]
}

fn authority() -> Vec<Row> {
    let of = |authority: &str| block(&[METHOD, SCHEME, (":authority", authority), path()]);
    vec![
        asked("8.3.1", "an empty :authority", MALFORMED, &of("")),
        asked(
            "8.3.1",
            "an :authority with a user",
            MALFORMED,
            &of("me@media.test"),
        ),
        asked(
            "8.3.1",
            "an :authority with a space",
            MALFORMED,
            &of("media.test "),
        ),
        asked(
            "8.3.1",
            "an :authority with a path",
            MALFORMED,
            &of("media.test/a"),
        ),
        asked(
            "8.3.1",
            "an :authority with a port that is no number",
            MALFORMED,
            &of("media.test:abc"),
        ),
        asked(
            "8.3.1",
            "an :authority with a comma, which a name may have",
            &[Status(1, 421), Status(1, 400)],
            &of("media.test,other.test"),
        ),
        asked(
            "8.3.1",
            "an :authority in capitals",
            &[Status(1, 200)],
            &of("MEDIA.test"),
        ),
        asked(
            "8.3.1",
            "an :authority of another site",
            &[Status(1, 421)],
            &of("other.test"),
        ),
        asked(
            "8.3.1",
            "Host equal to :authority",
            &[Status(1, 200)],
            &good_with(&[("host", "media.test")]),
        ),
        asked(
            "8.3.1",
            "Host unlike :authority",
            MALFORMED,
            &good_with(&[("host", "other.test")]),
        ),
        asked(
            "8.3.1",
            "Host twice",
            MALFORMED,
            &good_with(&[("host", "media.test"), ("host", "media.test")]),
        ),
    ]
}

fn connect() -> Vec<Row> {
    const REFUSED: &[Allow] = &[Status(1, 405), Status(1, 400), Reset(1, PROTOCOL)];
    let connect = (":method", "CONNECT");
    let to = (":authority", "media.test:443");
    vec![
        asked(
            "8.5",
            "CONNECT, which is not offered",
            REFUSED,
            &block(&[connect, to]),
        ),
        asked(
            "8.5",
            "CONNECT with :path",
            MALFORMED,
            &block(&[connect, to, path()]),
        ),
        asked(
            "8.5",
            "CONNECT with :scheme",
            MALFORMED,
            &block(&[connect, to, SCHEME]),
        ),
        asked(
            "8.5",
            "CONNECT without :authority",
            MALFORMED,
            &block(&[connect]),
        ),
        stalled(
            "8.5",
            "CONNECT whose stream stays open",
            REFUSED,
            &[super::wire::begun(1, &block(&[connect, to]))],
        ),
        // RFC 8441 §4: only where the server said SETTINGS_ENABLE_CONNECT_PROTOCOL.
        asked(
            "8.5",
            "extended CONNECT, which is not enabled",
            MALFORMED,
            &block(&[
                connect,
                (":protocol", "websocket"),
                SCHEME,
                HOST,
                (":path", "/chat"),
            ]),
        ),
        asked(
            "8.3",
            ":protocol with another method",
            &[Reset(1, PROTOCOL), Gone(PROTOCOL), Status(1, 400)],
            &[field(":protocol", "websocket"), good()].concat(),
        ),
    ]
}
