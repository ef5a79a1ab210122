//! The body of an answer, which the log watches.

use bytes::Bytes;

use crate::answer::body::Body;
use crate::listen::Again;
use crate::observe::Logged;

/// The body of every answer: it tells the log when it has ended.
pub type AnswerBody = Logged<Body>;

impl Again for AnswerBody {
    fn can_go_back(&self) -> bool {
        self.body().can_go_back()
    }

    fn go_back(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        self.unsent(bytes, |body| body.go_back(bytes));
    }
}

/// A body that no log is told of, for pages beside the delivery.
pub fn whole(bytes: Bytes) -> AnswerBody {
    Logged::silent(Body::whole(bytes))
}
