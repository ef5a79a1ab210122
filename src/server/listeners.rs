//! The three listeners, taken before anything is served.

use std::net::{self, SocketAddr};

use tokio::net::TcpListener;

use super::ServerFault;
use crate::config::Config;
use crate::listen::{Inherited, bind, bind_shared};

/// The three listeners, taken.
#[derive(Debug)]
pub struct Listeners {
    /// Sockets that share the connections of one address.
    pub(super) delivery: Vec<net::TcpListener>,
    pub(super) signing: Option<TcpListener>,
    pub(super) ops: TcpListener,
    addresses: Addresses,
}

/// Where the listeners listen.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// Objects.
    pub delivery: SocketAddr,
    /// The signing API, where it is on.
    pub signing: Option<SocketAddr>,
    /// Probes and metrics.
    pub ops: SocketAddr,
}

impl Listeners {
    /// Takes every address of a configuration.
    ///
    /// # Errors
    /// The first address that cannot be had.
    pub async fn bind(config: &Config) -> Result<Self, ServerFault> {
        Self::take(config, Inherited::default()).await
    }

    /// Takes the sockets that the process was started with, and every address of a configuration
    /// for which there is none.
    ///
    /// # Errors
    /// The first address that cannot be had, or socket that cannot be used.
    pub async fn take(config: &Config, inherited: Inherited) -> Result<Self, ServerFault> {
        let mut delivery = inherited.delivery;
        if delivery.is_empty() {
            let settings = &config.delivery;
            delivery = bind_shared("delivery.listen", settings.listen, settings.workers)?;
        }
        let signing = match (inherited.signing, &config.signing) {
            (Some(socket), Some(_)) => Some(from_std(socket)?),
            (None, Some(signing)) => Some(bind("signing.listen", signing.listen).await?),
            (Some(_), None) => {
                tracing::warn!("the socket for the signing API is not used: there is no [signing]");
                None
            }
            (None, None) => None,
        };
        let ops = match inherited.ops {
            Some(socket) => from_std(socket)?,
            None => bind("ops.listen", config.ops.listen).await?,
        };
        Ok(Self::of(delivery, signing, ops)?)
    }

    /// Listeners that were taken already.
    ///
    /// # Errors
    /// The system's word on an address.
    pub fn new(
        delivery: TcpListener,
        signing: Option<TcpListener>,
        ops: TcpListener,
    ) -> std::io::Result<Self> {
        Self::of(vec![delivery.into_std()?], signing, ops)
    }

    fn of(
        delivery: Vec<net::TcpListener>,
        signing: Option<TcpListener>,
        ops: TcpListener,
    ) -> std::io::Result<Self> {
        let none = || std::io::Error::other("there is no delivery socket");
        let addresses = Addresses {
            delivery: delivery.first().ok_or_else(none)?.local_addr()?,
            signing: signing.as_ref().map(TcpListener::local_addr).transpose()?,
            ops: ops.local_addr()?,
        };
        Ok(Self {
            delivery,
            signing,
            ops,
            addresses,
        })
    }

    /// Where they listen.
    pub const fn addresses(&self) -> Addresses {
        self.addresses
    }
}

/// A socket from outside, for the runtime.
pub(super) fn from_std(socket: net::TcpListener) -> std::io::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
}

/// A socket for each of `workers` at least: where there are fewer, some are shared.
pub(super) fn spread(
    mut sockets: Vec<net::TcpListener>,
    workers: usize,
) -> std::io::Result<Vec<net::TcpListener>> {
    let taken = sockets.len();
    for more in taken..workers {
        let shared = sockets[more - taken].try_clone()?;
        sockets.push(shared);
    }
    Ok(sockets)
}
