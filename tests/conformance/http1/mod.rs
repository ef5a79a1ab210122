//! HTTP/1.1 (RFC 9110, 9112): every row of `table/` at every listener that it is for.

mod answers;
mod pipelined;
mod row;
mod server;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use answers::{Seen, good, see};
use row::{Row, Then, rows};
use server::{Listener, start};

/// Enough that rows which wait do not hold others up.
const THREADS: usize = 24;

#[test]
fn every_raw_request_gets_an_answer_that_its_section_allows() {
    let (_origin, listeners) = start();
    let rows = rows();
    let cases: Vec<(&Row, &Listener)> = rows
        .iter()
        .flat_map(|row| {
            let is_for = |listener: &&Listener| row.at.contains(&listener.at);
            listeners.iter().filter(is_for).map(move |own| (row, own))
        })
        .collect();
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((row, listener)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(fault) = holds(row, listener) {
                        let fault = format!("{:?} at {:?}: {fault}", row.name, listener.at);
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(
        faults.is_empty(),
        "{} of {} cases:\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

/// Sends the row and, behind it, a request that is right: whether that is answered tells what
/// became of the connection, and of where the server sees the row's end.
fn holds(row: &Row, listener: &Listener) -> Result<(), String> {
    let mut bytes = row.bytes(listener);
    let ends_itself = row.half_closed;
    if !ends_itself {
        bytes.extend_from_slice(&listener.probe());
    }
    let Seen { answers, raw } = see(listener.address, &bytes, ends_itself, &row.bodiless())?;
    let told = || format!("{answers:?} of {:?}", String::from_utf8_lossy(&raw));
    if let Some(fault) = answers.iter().find_map(|answer| answer.fault.as_ref()) {
        return Err(format!("{fault}: {}", told()));
    }
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let is_right = match row.then {
        Then::Closes => row.allows(&statuses),
        Then::Stays => statuses.pop() == Some(200) && row.allows(&statuses),
        Then::MayStay => {
            row.allows(&statuses) || (statuses.pop() == Some(200) && row.allows(&statuses))
        }
    };
    if !is_right {
        return Err(format!("not {:?}, {:?}: {}", row.answers, row.then, told()));
    }
    match good(listener) {
        true => Ok(()),
        false => Err("no good request is answered behind it".to_owned()),
    }
}

#[test]
fn the_tables_have_150_rows_and_more_each_with_its_name_and_section() {
    let rows = rows();
    assert!(rows.len() >= 150, "{}", rows.len());
    let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), rows.len(), "two rows of one name");
    let requests: BTreeSet<(&str, bool)> = rows
        .iter()
        .map(|row| (row.send.as_str(), row.half_closed))
        .collect();
    assert_eq!(requests.len(), rows.len(), "two rows with one request");
    for row in &rows {
        let (rfc, section) = row.rfc.split_once(" §").unwrap_or_default();
        let is_known = ["9110", "9111", "9112", "9113", "3986", "5234"].contains(&rfc);
        assert!(is_known && !section.is_empty(), "{}: {}", row.name, row.rfc);
        // No request is this side's fault.
        let mut statuses = row.answers.iter().flat_map(|answer| answer.split('|'));
        assert!(
            statuses.all(|status| !status.starts_with('5')),
            "{}",
            row.name
        );
    }
}
