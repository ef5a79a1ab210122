//! What a client may begin with: each first message, and what the server tells first.

mod broken;
mod extensions;
mod versions;

use super::hello::{Told, ask};
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

#[test]
fn each_first_message_gets_what_its_section_allows_and_only_1_2_and_1_3_go_on() {
    let folder = folder(TLS);
    write_pair(folder.path());
    let (_program, address) = serve(&folder);
    let parts = [
        versions::versions(),
        versions::ciphers(),
        extensions::protocols(),
        extensions::hosts(),
        broken::no_hellos(),
    ];
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
