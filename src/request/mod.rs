//! What is read of a request before its token: whose site it is for, and who asks.

mod client;
mod fields;
mod forwarded;
#[cfg(test)]
mod forwarded_tests;
mod framing;
mod headers;
mod host;
mod id;
mod network;
mod plain;
mod side_by_side;
mod target;

pub use self::client::{Client, Country};
pub use self::fields::has_padded_value;
pub use self::framing::is_chunked;
pub use self::headers::Lines;
pub use self::host::{HostFault, any_host, host_of, is_host, written_host};
pub use self::id::RequestId;
pub use self::network::Network;
pub use self::plain::{Plain, Reading, Space};
pub use self::side_by_side::none_is;
pub use self::target::names_an_object;
