//! Requests passed on to a real S3 server.

use std::io::{Error, Result};
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Method, Request as HttpRequest, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::answer::{Answer, Body};
use crate::request::Request;

const MAX_BODY_BYTES: usize = 256 << 20;

/// Set anew by each of the two connections.
const OF_A_CONNECTION: [&str; 6] = [
    "connection",
    "content-length",
    "date",
    "expect",
    "server",
    "transfer-encoding",
];

/// The answer of the server there. The signature is for the front's address, which servers that
/// check none (moto) do not mind; others check it against `Host`, which stays as it came.
pub(crate) async fn pass_on(address: SocketAddr, request: &Request) -> Result<Answer> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(Error::other)?;
    let connection = tokio::spawn(connection);
    let method = Method::from_bytes(request.method.as_bytes()).map_err(Error::other)?;
    let mut passed = HttpRequest::builder().method(method).uri(&request.target);
    for (name, value) in &request.headers {
        if !OF_A_CONNECTION.contains(&name.as_str()) {
            passed = passed.header(name, value);
        }
    }
    let passed = passed
        .body(Full::new(request.body.clone()))
        .map_err(Error::other)?;
    let answer = sender.send_request(passed).await.map_err(Error::other)?;
    let answer = received(answer, request.is_head()).await;
    connection.abort();
    answer
}

async fn received(answer: Response<hyper::body::Incoming>, is_head: bool) -> Result<Answer> {
    let (head, body) = answer.into_parts();
    let body = match is_head {
        true => Body::Unseen(
            head.headers
                .get("content-length")
                .and_then(|value| value.to_str().ok()?.parse().ok())
                .unwrap_or_default(),
        ),
        false => {
            let body = Limited::new(body, MAX_BODY_BYTES).collect().await;
            Body::Held(body.map_err(Error::other)?.to_bytes())
        }
    };
    let headers = head.headers.iter().filter_map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (!OF_A_CONNECTION.contains(&name.as_str())).then(|| (name.to_string(), value))
    });
    Ok(Answer {
        status: head.status.as_u16(),
        headers: headers.collect(),
        body,
    })
}

/// The same object after it was replaced: other bytes under another entity tag.
pub(crate) fn changed(request: &Request, mut answer: Answer) -> Answer {
    answer.replace("etag", |own| Some(format!("\"changed-{}", &own[1..])));
    let etag = answer.header("etag");
    if request
        .header("if-match")
        .is_some_and(|own| Some(own) != etag)
    {
        return Answer::error(412, "PreconditionFailed");
    }
    if let Body::Held(bytes) = &answer.body
        && answer.status < 300
    {
        let other: Vec<u8> = bytes.iter().map(|byte| byte ^ 0x5a).collect();
        answer.body = Body::Held(Bytes::from(other));
    }
    answer
}
