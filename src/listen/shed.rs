//! Those for whom there is no place.

use std::io::{Read, Write};
use std::net::Shutdown;

use tokio::net::TcpStream;

/// Why a request is not to be served: whoever answers finds it among its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shed {
    /// There are too many connections or requests.
    Overloaded,
    /// It has more header fields than it may have.
    Headers,
}

/// What a connection is told for which there is not even a place to be told so.
const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/problem+json\r\n\
    cache-control: no-store\r\n\
    retry-after: 2\r\n\
    connection: close\r\n\
    content-length: 124\r\n\r\n\
    {\"type\":\"urn:countersign:problem:overloaded\",\"title\":\"Too many requests are being served\",\"status\":503,\"code\":\"overloaded\"}\n";

/// Closes a connection; one that speaks HTTP/1.1 in clear text is told why, if it has said what it
/// wants: an answer in front of unread bytes would be taken back by the system's reset.
pub(super) fn close(stream: TcpStream, is_clear: bool) {
    if !is_clear {
        return;
    }
    let Ok(mut stream) = stream.into_std() else {
        return;
    };
    let mut bytes = [0; 4096];
    // Also where nothing has come yet.
    let Ok(read) = stream.read(&mut bytes) else {
        return;
    };
    let asked = bytes.get(..read).unwrap_or_default();
    // HTTP/2 would take it for a fault.
    if asked.is_empty() || asked.starts_with(b"PRI ") {
        return;
    }
    let _ = stream.write(ANSWER);
    let _ = stream.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use tokio::net::TcpListener;

    use super::{ANSWER, close};

    #[test]
    fn the_answer_is_as_long_as_it_says() {
        let text = std::str::from_utf8(ANSWER).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let length = format!("content-length: {}", body.len());
        assert!(head.lines().any(|line| line == length), "{length}");
        let problem: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(problem["status"], 503);
    }

    #[tokio::test]
    async fn who_has_asked_in_http_1_is_told_and_others_are_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        for (asked, is_clear, is_told) in [
            ("GET / HTTP/1.1\r\n\r\n", true, true),
            ("PRI * HTTP/2.0\r\n\r\n", true, false),
            ("GET / HTTP/1.1\r\n\r\n", false, false),
            ("", true, false),
        ] {
            let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            client.write_all(asked.as_bytes()).unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            if !asked.is_empty() {
                stream.readable().await.unwrap();
            }
            close(stream, is_clear);
            let mut told = Vec::new();
            let _ = client.read_to_end(&mut told);
            assert_eq!(told == ANSWER, is_told, "{asked}");
        }
    }
}
