//! Versions, ciphers and compression.

use super::super::hello::{GOOD_1_3, Hello};
use super::{
    Alerts, Allowed, BROKEN, DECODE_ERROR, HANDSHAKE_FAILURE, PROTOCOL_VERSION, Refused, Row,
    TLS_1_2, TLS_1_3,
};

pub(super) fn versions() -> Vec<Row> {
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

pub(super) fn ciphers() -> Vec<Row> {
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
