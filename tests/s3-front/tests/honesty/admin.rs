//! Rules over HTTP.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use s3_front::{Front, Settings};

use crate::client::{Got, get, read};

fn admin(address: SocketAddr, method: &str, path: &str, body: &str) -> Got {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    read(stream)
}

#[test]
fn objects_and_rules_are_set_while_it_runs() {
    let front = Front::start(&Settings {
        admin: Some(([127, 0, 0, 1], 0).into()),
        ..Settings::default()
    })
    .unwrap();
    let (s3, port) = (front.address(), front.admin().unwrap());
    let done = |method, path, body| assert_eq!(admin(port, method, path, body).status(), 204);
    done("POST", "/objects", r#"{"key": "film/*", "len_bytes": 100}"#);
    done(
        "POST",
        "/rules",
        r#"{"fault": {"kind": "status", "status": 503, "code": "SlowDown"}, "key": "film/*", "times": 1}"#,
    );
    assert_eq!(get(s3, "film/a", &[]).status(), 503);
    assert_eq!(get(s3, "film/a", &[]).status(), 200);
    done("POST", "/rules", r#"{"fault": {"kind": "no_etag"}}"#);
    assert!(admin(port, "GET", "/rules", "").status() == 200);
    done("DELETE", "/rules", "");
    assert!(get(s3, "film/a", &[]).header("etag").is_some());
    let version = admin(port, "POST", "/overwrite", "film/a");
    assert_eq!(version.body, b"2");
    done("POST", "/refuse", "");
    assert!(TcpStream::connect(s3).is_err());
    done("POST", "/accept", "");
    let counts = admin(port, "GET", "/counts", "");
    let counts = String::from_utf8(counts.body).unwrap();
    assert!(counts.contains(r#""requests":3"#), "{counts}");
    let wrong = admin(port, "POST", "/rules", r#"{"fault": {"kind": "nonsense"}}"#);
    assert_eq!(wrong.status(), 422);
}
