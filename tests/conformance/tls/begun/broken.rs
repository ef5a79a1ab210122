//! What is no ClientHello, or not a whole one.

use super::super::hello::{Hello, SUPPORTED_VERSIONS, record};
use super::{Alerts, BROKEN, Refused, Row, TLS_1_3};

pub(super) fn no_hellos() -> Vec<Row> {
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
