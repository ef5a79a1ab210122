//! Sockets: taken, accepted from, and closed without cutting an answer.
//!
//! A connection's way: accept → (PROXY header) → (TLS) → HTTP/1.1 or HTTP/2, under the limits of [`Limits`].

mod accept;
mod bind;
mod connection;
pub mod descriptors;
mod drain;
mod gate;
mod http;
mod inherited;
mod kept;
mod lingering;
mod proxy_protocol;
mod pulse;
mod queue;
pub mod service_manager;
mod shed;
mod tls;
mod workers;

pub use self::accept::serve;
pub use self::bind::{BindFault, bind, bind_shared};
pub use self::connection::ConnectionSettings;
pub use self::drain::{Drain, Shutdown, shutdown_signal};
pub use self::gate::{Figures, Gate};
pub use self::http::{Again, Answered, Answers, Head, Sent};
pub use self::inherited::{Inherited, InheritedFault};
pub use self::proxy_protocol::{ProxyFault, ProxyProtocol};
pub use self::pulse::Limits;
pub use self::shed::Shed;
pub use self::tls::{Tls, TlsFault};
pub use self::workers::Workers;
