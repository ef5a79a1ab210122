//! Sockets that whoever started the process has opened for it (socket activation, systemd's
//! sd_listen_fds(3)): they outlive it, so a restart refuses nobody.

use std::io;
use std::net::TcpListener;

use listenfd::ListenFd;

/// A name that belongs to no listener of this process, or a socket that is no listening TCP socket.
#[derive(Debug, thiserror::Error)]
pub enum InheritedFault {
    /// More sockets than listeners.
    #[error(
        "socket {number} of socket activation is for no listener; name them delivery, signing or \
         ops (FileDescriptorName=), or give them in that order"
    )]
    Unknown {
        /// Counted from 1.
        number: usize,
    },
    /// No TCP socket.
    #[error("socket {number} of socket activation cannot be used: {error}")]
    Socket {
        /// Counted from 1.
        number: usize,
        /// The system's word.
        error: io::Error,
    },
}

/// The sockets, by listener.
#[derive(Debug, Default)]
pub struct Inherited {
    /// Objects; several share the connections.
    pub delivery: Vec<TcpListener>,
    /// The signing API.
    pub signing: Option<TcpListener>,
    /// Probes and metrics.
    pub ops: Option<TcpListener>,
}

impl Inherited {
    /// Takes what there is; `names` are those of `LISTEN_FDNAMES`. Where none of them is a
    /// listener's, the order is delivery, signing, ops. To be called before threads start: the
    /// library clears the variables.
    ///
    /// # Errors
    /// [`InheritedFault`].
    pub fn take(names: &[String]) -> Result<Self, InheritedFault> {
        let mut sockets = ListenFd::from_env();
        let mut inherited = Self::default();
        for (at, name) in names_of(sockets.len(), names).into_iter().enumerate() {
            let number = at + 1;
            let socket = sockets.take_tcp_listener(at);
            let socket = socket.map_err(|error| InheritedFault::Socket { number, error })?;
            let Some(socket) = socket else { continue };
            match name {
                "delivery" => inherited.delivery.push(socket),
                "signing" if inherited.signing.is_none() => inherited.signing = Some(socket),
                "ops" if inherited.ops.is_none() => inherited.ops = Some(socket),
                _ => return Err(InheritedFault::Unknown { number }),
            }
        }
        Ok(inherited)
    }
}

const LISTENERS: [&str; 3] = ["delivery", "signing", "ops"];

/// Whose each of `count` sockets is.
fn names_of(count: usize, names: &[String]) -> Vec<&str> {
    let known = |name: &String| LISTENERS.contains(&name.as_str());
    let by_name = names.iter().any(known);
    let name = |at: usize| match by_name {
        true => names.get(at).map_or("", String::as_str),
        false => LISTENERS.get(at).copied().unwrap_or_default(),
    };
    (0..count).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::names_of;

    #[test]
    fn sockets_are_told_by_name_or_else_by_order() {
        let names = |text: &str| text.split(':').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names_of(2, &[]), ["delivery", "signing"]);
        assert_eq!(
            names_of(2, &names("countersign.socket:countersign.socket")),
            ["delivery", "signing"]
        );
        assert_eq!(
            names_of(3, &names("ops:delivery:delivery")),
            ["ops", "delivery", "delivery"]
        );
        assert_eq!(names_of(2, &names("ops:other")), ["ops", "other"]);
        assert_eq!(names_of(4, &[])[3], "");
    }
}
