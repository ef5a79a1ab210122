//! Files, environment and flags, read into one checked [`Config`]; every fault at once.
//!
//! The layers are laid over each other as trees of values that know where they were written
//! (`tree`, `overlay`); a `reader` then takes typed settings out of the result, records what is
//! wrong and goes on (`getters`, `quantities`, `secrets`, `schema`).

mod documented;
mod effective;
mod fixed;
mod getters;
mod json_schema;
mod key_entry;
mod key_file;
mod kind;
mod load;
pub mod model;
mod networks;
mod overlay;
mod permissions;
mod place;
mod quantities;
mod reader;
mod schema;
mod secrets;
mod service_manager;
#[cfg(test)]
mod settings_doc;
mod sources;
mod telemetry;
mod tree;
mod units;

pub use self::effective::{Effective, REDACTED, effective};
pub use self::fixed::Fixed;
pub use self::getters::patterns;
pub use self::json_schema::json_schema;
pub use self::key_file::{parse_key_file, read_key_file};
pub use self::load::{DEFAULT_FILE, Inputs, KeySecrets, Loaded, load_with_secrets};
pub use self::model::Config;
pub use self::networks::Networks;
pub use self::overlay::Flag;
pub use self::overlay::process_environment;
pub use self::place::{Faults, Finding, Place, Warning};
pub use self::service_manager::process_socket_names;
pub use self::sources::{Sources, read_text};
pub use self::telemetry::{TelemetryFault, process_sends_traces};
pub use self::units::{is_origin, rfc3339, to_hex, unix_secs};
