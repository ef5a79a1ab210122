//! Taking an address.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;

/// Why an address could not be taken. `name` is the listener's setting.
#[derive(Debug, thiserror::Error)]
pub enum BindFault {
    /// Another process has it.
    #[error(
        "{name}: {address} is in use by another process; stop it, or choose another port (port 0 takes any free one)"
    )]
    InUse {
        /// The listener's setting.
        name: &'static str,
        /// The address wanted.
        address: SocketAddr,
    },
    /// Ports below 1024 need a privilege.
    #[error(
        "{name}: no permission to listen on {address}; choose a port from 1024 up, or grant CAP_NET_BIND_SERVICE"
    )]
    Denied {
        /// The listener's setting.
        name: &'static str,
        /// The address wanted.
        address: SocketAddr,
    },
    /// This machine has no such address.
    #[error("{name}: this machine has no address {}; 0.0.0.0 listens on all", address.ip())]
    NotHere {
        /// The listener's setting.
        name: &'static str,
        /// The address wanted.
        address: SocketAddr,
    },
    /// Anything else the system says.
    #[error("{name}: cannot listen on {address}: {error}")]
    Other {
        /// The listener's setting.
        name: &'static str,
        /// The address wanted.
        address: SocketAddr,
        /// The system's word.
        error: std::io::Error,
    },
}

/// Listens on `address` for the listener that the setting `name` describes.
///
/// # Errors
/// [`BindFault`], which says what to do.
pub async fn bind(name: &'static str, address: SocketAddr) -> Result<TcpListener, BindFault> {
    TcpListener::bind(address)
        .await
        .map_err(|error| fault(name, address, error))
}

fn fault(name: &'static str, address: SocketAddr, error: io::Error) -> BindFault {
    match error.kind() {
        ErrorKind::AddrInUse => BindFault::InUse { name, address },
        ErrorKind::PermissionDenied => BindFault::Denied { name, address },
        ErrorKind::AddrNotAvailable => BindFault::NotHere { name, address },
        _ => BindFault::Other {
            name,
            address,
            error,
        },
    }
}

/// How many connections wait for an accept at most; the system may hold it lower
/// (`net.core.somaxconn`).
const BACKLOG: i32 = 1_024;

/// `count` sockets that listen on one address (`SO_REUSEPORT`); the system spreads connections
/// over them. A port that another process listens on is refused, shared or not.
///
/// # Errors
/// [`BindFault`], which says what to do.
pub fn bind_shared(
    name: &'static str,
    address: SocketAddr,
    count: usize,
) -> Result<Vec<std::net::TcpListener>, BindFault> {
    let told = |error| fault(name, address, error);
    if address.port() != 0 {
        // Two processes of one user could share a port without knowing.
        listening(address, false).map_err(told)?;
    }
    let first = listening(address, true).map_err(told)?;
    let address = first.local_addr().map_err(told)?;
    let mut sockets = vec![first];
    while sockets.len() < count {
        sockets.push(listening(address, true).map_err(told)?);
    }
    Ok(sockets)
}

fn listening(address: SocketAddr, shared: bool) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Connections of a process before this one may still be closing.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::{bind, bind_shared};

    #[test]
    fn several_sockets_share_an_address_and_no_other_process_may() {
        let sockets = bind_shared("delivery.listen", ([127, 0, 0, 1], 0).into(), 3).unwrap();
        let address = sockets[0].local_addr().unwrap();
        for socket in &sockets {
            assert_eq!(socket.local_addr().unwrap(), address);
        }
        let fault = bind_shared("delivery.listen", address, 1).unwrap_err();
        assert!(fault.to_string().contains("in use"), "{fault}");
    }

    #[tokio::test]
    async fn an_address_in_use_is_named_with_its_setting() {
        let first = bind("delivery.listen", ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let address = first.local_addr().unwrap();
        let fault = bind("delivery.listen", address)
            .await
            .unwrap_err()
            .to_string();
        assert!(fault.starts_with("delivery.listen: 127.0.0.1:"), "{fault}");
        assert!(fault.contains("in use"), "{fault}");
    }
}
