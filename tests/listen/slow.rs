//! Readers who take something, and too little.

use std::io::{Read, Write};
use std::time::Duration;

use crate::start::{folder, serve, signed};
use crate::support::http::connect;
use crate::support::ops::ask_ops;
use crate::support::{pause, until};

#[test]
fn a_reader_below_the_least_rate_is_cut_though_it_never_stops() {
    let folder = folder("stall_timeout = \"1s\"\nlimits.min_bytes_per_sec = \"64MiB\"");
    let (program, address) = serve(&folder);
    let mut stream = connect(address);
    let ask = format!(
        "GET {} HTTP/1.1\r\nHost: media.test\r\n\r\n",
        signed("/film.mp4")
    );
    stream.write_all(ask.as_bytes()).unwrap();
    // About 6 MiB a second: all of the film takes five.
    let (mut bytes, mut read) = (vec![0; 128 << 10], 0);
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        read += count;
        pause(Duration::from_millis(20));
    }
    assert!(read < crate::start::FILM_BYTES, "{read}");
    let slow = "countersign_connections_closed_total{listener=\"delivery\",reason=\"slow\"} 1";
    until("the metric", || {
        let answer = ask_ops(program.address("ops"), "/metrics", &[]);
        answer.text().contains(slow).then_some(())
    });
    until("the log", || {
        program
            .out
            .text()
            .contains("\"complete\":false")
            .then_some(())
    });
}
