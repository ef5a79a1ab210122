//! A connection, and the answer to a request.

use std::convert::Infallible;
use std::future::ready;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderValue, RANGE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::Served;

/// Serves a connection until its end.
pub(crate) async fn connection(stream: TcpStream, served: Rc<Served>) {
    let flags = &served.flags;
    let socket = SockRef::from(&stream);
    let mut is_set = socket.set_tcp_nodelay(true).is_ok();
    if let Some(bytes) = flags.unsent_bytes {
        is_set &= socket.set_tcp_notsent_lowat(bytes).is_ok();
    }
    if let Some(bytes) = flags.send_bytes {
        is_set &= socket.set_send_buffer_size(bytes).is_ok();
    }
    if !is_set {
        return;
    }
    if let Some(most_bytes) = flags.file_bytes {
        // A client that leaves is no fault of the server.
        let _ = crate::file::connection(&stream, &served, most_bytes).await;
        return;
    }
    let Some(tls) = served.tls.clone() else {
        return http1(stream, served).await;
    };
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => http2(stream, served).await,
        _ => http1(stream, served).await,
    }
}

async fn http1<S: AsyncRead + AsyncWrite + Unpin + 'static>(stream: S, served: Rc<Served>) {
    let mut builder = hyper::server::conn::http1::Builder::new();
    if let Some(bytes) = served.flags.buffer_bytes {
        builder.max_buf_size(bytes);
    }
    let service = service_fn(move |request| ready(Ok::<_, Infallible>(answer(&served, &request))));
    // A client that leaves is no fault of the server.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn http2<S: AsyncRead + AsyncWrite + Unpin + 'static>(stream: S, served: Rc<Served>) {
    let builder = hyper::server::conn::http2::Builder::new(Local);
    let service = service_fn(move |request| ready(Ok::<_, Infallible>(answer(&served, &request))));
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Spawns on this thread.
#[derive(Clone)]
struct Local;

impl<F: Future + 'static> hyper::rt::Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async {
            future.await;
        });
    }
}

fn answer(served: &Served, request: &Request<Incoming>) -> Response<Pieces> {
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or(""));
    if !served.check.opens(path, query) {
        return told(StatusCode::FORBIDDEN);
    }
    let Some(object) = served.objects.get(path) else {
        return told(StatusCode::NOT_FOUND);
    };
    let range = request
        .headers()
        .get(RANGE)
        .and_then(|value| part(value.as_bytes(), object.len()));
    let body = range
        .clone()
        .map_or_else(|| object.clone(), |range| object.slice(range));
    let mut response = Response::new(Pieces {
        left: body,
        piece_bytes: served.flags.piece_bytes.unwrap_or(usize::MAX),
    });
    let kind = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    if let Some(range) = range {
        let told = format!("bytes {}-{}/{}", range.start, range.end - 1, object.len());
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        if let Ok(told) = HeaderValue::try_from(told) {
            response.headers_mut().insert(CONTENT_RANGE, told);
        }
    }
    response
}

/// `bytes=FIRST-LAST` or `bytes=FIRST-`.
fn part(value: &[u8], len_bytes: usize) -> Option<Range<usize>> {
    let text = std::str::from_utf8(value).ok()?;
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let start: usize = first.parse().ok()?;
    let end = match last {
        "" => len_bytes,
        last => last.parse::<usize>().ok()?.checked_add(1)?.min(len_bytes),
    };
    (start < end).then_some(start..end)
}

fn told(status: StatusCode) -> Response<Pieces> {
    let mut response = Response::new(Pieces {
        left: Bytes::new(),
        piece_bytes: 1,
    });
    *response.status_mut() = status;
    response
}

/// A body from memory.
pub(crate) struct Pieces {
    left: Bytes,
    piece_bytes: usize,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let piece_bytes = self.piece_bytes.min(self.left.len());
        let piece = self.left.split_to(piece_bytes);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
