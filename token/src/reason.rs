//! Why a request is refused: the table of TOKEN.md §5, in its order.

/// A denial's reason. Its order here is the order in which the checks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The request's path has no canonical form.
    BadPath,
    /// Two explicit tokens, or a signed parameter or header without one plain value.
    Conflict,
    /// No token.
    Missing,
    /// The text breaks the grammar or the table of fields.
    Malformed,
    /// Another version, or a field that this build does not know.
    Unsupported,
    /// No such `kid` at this site.
    UnknownKey,
    /// The key is retired, not yet in use, or past its end.
    KeyRetired,
    /// The signature does not hold for this path, site and signed values.
    BadSignature,
    /// The token lives longer than key or site allow.
    Lifetime,
    /// Before `nbf`.
    NotYetValid,
    /// At or after `exp`.
    Expired,
    /// No pattern of the token or of its key covers the path.
    Path,
    /// The method is not granted.
    Method,
    /// The client is in no granted network, or its address is unknown.
    Ip,
    /// The client's country is not granted, or unknown.
    Geo,
    /// The token, its user, session or key is revoked.
    Revoked,
    /// No uses are left. Found by hosts that count, after the verdict.
    Exhausted,
}

impl Reason {
    /// All reasons, in the order of the table.
    pub const ALL: [Self; 17] = [
        Self::BadPath,
        Self::Conflict,
        Self::Missing,
        Self::Malformed,
        Self::Unsupported,
        Self::UnknownKey,
        Self::KeyRetired,
        Self::BadSignature,
        Self::Lifetime,
        Self::NotYetValid,
        Self::Expired,
        Self::Path,
        Self::Method,
        Self::Ip,
        Self::Geo,
        Self::Revoked,
        Self::Exhausted,
    ];

    /// The word that answers, logs and vectors carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadPath => "bad_path",
            Self::Conflict => "conflict",
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::UnknownKey => "unknown_key",
            Self::KeyRetired => "key_retired",
            Self::BadSignature => "bad_signature",
            Self::Lifetime => "lifetime",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::Path => "path",
            Self::Method => "method",
            Self::Ip => "ip",
            Self::Geo => "geo",
            Self::Revoked => "revoked",
            Self::Exhausted => "exhausted",
        }
    }

    /// The reason of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// The HTTP status, unless the site maps the reason to another.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadPath | Self::Conflict => 400,
            Self::Missing => 401,
            _ => 403,
        }
    }
}

/// How far down the table a denial came: its row. `conflict` has two, so the check says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row(u8);

impl Row {
    /// The row of a denial of one token, as found after its carrier was chosen.
    pub(crate) const fn of(reason: Reason) -> Self {
        Self(match reason {
            Reason::BadPath => 0,
            Reason::Missing => 2,
            Reason::Malformed | Reason::Unsupported => 3,
            Reason::UnknownKey => 4,
            Reason::KeyRetired => 5,
            // Carriers that conflict are settled before any token is looked at.
            Reason::Conflict => 6,
            Reason::BadSignature => 7,
            Reason::Lifetime => 8,
            Reason::NotYetValid => 9,
            Reason::Expired => 10,
            Reason::Path => 11,
            Reason::Method => 12,
            Reason::Ip => 13,
            Reason::Geo => 14,
            Reason::Revoked => 15,
            Reason::Exhausted => 16,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Reason, Row};

    #[test]
    fn every_word_reads_back_as_its_reason() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(Reason::parse("nonsense"), None);
    }

    #[test]
    fn malformed_and_unsupported_share_a_row_and_the_rest_descend() {
        assert_eq!(Row::of(Reason::Malformed), Row::of(Reason::Unsupported));
        assert!(Row::of(Reason::KeyRetired) < Row::of(Reason::Conflict));
        assert!(Row::of(Reason::Conflict) < Row::of(Reason::BadSignature));
        assert!(Row::of(Reason::Geo) < Row::of(Reason::Revoked));
    }
}
