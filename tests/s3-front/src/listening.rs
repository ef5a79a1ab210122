//! The listener, which can be closed for a time so that connections are refused.

use std::io::Result;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::connection;
use crate::state::State;

/// Whether connections are accepted from now on, and who is told when that is so.
pub(crate) type Command = (bool, SyncSender<()>);

/// A port that stays this front's own while nobody listens on it: a socket that is bound, and
/// never listens.
pub(crate) struct Port {
    _held: TcpSocket,
    pub(crate) address: SocketAddr,
}

impl Port {
    pub(crate) fn take(address: SocketAddr) -> Result<Self> {
        let held = bound(address)?;
        let address = held.local_addr()?;
        let _held = held;
        Ok(Self { _held, address })
    }

    pub(crate) fn listen(&self) -> Result<TcpListener> {
        bound(self.address)?.listen(4_096)
    }
}

fn bound(address: SocketAddr) -> Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Accepts connections until the runtime ends.
pub(crate) async fn run(
    port: Port,
    first: TcpListener,
    state: Arc<State>,
    mut commands: mpsc::Receiver<Command>,
) {
    let mut listener = Some(first);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            stream = accept(listener.as_ref()) => {
                state.journal.connections.fetch_add(1, Ordering::SeqCst);
                open.spawn(connection::serve(stream, Arc::clone(&state)));
            }
            Some((accepts, done)) = commands.recv() => {
                if accepts {
                    listener = listener.or_else(|| port.listen().ok());
                } else {
                    listener = None;
                    open.shutdown().await;
                }
                let _ = done.send(());
            }
            Some(_) = open.join_next(), if !open.is_empty() => {}
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    if let Some(listener) = listener {
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                return stream;
            }
            // Out of descriptors: one comes free in a moment.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
    std::future::pending().await
}
