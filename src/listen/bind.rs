//! Taking an address.

use std::io::ErrorKind;
use std::net::SocketAddr;

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
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => BindFault::InUse { name, address },
            ErrorKind::PermissionDenied => BindFault::Denied { name, address },
            ErrorKind::AddrNotAvailable => BindFault::NotHere { name, address },
            _ => BindFault::Other {
                name,
                address,
                error,
            },
        })
}

#[cfg(test)]
mod tests {
    use super::bind;

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
