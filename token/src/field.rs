//! The fields of a token, in the order of TOKEN.md §1's table.

mod list;
mod name;
mod rule;
mod value;

pub use self::list::MAX_LIST;
pub(crate) use self::list::{Members, members};
pub(crate) use self::name::Name;
pub use self::value::{MAX_USES, MIN_BPS};

/// A field's name. The order of the variants is the order in which fields stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    missing_docs,
    reason = "the names are the page's; their meaning is its table"
)]
pub enum Field {
    Kid,
    Exp,
    Nbf,
    Iat,
    Path,
    Ip,
    Geo,
    Method,
    Qs,
    Hdr,
    Jti,
    Sub,
    Sid,
    Uses,
    Ver,
    Cd,
    Ct,
    Bps,
    Data,
}

pub(crate) const FIELD_COUNT: usize = 19;

impl Field {
    /// Every field, in order.
    pub const ALL: [Self; FIELD_COUNT] = [
        Self::Kid,
        Self::Exp,
        Self::Nbf,
        Self::Iat,
        Self::Path,
        Self::Ip,
        Self::Geo,
        Self::Method,
        Self::Qs,
        Self::Hdr,
        Self::Jti,
        Self::Sub,
        Self::Sid,
        Self::Uses,
        Self::Ver,
        Self::Cd,
        Self::Ct,
        Self::Bps,
        Self::Data,
    ];

    /// The name in a token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kid => "kid",
            Self::Exp => "exp",
            Self::Nbf => "nbf",
            Self::Iat => "iat",
            Self::Path => "path",
            Self::Ip => "ip",
            Self::Geo => "geo",
            Self::Method => "method",
            Self::Qs => "qs",
            Self::Hdr => "hdr",
            Self::Jti => "jti",
            Self::Sub => "sub",
            Self::Sid => "sid",
            Self::Uses => "uses",
            Self::Ver => "ver",
            Self::Cd => "cd",
            Self::Ct => "ct",
            Self::Bps => "bps",
            Self::Data => "data",
        }
    }

    /// The field of a name that [`Name`] has read, looked for from `likely` on in the table.
    #[inline]
    pub(crate) fn named(name: Name, likely: usize) -> Option<Self> {
        let (before, from) = NAMES.split_at(likely.min(FIELD_COUNT));
        let place = match from.iter().position(|&known| known == name) {
            Some(place) => before.len() + place,
            None => before.iter().position(|&known| known == name)?,
        };
        Some(Self::ALL[place])
    }

    /// Whether its value is a number.
    #[inline]
    pub(crate) const fn is_number(self) -> bool {
        matches!(
            self,
            Self::Exp | Self::Nbf | Self::Iat | Self::Uses | Self::Bps
        )
    }
}

/// The names of [`Field::ALL`].
const NAMES: [Name; FIELD_COUNT] = {
    let mut names = [Name::of(b""); FIELD_COUNT];
    let mut place = 0;
    while place < FIELD_COUNT {
        names[place] = Name::of(Field::ALL[place].as_str().as_bytes());
        place += 1;
    }
    names
};

#[cfg(test)]
mod tests {
    use super::{FIELD_COUNT, Field, Name};

    #[test]
    fn every_name_reads_back_and_the_order_is_the_tables() {
        for field in Field::ALL {
            let name = std::format!("{}=", field.as_str());
            let (name, behind) = Name::read(name.as_bytes()).unwrap();
            assert_eq!((Field::named(name, 0), behind), (Some(field), &b""[..]));
        }
        assert!(Field::ALL.is_sorted());
        for likely in 0..=FIELD_COUNT {
            assert_eq!(Field::named(Name::SIGNATURE, likely), None);
            assert_eq!(Field::named(Name::of(b"sub"), likely), Some(Field::Sub));
        }
        assert!(Name::read(b"=").is_none() && Name::read(b"abcdefghi=").is_none());
    }
}
