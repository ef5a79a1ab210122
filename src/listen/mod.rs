//! Sockets: bound, accepted from, and closed without cutting an answer.

mod bind;
mod connection;
mod drain;
mod proxy_protocol;

pub use self::bind::{BindFault, bind};
pub use self::connection::{ConnectionSettings, serve};
pub use self::drain::{Drain, Shutdown, shutdown_signal};
pub use self::proxy_protocol::{ProxyFault, ProxyProtocol};
