//! A body that tells the log when it has ended, however it ends.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

use super::{Observer, Record, Trace, micros};

/// The status of a request whose client left before there was an answer. HTTP has none for it; this
/// is the one of nginx's log (`NGX_HTTP_CLIENT_CLOSED_REQUEST`).
const CLIENT_LEFT: u16 = 499;

/// A request's record from the head on; on drop it goes to the log, so none is forgotten where a
/// client leaves before there is an answer.
pub struct OpenRecord {
    /// What is known so far.
    pub record: Record,
    /// The request's span.
    pub trace: Trace,
    started: Instant,
    observer: Arc<Observer>,
}

impl OpenRecord {
    /// Counts the request as one in flight; `started` is when its head had arrived.
    pub fn new(record: Record, trace: Trace, started: Instant, observer: Arc<Observer>) -> Self {
        observer.started();
        let status = CLIENT_LEFT;
        Self {
            record: Record { status, ..record },
            trace,
            started,
            observer,
        }
    }
}

/// A body and its record.
pub struct Logged<B> {
    body: B,
    open: Option<OpenRecord>,
}

impl<B: Body<Data = Bytes>> Logged<B> {
    /// Of what the body gave, so many bytes were not sent; `go_back` lets it know.
    pub fn unsent(&mut self, bytes: u64, go_back: impl FnOnce(&mut B)) {
        go_back(&mut self.body);
        if let Some(open) = &mut self.open {
            open.record.bytes_sent = open.record.bytes_sent.saturating_sub(bytes);
            open.record.complete = false;
        }
    }

    /// The body.
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// A body that nobody is told of.
    pub const fn silent(body: B) -> Self {
        Self { body, open: None }
    }

    /// Watches `body`, the body of what is recorded.
    pub fn new(body: B, mut open: OpenRecord) -> Self {
        open.record.complete = body.is_end_stream();
        Self {
            body,
            open: Some(open),
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Logged<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let ended = self.body.is_end_stream();
        let Some(open) = &mut self.open else {
            return polled;
        };
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let sent = frame.data_ref().map_or(0, Buf::remaining);
                open.first_byte();
                open.record.bytes_sent += sent as u64;
                open.record.complete |= ended;
            }
            Poll::Ready(None) => open.record.complete = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl OpenRecord {
    fn first_byte(&mut self) {
        let started = self.started;
        self.record
            .ttfb_micros
            .get_or_insert_with(|| micros(started.elapsed()));
    }
}

impl Drop for OpenRecord {
    fn drop(&mut self) {
        let elapsed = micros(self.started.elapsed());
        if self.record.complete {
            self.record.ttfb_micros.get_or_insert(elapsed);
        }
        self.record.duration_micros = elapsed;
        self.trace.end_request(&self.record);
        self.observer.ended(&self.record);
    }
}
