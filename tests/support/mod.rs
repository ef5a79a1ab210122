//! What the tests of a whole server share: the server, in this process or as the program, a client
//! that sends bytes as they are, and tokens.

#![allow(dead_code, reason = "each test file uses some of it")]

pub(crate) mod at_once;
pub(crate) mod http;
pub(crate) mod kept;
#[path = "../store_contract/moto.rs"]
pub(crate) mod moto;
pub(crate) mod ops;
pub(crate) mod origin;
pub(crate) mod program;
pub(crate) mod s3;
pub(crate) mod token;

use std::time::Duration;

/// Waits, where only time brings what a test needs.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing else runs on a test's thread"
)]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Asks every few milliseconds until there is an answer; `what` is told when there is none.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..2_000 {
        if let Some(answer) = ask() {
            return answer;
        }
        pause(Duration::from_millis(5));
    }
    panic!("{what}: not within 10 s");
}
