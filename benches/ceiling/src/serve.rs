//! A connection, and the answer to a request.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use socket2::SockRef;
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
    let mut builder = hyper::server::conn::http1::Builder::new();
    if let Some(bytes) = flags.buffer_bytes {
        builder.max_buf_size(bytes);
    }
    let answering = Rc::clone(&served);
    let service = service_fn(move |request| {
        std::future::ready(Ok::<_, Infallible>(answer(&answering, &request)))
    });
    // A client that leaves is no fault of the server.
    let _ = builder
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn answer(served: &Served, request: &Request<Incoming>) -> Response<Pieces> {
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or(""));
    if !served.check.opens(path, query) {
        return told(StatusCode::FORBIDDEN);
    }
    let Some(object) = served.objects.get(path) else {
        return told(StatusCode::NOT_FOUND);
    };
    let mut response = Response::new(Pieces {
        left: object.clone(),
        piece_bytes: served.flags.piece_bytes.unwrap_or(usize::MAX),
    });
    let kind = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
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
