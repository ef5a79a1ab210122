//! Why a listener closed a connection of itself.

use super::super::pulse::Overdue;

/// Why, as metrics tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::listen) enum Closed {
    /// It came under a limit.
    Limit(Overdue),
    /// What came was no request of HTTP, or an ambiguous one: it was told 400 or 431, or `GOAWAY` with
    /// an error, and has no line in the access log.
    Malformed,
    /// What came was no TLS, there is no version, cipher or protocol in common, or the client refused
    /// the certificate.
    Handshake,
}

const LIMITS: usize = Overdue::ALL.len();

impl Closed {
    /// How many there are.
    pub(super) const COUNT: usize = LIMITS + 2;

    /// Its place among them.
    pub(super) const fn index(self) -> usize {
        match self {
            Self::Limit(overdue) => overdue as usize,
            Self::Malformed => LIMITS,
            Self::Handshake => LIMITS + 1,
        }
    }

    /// The words in metrics, in order of their places.
    pub(super) fn words() -> impl Iterator<Item = &'static str> {
        let limits = Overdue::ALL.into_iter().map(Overdue::as_str);
        limits.chain(["malformed", "tls_handshake"])
    }
}

#[cfg(test)]
mod tests {
    use super::Closed;
    use crate::listen::pulse::Overdue;

    #[test]
    fn each_has_a_word_at_its_own_place() {
        let words: Vec<_> = Closed::words().collect();
        assert_eq!(words.len(), Closed::COUNT);
        for overdue in Overdue::ALL {
            assert_eq!(words[Closed::Limit(overdue).index()], overdue.as_str());
        }
        assert_eq!(words[Closed::Malformed.index()], "malformed");
        assert_eq!(words[Closed::Handshake.index()], "tls_handshake");
    }
}
