//! Header compression: tables, integers, strings, Huffman code (RFC 7541).

use super::row::Allow::{Gone, Lives, Reset, Status};
use super::row::{Allow, Row, row};
use super::wire::{
    CALM, COMPRESSION, FRAME_SIZE, HEADER_TABLE_SIZE, PROTOCOL, TARGET, field, get, good, integer,
    settings, string, whole,
};

/// RFC 9113 §4.3: a block that cannot be decoded ends the connection.
const BROKEN: &[Allow] = &[Gone(COMPRESSION)];
const GOOD: &[Allow] = &[Status(1, 200)];

pub(super) fn rows() -> Vec<Row> {
    [forms(), indexes(), sizes(), integers(), huffman(), large()].concat()
}

/// A good request and further bytes of its block.
fn with(section: &'static str, name: &'static str, allow: &'static [Allow], more: &[u8]) -> Row {
    row(section, name, allow, &[whole(1, &[&good(), more].concat())])
}

/// The same where the bytes come first.
fn after(section: &'static str, name: &'static str, allow: &'static [Allow], first: &[u8]) -> Row {
    row(
        section,
        name,
        allow,
        &[whole(1, &[first, &good()].concat())],
    )
}

/// A request of which the names, and what can be, are in the static table.
fn indexed(literal: u8, prefix: u8) -> Vec<u8> {
    [
        // :method GET, :scheme http.
        vec![0x82, 0x86],
        integer(literal, prefix, 1),
        string("media.test"),
        integer(literal, prefix, 4),
        string(&*TARGET),
    ]
    .concat()
}

fn forms() -> Vec<Row> {
    vec![
        row(
            "7541 6.1",
            "indexed fields",
            GOOD,
            &[whole(1, &indexed(0x00, 4))],
        ),
        row(
            "7541 6.2.1",
            "fields that go into the table",
            GOOD,
            &[whole(1, &indexed(0x40, 6))],
        ),
        row(
            "7541 6.2.3",
            "fields that are never indexed",
            GOOD,
            &[whole(1, &indexed(0x10, 4))],
        ),
        row(
            "7541 2.3.2",
            "a request of nothing but the dynamic table",
            &[Status(3, 200)],
            // What went in last is 62.
            &[
                whole(1, &indexed(0x40, 6)),
                whole(3, &[0x82, 0x86, 0xbf, 0xbe]),
            ],
        ),
        with(
            "7541 6.2.1",
            "a field with a new name that goes into the table",
            GOOD,
            &[vec![0x40], string("x-a"), string("b"), vec![0xbe]].concat(),
        ),
        with(
            "7541 6.2.2",
            "a field without a value",
            GOOD,
            &field("x-a", ""),
        ),
        with(
            "8.2.1",
            "a field without a name",
            super::row::MALFORMED,
            &field("", "b"),
        ),
    ]
}

fn indexes() -> Vec<Row> {
    vec![
        with("7541 6.1", "index 0", BROKEN, &[0x80]),
        with(
            "7541 2.3.3",
            "an index beyond the static table, with an empty dynamic one",
            BROKEN,
            &[0xbe],
        ),
        with(
            "7541 2.3.3",
            "an index far beyond both tables",
            BROKEN,
            &[0xff, 0xff, 0xff, 0x07],
        ),
        with(
            "7541 2.3.3",
            "a name's index beyond both tables",
            BROKEN,
            &[0x7e, 1, b'a'],
        ),
        with(
            "7541 6.2.2",
            "a name's index beyond both tables, not to be indexed",
            BROKEN,
            &[0x0f, 0x7f, 1, b'a'],
        ),
        with(
            "7541 4.4",
            "an index of what is too large for the table",
            BROKEN,
            &[
                vec![0x40],
                string("x-large"),
                string("v".repeat(5_000)),
                vec![0xbe],
            ]
            .concat(),
        ),
    ]
}

fn sizes() -> Vec<Row> {
    let enough = vec![
        after(
            "7541 6.3",
            "a size update to 0 before a block",
            GOOD,
            &[0x20],
        ),
        after(
            "7541 6.3",
            "a size update to the greatest size",
            GOOD,
            &integer(0x20, 5, 4_096),
        ),
        after(
            "7541 6.3",
            "a size update beyond the greatest size",
            BROKEN,
            &integer(0x20, 5, 4_097),
        ),
        after(
            "7541 6.3",
            "a size update far beyond it",
            BROKEN,
            &integer(0x20, 5, 1 << 30),
        ),
        after(
            "7541 4.2",
            "two size updates",
            GOOD,
            &[vec![0x20], integer(0x20, 5, 4_096)].concat(),
        ),
        with(
            "7541 4.2",
            "a size update at the end of a block",
            BROKEN,
            &[0x20],
        ),
        row(
            "7541 4.2",
            "a size update between two fields",
            BROKEN,
            &[whole(
                1,
                &[&field(":method", "GET"), &[0x20][..], &good()].concat(),
            )],
        ),
    ];
    let table = vec![
        row(
            "7541 4.3",
            "an index of what a size update threw out",
            BROKEN,
            &[
                whole(1, &indexed(0x40, 6)),
                whole(3, &[0x20, 0x82, 0x86, 0xbf, 0xbe]),
            ],
        ),
        row(
            "7541 4.2",
            "a table of the client's that becomes smaller and greater again",
            &[Status(3, 200)],
            &[
                settings(&[(HEADER_TABLE_SIZE, 0)]),
                get(1),
                settings(&[(HEADER_TABLE_SIZE, 4_096)]),
                get(3),
            ],
        ),
    ];
    [enough, table].concat()
}

fn integers() -> Vec<Row> {
    vec![
        with(
            "7541 5.1",
            "an integer in five more bytes than it needs",
            &[Status(1, 200), Gone(COMPRESSION)],
            // Index 2 of a name in zeros that mean nothing.
            &[vec![0x0f, 0x80, 0x80, 0x00], string("value")].concat(),
        ),
        with("7541 5.1", "an integer beyond 64 bits", BROKEN, &[0xff; 12]),
        with(
            "7541 5.1",
            "an integer without its end",
            BROKEN,
            &[0xff, 0x80],
        ),
        with(
            "7541 5.2",
            "a string longer than its block",
            BROKEN,
            &[vec![0x00], integer(0, 7, 5), b"abc".to_vec()].concat(),
        ),
        with(
            "7541 5.2",
            "a string longer than a frame",
            BROKEN,
            &[vec![0x00], integer(0, 7, 1 << 30), b"abc".to_vec()].concat(),
        ),
        with(
            "7541 5.2",
            "a name without a value",
            BROKEN,
            &[&[0x00][..], &string("x-a")].concat(),
        ),
        with(
            "7541 6.2.1",
            "a block that ends behind the form of a field",
            BROKEN,
            &[0x40],
        ),
    ]
}

/// A value in Huffman code, under `x-a`.
fn coded(code: &[u8]) -> Vec<u8> {
    [
        vec![0x00],
        string("x-a"),
        integer(0x80, 7, code.len()),
        code.to_vec(),
    ]
    .concat()
}

fn huffman() -> Vec<Row> {
    // "302" of RFC 7541 §C.6.1.
    vec![
        with(
            "7541 5.2",
            "a value in Huffman code",
            GOOD,
            &coded(&[0x64, 0x02]),
        ),
        with(
            "7541 5.2",
            "a value in Huffman code, padded with ones",
            GOOD,
            &coded(&[0x07]),
        ),
        with(
            "7541 5.2",
            "padding of zeros",
            BROKEN,
            &coded(&[0x64, 0x0e, 0x00]),
        ),
        with(
            "7541 5.2",
            "padding of eight ones",
            BROKEN,
            &coded(&[0x64, 0x02, 0xff]),
        ),
        with(
            "7541 5.2",
            "padding of 16 ones",
            BROKEN,
            &coded(&[0x64, 0x02, 0xff, 0xff]),
        ),
        with(
            "7541 5.2",
            "the code of EOS",
            BROKEN,
            &coded(&[0xff, 0xff, 0xff, 0xff]),
        ),
        with(
            "7541 5.2",
            "the code of EOS within a value",
            BROKEN,
            &coded(&[0x07, 0xff, 0xff, 0xff, 0xf8, 0x3f]),
        ),
        with("7541 5.2", "nothing in Huffman code", GOOD, &coded(&[])),
    ]
}

fn large() -> Vec<Row> {
    let value = "v".repeat(4_000);
    let put = [vec![0x40], string("x"), string(&value)].concat();
    vec![
        with(
            "7541 7.3",
            "a field of 4 KB that is named 10 times",
            GOOD,
            &[put.clone(), vec![0xbe; 10]].concat(),
        ),
        with(
            "7541 7.3",
            "a field of 4 KB that is named 12,000 times: 48 MB",
            &[
                Gone(CALM),
                Gone(FRAME_SIZE),
                Reset(1, PROTOCOL),
                Status(1, 431),
            ],
            &[put, vec![0xbe; 12_000]].concat(),
        ),
        row(
            "7541 4.1",
            "a table that is filled 50 times",
            &[Lives],
            &[whole(
                1,
                &[
                    good(),
                    (0..50)
                        .flat_map(|at| {
                            [
                                vec![0x40],
                                string(format!("x-{at}")),
                                string("v".repeat(200)),
                            ]
                            .concat()
                        })
                        .collect(),
                ]
                .concat(),
            )],
        ),
    ]
}
