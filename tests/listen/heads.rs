//! How large a request's head may be.

use std::io::{Read, Write};
use std::net::SocketAddr;

use http_body_util::BodyExt;
use tokio::runtime::Runtime;

use crate::end::{get, http2};
use crate::start::{folder, serve, signed};
use crate::support::http::{connect, parse, request};

/// The status of an answer, whatever becomes of the connection behind it.
fn status(address: SocketAddr, bytes: &[u8]) -> u16 {
    let mut stream = connect(address);
    let _ = stream.write_all(bytes);
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    parse(&all).status
}

fn with(count: usize, value: &str) -> Vec<u8> {
    let names: Vec<String> = (0..count).map(|number| format!("X-{number}")).collect();
    let mut headers = vec![("Host", "media.test")];
    headers.extend(names.iter().map(|name| (name.as_str(), value)));
    request("GET", &signed("/a.txt"), &headers)
}

#[test]
fn more_lines_or_bytes_than_may_be_are_431() {
    let folder = folder("limits.max_headers = 20\nlimits.max_header_bytes = \"16KiB\"");
    let (_program, address) = serve(&folder);
    // `Host` and `Connection` are two of them.
    assert_eq!(status(address, &with(18, "v")), 200);
    assert_eq!(status(address, &with(19, "v")), 431);
    assert_eq!(status(address, &with(1, &"v".repeat(12 << 10))), 200);
    assert_eq!(status(address, &with(1, &"v".repeat(40 << 10))), 431);
}

#[test]
fn in_http_2_as_well() {
    let folder = folder("limits.max_headers = 20\nlimits.max_header_bytes = \"16KiB\"");
    let (_program, address) = serve(&folder);
    let target = signed("/a.txt");
    Runtime::new().unwrap().block_on(async {
        let (mut sender, connection) = http2(address).await;
        tokio::spawn(connection);
        for (count, status) in [(20, 200), (21, 431)] {
            let mut ask = get(&target);
            for number in 0..count {
                let name = http::HeaderName::try_from(format!("x-{number}")).unwrap();
                ask.headers_mut().insert(name, "v".parse().unwrap());
            }
            let answer = sender.send_request(ask).await.unwrap();
            assert_eq!(answer.status(), status);
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            let is_told = String::from_utf8_lossy(&body).contains("too_many_headers");
            assert_eq!(is_told, status == 431);
        }
        let mut ask = get(&target);
        let long = "v".repeat(20 << 10).parse().unwrap();
        ask.headers_mut().insert("x-long", long);
        let answer = sender.send_request(ask).await;
        assert!(answer.map_or(true, |answer| answer.status() == 431));
    });
}
