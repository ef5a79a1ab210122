//! What a client may begin with: each first message, and what the server tells first.

use super::hello::{
    ALPN, GOOD_1_3, Hello, SERVER_NAME, SUPPORTED_VERSIONS, Told, ask, record, sized,
};
use crate::start::{TLS, curl, folder, serve, signed, write_pair};

/// What the server may answer.
enum Allowed {
    Hello(u16),
    /// A hello of TLS 1.2 that names this protocol.
    Agreed(Option<&'static str>),
    /// One of these alerts.
    Alerts(&'static [u8]),
    /// Any alert, or the end alone; no ServerHello.
    Refused,
}
use Allowed::{Agreed, Alerts, Refused};

const TLS_1_2: u16 = 0x0303;
const TLS_1_3: u16 = 0x0304;
const HANDSHAKE_FAILURE: u8 = 40;
const ILLEGAL_PARAMETER: u8 = 47;
const DECODE_ERROR: u8 = 50;
const PROTOCOL_VERSION: u8 = 70;
const NO_APPLICATION_PROTOCOL: u8 = 120;

/// Alerts for what cannot be read.
const BROKEN: &[u8] = &[DECODE_ERROR, ILLEGAL_PARAMETER, 10, 22];

type Row = (&'static str, &'static str, Vec<u8>, Allowed);

fn versions() -> Vec<Row> {
    let of = |version| Hello::of(version).bytes();
    let naming = |versions: &[u16]| Hello::naming(versions).bytes();
    // SSL 2.0: no record, a version, one cipher of three bytes, a challenge.
    let ssl_2 = [
        &[0x80, 28, 1, 0, 2, 0, 3, 0, 0, 0, 16, 1, 0, 0x80][..],
        &[7; 16],
    ]
    .concat();
    let old_record = Hello {
        record_version: 0x0300,
        ..Hello::naming(&[TLS_1_3])
    };
    let new_record = Hello {
        record_version: 0x0304,
        ..Hello::naming(&[TLS_1_3])
    };
    const OLD: Allowed = Alerts(&[PROTOCOL_VERSION, HANDSHAKE_FAILURE]);
    vec![
        ("SSL 2.0", "8446 §D.5", ssl_2, Refused),
        ("SSL 3.0", "8446 §D.5", of(0x0300), OLD),
        ("TLS 1.0", "8996 §4", of(0x0301), OLD),
        ("TLS 1.1", "8996 §5", of(0x0302), OLD),
        (
            "TLS 1.2",
            "5246 §7.4.1",
            of(0x0303),
            Allowed::Hello(TLS_1_2),
        ),
        (
            "TLS 1.3 in the old field",
            "8446 §4.2.1",
            of(0x0304),
            Allowed::Hello(TLS_1_2),
        ),
        (
            "TLS 1.9 in the old field",
            "8446 §4.2.1",
            of(0x030a),
            Allowed::Hello(TLS_1_2),
        ),
        (
            "TLS 1.3",
            "8446 §4.2.1",
            naming(&[TLS_1_3]),
            Allowed::Hello(TLS_1_3),
        ),
        (
            "1.3 and 1.2",
            "8446 §4.2.1",
            naming(&[TLS_1_3, TLS_1_2]),
            Allowed::Hello(TLS_1_3),
        ),
        (
            "1.2 and then 1.3",
            "8446 §4.2.1",
            naming(&[TLS_1_2, TLS_1_3]),
            Allowed::Hello(TLS_1_3),
        ),
        (
            "1.2 by its name",
            "8446 §4.2.1",
            naming(&[TLS_1_2]),
            Allowed::Hello(TLS_1_2),
        ),
        (
            "1.1 and 1.0 by their names",
            "8446 §4.2.1",
            naming(&[0x0302, 0x0301]),
            OLD,
        ),
        (
            "only a version to come",
            "8446 §4.2.1",
            naming(&[0x0305]),
            OLD,
        ),
        (
            "one to come and 1.3",
            "8446 §4.2.1",
            naming(&[0x0305, TLS_1_3]),
            Allowed::Hello(TLS_1_3),
        ),
        (
            "a version that is greased",
            "8701 §3",
            naming(&[0x1a1a, TLS_1_3]),
            Allowed::Hello(TLS_1_3),
        ),
        (
            "no version by name",
            "8446 §4.2.1",
            naming(&[]),
            Alerts(BROKEN),
        ),
        (
            "SSL 3.0 on the record",
            "8446 §5.1",
            old_record.bytes(),
            Allowed::Hello(TLS_1_3),
        ),
        (
            "TLS 1.3 on the record",
            "8446 §5.1",
            new_record.bytes(),
            Allowed::Hello(TLS_1_3),
        ),
    ]
}

fn ciphers() -> Vec<Row> {
    let only = |ciphers: &[u16]| {
        let ciphers = ciphers.to_vec();
        Hello {
            ciphers,
            ..Hello::of(TLS_1_2)
        }
        .bytes()
    };
    const NONE: Allowed = Alerts(&[HANDSHAKE_FAILURE, 71]);
    let new_with_old = Hello {
        ciphers: vec![GOOD_1_3],
        ..Hello::of(TLS_1_2)
    };
    let compressed = Hello {
        compression: vec![1],
        ..Hello::of(TLS_1_2)
    };
    let may_compress = Hello {
        compression: vec![1, 0],
        ..Hello::of(TLS_1_2)
    };
    vec![
        ("RC4", "7465 §2", only(&[0xc007, 0x0005, 0x0004]), NONE),
        ("3DES", "7525 §4.1", only(&[0xc008, 0xc012, 0x000a]), NONE),
        (
            "CBC",
            "7525 §4.2",
            only(&[0xc009, 0xc00a, 0xc023, 0xc013, 0xc014]),
            NONE,
        ),
        (
            "the key by RSA",
            "7525 §4.1",
            only(&[0x009c, 0x009d, 0x002f, 0x0035]),
            NONE,
        ),
        (
            "no encryption",
            "5246 §A.5",
            only(&[0x0000, 0x0001, 0x0002, 0xc006]),
            NONE,
        ),
        (
            "nobody's certificate",
            "5246 §A.5",
            only(&[0x0018, 0x0034, 0xc018]),
            NONE,
        ),
        (
            "export grade",
            "5246 §A.5",
            only(&[0x0003, 0x0006, 0x0008, 0x0014]),
            NONE,
        ),
        (
            "none",
            "5246 §7.4.1.2",
            only(&[]),
            Alerts(&[HANDSHAKE_FAILURE, DECODE_ERROR, 47]),
        ),
        (
            "those of 1.3 in TLS 1.2",
            "8446 §B.4",
            new_with_old.bytes(),
            NONE,
        ),
        (
            "compression alone",
            "5246 §7.4.1.2",
            compressed.bytes(),
            Alerts(&[47, 40, 50]),
        ),
        (
            "compression or none",
            "7525 §3.3",
            may_compress.bytes(),
            Allowed::Hello(TLS_1_2),
        ),
    ]
}

fn protocols() -> Vec<Row> {
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

fn hosts() -> Vec<Row> {
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

fn no_hellos() -> Vec<Row> {
    let good = Hello::naming(&[TLS_1_3]).bytes();
    let long = record(
        22,
        0x0301,
        &[&[1, 0xff, 0xff, 0xff][..], &[0; 9_000]].concat(),
    );
    let no_versions = Hello::naming(&[TLS_1_3]).with(SUPPORTED_VERSIONS, vec![2, 3, 4]);
    vec![
        (
            "HTTP in clear text",
            "8446 §5.1",
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
            Refused,
        ),
        (
            "HTTP/2 in clear text",
            "9113 §3.4",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            Refused,
        ),
        ("zeros", "8446 §5.1", vec![0; 4_096], Refused),
        ("ones", "8446 §5.1", vec![0xff; 4_096], Refused),
        (
            "a record of no kind",
            "8446 §5.1",
            record(99, 0x0301, b"x"),
            Refused,
        ),
        (
            "application data first",
            "8446 §5.1",
            record(23, 0x0303, &[7; 64]),
            Refused,
        ),
        (
            "a heartbeat first",
            "6520 §3",
            record(24, 0x0303, &[1, 0x40, 0, 0]),
            Refused,
        ),
        (
            "an end of the cipher first",
            "8446 §5",
            record(20, 0x0303, &[1]),
            Refused,
        ),
        (
            "a Finished first",
            "8446 §4",
            record(
                22,
                0x0303,
                &[20, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ),
            Refused,
        ),
        (
            "a ServerHello",
            "8446 §4",
            record(22, 0x0303, &[2, 0, 0, 2, 3, 3]),
            Refused,
        ),
        (
            "a HelloRequest",
            "5246 §7.4.1.1",
            record(22, 0x0303, &[0, 0, 0, 0]),
            Refused,
        ),
        (
            "an alert first",
            "8446 §6",
            record(21, 0x0303, &[2, 80]),
            Refused,
        ),
        (
            "an empty record",
            "8446 §5.1",
            record(22, 0x0301, &[]),
            Refused,
        ),
        (
            "a record that is too long",
            "8446 §5.1",
            record(22, 0x0301, &[1; 40_000]),
            Refused,
        ),
        ("a hello of 16 MiB", "8446 §4", long, Refused),
        (
            "half of a hello",
            "8446 §4.1.2",
            good[..good.len() / 2].to_vec(),
            Refused,
        ),
        ("one byte", "8446 §5.1", vec![22], Refused),
        ("nothing", "8446 §5.1", vec![], Refused),
        (
            "an extension twice",
            "8446 §4.2",
            no_versions.bytes(),
            Alerts(BROKEN),
        ),
    ]
}

#[test]
fn each_first_message_gets_what_its_section_allows_and_only_1_2_and_1_3_go_on() {
    let folder = folder(TLS);
    write_pair(folder.path());
    let (_program, address) = serve(&folder);
    let parts = [versions(), ciphers(), protocols(), hosts(), no_hellos()];
    let rows: Vec<Row> = parts.into_iter().flatten().collect();
    let mut faults = Vec::new();
    for (name, rfc, bytes, allowed) in &rows {
        let told = ask(address, bytes);
        let holds = match (allowed, &told) {
            (Allowed::Hello(version), Told::Hello(own, _)) => version == own,
            (Agreed(protocol), Told::Hello(TLS_1_2, own)) => *protocol == own.as_deref(),
            (Alerts(list), Told::Alert(own)) => list.contains(own),
            (Refused, Told::Alert(_) | Told::Nothing) => true,
            _ => false,
        };
        if !holds {
            faults.push(format!("{name} (RFC {rfc}): {told:?}"));
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {}:\n{}",
        faults.len(),
        rows.len(),
        faults.join("\n")
    );
    let cert = folder.path().join("tls.crt");
    let trust = ["--cacert", cert.to_str().unwrap()];
    assert_eq!(curl(address, "https", &trust, &signed("/a.txt")), "hello");
}
