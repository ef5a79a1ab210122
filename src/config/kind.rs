//! What kind of value a setting holds, noted as the reader asks for it, so that the schema for
//! editors cannot say anything else.

/// A kind of value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// One of these.
    Words(Vec<String>),
    Path,
    /// Of text.
    List,
    Patterns,
    /// A table with names of the user's own.
    OpenTable,
    Boolean,
    Integer {
        least: u64,
        most: u64,
    },
    Bytes,
    Duration,
    SecsOrDuration,
    Moment,
    /// A table of settings.
    Table,
    /// Any number of such tables.
    Tables,
}
