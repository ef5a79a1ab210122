//! The connections that a listener's queue holds when the listener is to close.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};

/// Takes every connection that waits, then closes the listener. What closes with it otherwise is
/// reset by the system, though its client holds it for open.
///
/// A handshake that ends between the last accept and the close, which are microseconds apart, is
/// still lost; only a socket that somebody else holds on to (socket activation) loses none.
pub(super) fn drain(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    // The runtime knows of a connection only after its next look at the system.
    let Ok(listener) = listener.into_std() else {
        return Vec::new();
    };
    let mut waiting = Vec::new();
    loop {
        // The first error is that nobody waits, or that there are no more descriptors.
        let Ok((stream, peer)) = listener.accept() else {
            return waiting;
        };
        let stream = stream
            .set_nonblocking(true)
            .and_then(|()| TcpStream::from_std(stream));
        if let Ok(stream) = stream {
            waiting.push((stream, peer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::drain;
    use crate::listen::bind;

    #[tokio::test]
    async fn who_waits_to_be_accepted_is_taken_before_the_listener_closes() {
        let listener = bind("delivery.listen", ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let clients: Vec<_> = (0..3)
            .map(|_| std::net::TcpStream::connect(address).unwrap())
            .collect();
        let taken = drain(listener);
        assert_eq!(taken.len(), clients.len());
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
