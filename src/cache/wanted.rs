//! Work that is worth its while as long as somebody wants what it brings.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tokio::select;
use tokio::sync::watch;

use crate::store::Turn;

/// What `work` brings; `None` where it was given up, as nobody wanted it any more and it still waited
/// for its turn at the store's gate. What the store has been asked is waited for, whoever has left.
///
/// Who wants it holds a receiver of `wanted`. `leave` sees to it that nobody comes any more, unless
/// somebody has come: then it says false, and the work goes on.
pub(super) async fn unless_given_up<T, R>(
    work: impl Future<Output = R>,
    wanted: &watch::Sender<T>,
    leave: impl Fn() -> bool,
) -> Option<R> {
    let turn = Turn::default();
    let mut work = pin!(turn.of(work));
    loop {
        let mut unwanted = pin!(wanted.closed());
        let in_vain = poll_fn(|cx| match turn.is_awaited() {
            true => unwanted.as_mut().poll(cx),
            false => Poll::Pending,
        });
        select! {
            // The work first: it says whether it waits.
            biased;
            done = &mut work => return Some(done),
            () = in_vain => if leave() {
                return None;
            },
        }
    }
}
