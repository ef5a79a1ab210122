//! Frames of RFC 9113 and header blocks of RFC 7541, right and wrong, and what may come back.
//!
//! Each row is sent to a real delivery listener on a connection of its own. Behind its frames goes a
//! PING; then the first thing that decides must be one of those the row allows. After each row the
//! server serves a good request on a new connection.

mod bodies;
mod client;
mod control;
mod flooded;
mod floods;
mod flow;
mod framing;
mod headers;
mod hpack;
mod messages;
mod pseudo;
mod row;
mod start;
mod streams;
mod tls;
mod wire;

use std::collections::HashSet;

use row::{Row, run};

/// Every theme's rows.
fn all() -> Vec<Row> {
    [
        start::rows(),
        framing::rows(),
        streams::rows(),
        headers::rows(),
        control::rows(),
        flow::rows(),
        hpack::rows(),
        pseudo::rows(),
        messages::rows(),
        bodies::rows(),
    ]
    .concat()
}

#[test]
fn the_table_has_more_than_100_rows_each_with_a_section_and_a_name_of_its_own() {
    let rows = all();
    assert!(rows.len() >= 200, "{}", rows.len());
    let mut names = HashSet::new();
    for row in &rows {
        assert!(names.insert(row.name), "twice: {}", row.name);
        let mut digits = row.section.trim_start_matches("7541 ").chars();
        assert!(digits.next().is_some_and(char::is_numeric), "{}", row.name);
        assert!(!row.allow.is_empty(), "{}", row.name);
    }
}

#[test]
fn connections_start_as_they_must() {
    run(&start::rows());
}

#[test]
fn frames_are_taken_as_they_are_framed() {
    run(&framing::rows());
}

#[test]
fn streams_have_states() {
    run(&streams::rows());
}

#[test]
fn headers_priority_and_continuation() {
    run(&headers::rows());
}

#[test]
fn settings_ping_goaway_and_rst_stream() {
    run(&control::rows());
}

#[test]
fn windows_are_kept() {
    run(&flow::rows());
}

#[test]
fn header_blocks_are_decoded_or_end_the_connection() {
    run(&hpack::rows());
}

#[test]
fn pseudo_header_fields() {
    run(&pseudo::rows());
}

#[test]
fn fields_are_well_formed_or_refused() {
    run(&messages::rows());
}

#[test]
fn bodies_are_whole_or_malformed() {
    run(&bodies::rows());
}
