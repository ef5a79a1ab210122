//! A call to the signing API over HTTP, as any app's backend makes it.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// The signing API, and who asks it.
#[derive(Debug)]
pub(super) struct SigningApi {
    /// Its listener.
    pub(super) address: SocketAddr,
    /// The user's JWT.
    pub(super) bearer: String,
}

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallFault {
    /// The API cannot be reached, or breaks off.
    #[error("the signing API cannot be asked: {0}")]
    Connection(#[from] std::io::Error),
    /// What came is no HTTP.
    #[error("the signing API cannot be asked: {0}")]
    Http(#[from] hyper::Error),
    /// The call cannot be put into a request.
    #[error("the call cannot be made: {0}")]
    Request(#[from] http::Error),
    /// What came is not the API's JSON.
    #[error("the signing API's answer cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A problem (RFC 9457).
    #[error("the signing API refused: {0}")]
    Refused(Value),
    /// Not the answer that docs/SIGNING.md tells of.
    #[error("the signing API's answer has no {0}")]
    Missing(&'static str),
}

impl SigningApi {
    /// `POST`s a JSON body; the answer's.
    pub(super) async fn post(&self, path: &'static str, body: &Value) -> Result<Value, CallFault> {
        let request = Request::post(Uri::from_static(path))
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {}", self.bearer))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body.to_string())))?;
        let stream = TokioIo::new(TcpStream::connect(self.address).await?);
        let (mut sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(connection);
        let response = sender.send_request(request).await?;
        let is_granted = response.status().is_success();
        let answer = response.into_body().collect().await?.to_bytes();
        let answer = serde_json::from_slice(&answer)?;
        if is_granted {
            Ok(answer)
        } else {
            Err(CallFault::Refused(answer))
        }
    }
}

/// A member of an answer that is text.
pub(super) fn text(answer: &Value, pointer: &'static str) -> Result<String, CallFault> {
    let text = answer.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).ok_or(CallFault::Missing(pointer))
}
