//! Plain requests answered past the HTTP library, one behind the other, as long as each can be
//! answered at once.
//!
//! What the library costs a small answer is more than all else that this process does for it, and it
//! holds buffers for a connection that waits. Here a head is read into the thread's own buffer, and
//! a connection that waits holds nothing. A request that is not plain, or cannot be answered at once,
//! is left as it came: the library reads it from its first byte.

mod offered;
mod sending;

use std::cell::Cell;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use self::offered::offer;
use self::sending::Sending;
use super::answers::{Answered, Answers};
use super::requests::Requests;
use crate::request::{Plain, Reading, Space};

/// A longer head is the library's.
const MAX_HEAD_BYTES: usize = 8 << 10;

/// What a thread has for all its connections.
struct Scratch {
    came: [u8; MAX_HEAD_BYTES],
    head: Vec<u8>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            came: [0; MAX_HEAD_BYTES],
            head: Vec::with_capacity(1024),
        }
    }
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// A connection whose requests are answered here.
pub(super) struct Direct<S, N: Answers> {
    stream: S,
    /// What has come and was not answered yet.
    begun: Vec<u8>,
    /// It is no whole head.
    is_partial: bool,
    sending: Option<Box<Sending<N::Body>>>,
    /// Nothing is answered after that.
    is_last: bool,
    has_answered: bool,
}

/// What becomes of a connection.
pub(super) enum Next {
    /// Nothing more is to be answered: the client left, or is to leave.
    Ended,
    /// The HTTP library goes on, with what has come.
    Library,
}

/// Why an answer broke off.
pub(super) type Broken = Box<dyn Error + Send + Sync>;

impl<S: AsyncRead + AsyncWrite + Unpin, N: Answers> Direct<S, N> {
    /// `begun` has been read of it already.
    pub(super) const fn new(stream: S, begun: Vec<u8>) -> Self {
        Self {
            stream,
            begun,
            is_partial: false,
            sending: None,
            is_last: false,
            has_answered: false,
        }
    }

    /// Whether anything was answered here.
    pub(super) const fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// What has come and was not answered, and the stream.
    pub(super) fn into_parts(self) -> (Vec<u8>, S) {
        (self.begun, self.stream)
    }

    /// Ends with the answer that is on its way; `false`: none is.
    pub(super) const fn is_last(&mut self) -> bool {
        self.is_last = self.sending.is_some();
        self.is_last
    }

    /// Answers what comes, until that is for others to do.
    pub(super) fn poll(
        &mut self,
        requests: &Requests<N>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Next, Broken>> {
        let mut scratch = SCRATCH.take().unwrap_or_default();
        let polled = self.poll_with(&mut scratch, requests, cx);
        SCRATCH.set(Some(scratch));
        polled
    }

    fn poll_with(
        &mut self,
        scratch: &mut Scratch,
        requests: &Requests<N>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Next, Broken>> {
        loop {
            if let Some(sending) = &mut self.sending {
                match sending.poll(&mut self.stream, requests.pulse(), cx) {
                    Poll::Ready(sent) => sent?,
                    Poll::Pending if sending.is_for_reader() => return Poll::Pending,
                    Poll::Pending => return self.watch(scratch, requests, cx),
                }
                self.sending = None;
                if self.is_last {
                    return Poll::Ready(Ok(Next::Ended));
                }
            }
            let begun = self.begun.len();
            let mut came = begun;
            if begun == 0 || self.is_partial {
                if begun >= MAX_HEAD_BYTES {
                    return Poll::Ready(Ok(Next::Library));
                }
                came += ready!(self.read(&mut scratch.came[begun..], cx))?;
                if came == begun {
                    return Poll::Ready(Ok(Next::Ended));
                }
            }
            let begun = std::mem::take(&mut self.begun);
            let (came, head) = match scratch.came.get_mut(..begun.len()) {
                Some(start) => {
                    start.copy_from_slice(&begun);
                    (&scratch.came[..came], &mut scratch.head)
                }
                // The library had read further requests ahead, more than fit there.
                None => (&*begun, &mut scratch.head),
            };
            if let Some(next) = self.answer(came, head, requests, cx)? {
                return Poll::Ready(Ok(next));
            }
        }
    }

    /// Answers the requests that have come, up to one whose answer does not go out whole; keeps
    /// what is left.
    fn answer(
        &mut self,
        mut came: &[u8],
        head: &mut Vec<u8>,
        requests: &Requests<N>,
        cx: &mut Context<'_>,
    ) -> Result<Option<Next>, Broken> {
        self.is_partial = false;
        while !came.is_empty() {
            let mut space = Space::default();
            let answered = match Plain::read(came, &mut space) {
                Reading::Plain(plain, len_bytes) => {
                    let behind = &came[len_bytes..];
                    head.clear();
                    let stream = &mut self.stream;
                    let mut send = |answer: &[u8]| offer(stream, answer, cx);
                    let answered = requests.at_once(&plain, head, &mut send);
                    answered.map(|answered| (answered, behind))
                }
                Reading::Partial => {
                    self.begun = came.to_vec();
                    self.is_partial = true;
                    requests.pulse().has_read();
                    return Ok(None);
                }
                Reading::Other => None,
            };
            let Some((answered, behind)) = answered else {
                self.begun = came.to_vec();
                return Ok(Some(Next::Library));
            };
            came = behind;
            self.has_answered = true;
            let (body, taken) = match answered {
                Answered::Whole(at) => {
                    requests.pulse().answered_at_once(at);
                    continue;
                }
                Answered::Begun(body, taken) => (body, taken),
            };
            let mut sending = Sending::new(body);
            match sending.begin(head, taken, &mut self.stream, cx) {
                Poll::Ready(sent) => {
                    sent?;
                    requests.pulse().answered_at_once(Instant::now());
                }
                Poll::Pending => {
                    sending.takes_time(requests.pulse());
                    self.sending = Some(Box::new(sending));
                    self.begun = came.to_vec();
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    /// Looks whether the client is still there while its answer waits for the store.
    fn watch(
        &mut self,
        scratch: &mut Scratch,
        requests: &Requests<N>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Next, Broken>> {
        while self.begun.len() < MAX_HEAD_BYTES {
            let room = MAX_HEAD_BYTES - self.begun.len();
            let came = ready!(self.read(&mut scratch.came[..room], cx))?;
            if came == 0 {
                return Poll::Ready(Ok(Next::Ended));
            }
            requests.pulse().has_read();
            self.begun.extend_from_slice(&scratch.came[..came]);
        }
        Poll::Pending
    }

    /// How many bytes came; 0: no more will.
    fn read(&mut self, room: &mut [u8], cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(room);
        let read = Pin::new(&mut self.stream).poll_read(cx, &mut buffer)?;
        if read.is_pending() {
            // TLS may have had a word to say to what came.
            let _ = Pin::new(&mut self.stream).poll_flush(cx)?;
        }
        read.map(|()| Ok(buffer.filled().len()))
    }
}
