//! What holds a request's place until the last byte of its answer has gone.

use crate::listen::gate::InFlight;
use crate::listen::pulse::Turn;

/// A request's place in flight, and its turn on the connection. HTTP/2's library takes a body's end
/// over long before the client's window lets it send: until then its chunks are memory that the
/// client holds, and the client is who is waited for. So each chunk carries it, and the last one that
/// is dropped ends it.
#[derive(Debug)]
pub(super) struct Unsent {
    turn: Turn,
    _in_flight: Option<InFlight>,
}

impl Unsent {
    /// Of a request whose answer is about to be given away.
    pub(super) const fn new(turn: Turn, in_flight: Option<InFlight>) -> Self {
        Self {
            turn,
            _in_flight: in_flight,
        }
    }

    /// Its turn.
    pub(super) const fn turn(&self) -> &Turn {
        &self.turn
    }
}
