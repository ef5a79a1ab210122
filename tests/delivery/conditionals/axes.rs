//! What each header of a conditional request may say, and what that means: the words for the wire,
//! the meaning for the table. Nothing here reads a header.

use std::ops::RangeInclusive;

/// A version of the object.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) etag: String,
    pub(super) modified: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// The version that answers, and one that there was or will be.
#[derive(Clone, Copy)]
pub(super) struct Versions<'v> {
    pub(super) current: &'v Version,
    pub(super) other: &'v Version,
}

impl Versions<'_> {
    /// While the other one answers.
    pub(super) fn turned(self) -> Self {
        Self {
            current: self.other,
            other: self.current,
        }
    }
}

/// Before and behind every version's date, in the forms that RFC 9110 §5.6.7 calls obsolete.
const EARLIER: &str = "Friday, 01-Jan-99 00:00:00 GMT";
const LATER: &str = "Thu Jan  1 00:00:00 2015";

/// `If-Match`, `If-None-Match` (§13.1.1, §13.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tags {
    Absent,
    Any,
    Current,
    Among,
    InTwoLines,
    Weak,
    Other,
    Unknown,
    Broken,
}

impl Tags {
    pub(super) const ALL: [Self; 9] = [
        Self::Absent,
        Self::Any,
        Self::Current,
        Self::Among,
        Self::InTwoLines,
        Self::Weak,
        Self::Other,
        Self::Unknown,
        Self::Broken,
    ];

    pub(super) fn lines(self, versions: Versions<'_>) -> Vec<String> {
        let tag = versions.current.etag.as_str();
        match self {
            Self::Absent => vec![],
            Self::Any => vec!["*".into()],
            Self::Current => vec![tag.into()],
            Self::Among => vec![format!("\"a,b\" ,,W/\"c\", {tag},\"\"")],
            Self::InTwoLines => vec!["\"a\"".into(), tag.into()],
            Self::Weak => vec![format!("W/{tag}")],
            Self::Other => vec![versions.other.etag.clone()],
            Self::Unknown => vec!["\"a\", W/\"b\"".into()],
            Self::Broken => vec![tag.trim_matches('"').into()],
        }
    }

    /// §8.8.3.2; `None`: there is no such field.
    pub(super) fn hold_strongly(self) -> Option<bool> {
        match self {
            Self::Absent => None,
            Self::Any | Self::Current | Self::Among | Self::InTwoLines => Some(true),
            Self::Weak | Self::Other | Self::Unknown | Self::Broken => Some(false),
        }
    }

    pub(super) fn hold_weakly(self) -> Option<bool> {
        match self {
            Self::Weak => Some(true),
            other => other.hold_strongly(),
        }
    }
}

/// `If-Modified-Since`, `If-Unmodified-Since` (§13.1.3, §13.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Date {
    Absent,
    Same,
    Earlier,
    Later,
    Broken,
    Twice,
}

impl Date {
    pub(super) const ALL: [Self; 6] = [
        Self::Absent,
        Self::Same,
        Self::Earlier,
        Self::Later,
        Self::Broken,
        Self::Twice,
    ];

    pub(super) fn lines(self, versions: Versions<'_>) -> Vec<String> {
        let same = versions.current.modified;
        match self {
            Self::Absent => vec![],
            Self::Same => vec![same.into()],
            Self::Earlier => vec![EARLIER.into()],
            Self::Later => vec![LATER.into()],
            Self::Broken => vec!["yesterday".into()],
            Self::Twice => vec![same.into(), same.into()],
        }
    }

    /// Whether the version was modified after the date; `None`: there is no such field, or it is to
    /// be ignored, as one that is no date or has more than one member is.
    pub(super) fn is_passed(self) -> Option<bool> {
        match self {
            Self::Absent | Self::Broken | Self::Twice => None,
            Self::Same | Self::Later => Some(false),
            Self::Earlier => Some(true),
        }
    }
}

/// `If-Range` (§13.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfRange {
    Absent,
    Current,
    SameDate,
    Weak,
    Other,
    OtherDate,
    LaterDate,
    Any,
    Broken,
}

impl IfRange {
    pub(super) const ALL: [Self; 9] = [
        Self::Absent,
        Self::Current,
        Self::SameDate,
        Self::Weak,
        Self::Other,
        Self::OtherDate,
        Self::LaterDate,
        Self::Any,
        Self::Broken,
    ];

    pub(super) fn lines(self, versions: Versions<'_>) -> Vec<String> {
        let Versions { current, other } = versions;
        match self {
            Self::Absent => vec![],
            Self::Current => vec![current.etag.clone()],
            Self::SameDate => vec![current.modified.into()],
            Self::Weak => vec![format!("W/{}", current.etag)],
            Self::Other => vec![other.etag.clone()],
            Self::OtherDate => vec![other.modified.into()],
            Self::LaterDate => vec![LATER.into()],
            // Not a list, and no star: this is no validator.
            Self::Any => vec!["*".into()],
            Self::Broken => vec![current.etag.trim_matches('"').into()],
        }
    }

    /// `None`: there is no such field.
    pub(super) fn holds(self) -> Option<bool> {
        match self {
            Self::Absent => None,
            other => Some(matches!(other, Self::Current | Self::SameDate)),
        }
    }
}

/// `Range` (§14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ranges {
    Absent,
    One,
    Suffix,
    OverTheEnd,
    Several,
    OneWithin,
    Beyond,
    AllBeyond,
    OtherUnit,
    Backwards,
    OneBroken,
}

/// What a `Range` comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// It is not there, or not well-formed, or of an unknown unit: to be ignored.
    Nothing,
    Satisfiable(Vec<RangeInclusive<usize>>),
    Unsatisfiable,
}

impl Ranges {
    pub(super) const ALL: [Self; 11] = [
        Self::Absent,
        Self::One,
        Self::Suffix,
        Self::OverTheEnd,
        Self::Several,
        Self::OneWithin,
        Self::Beyond,
        Self::AllBeyond,
        Self::OtherUnit,
        Self::Backwards,
        Self::OneBroken,
    ];

    pub(super) fn lines(self) -> Vec<String> {
        let line = match self {
            Self::Absent => return vec![],
            Self::One => "bytes=2-5",
            Self::Suffix => "bytes=-7",
            Self::OverTheEnd => "bytes=9-99999",
            Self::Several => "bytes=100-109,2-5",
            Self::OneWithin => "bytes=99999-,2-5",
            Self::Beyond => "bytes=99999-",
            Self::AllBeyond => "bytes=99999-,-0",
            Self::OtherUnit => "lines=2-5",
            Self::Backwards => "bytes=5-2",
            Self::OneBroken => "bytes=2-5,a-b",
        };
        vec![line.into()]
    }

    pub(super) fn meant(self, len: usize) -> Meant {
        let places = match self {
            Self::Absent | Self::OtherUnit | Self::Backwards | Self::OneBroken => {
                return Meant::Nothing;
            }
            Self::Beyond | Self::AllBeyond => return Meant::Unsatisfiable,
            Self::One | Self::OneWithin => vec![2..=5],
            Self::Suffix => vec![len - 7..=len - 1],
            Self::OverTheEnd => vec![9..=len - 1],
            Self::Several => vec![100..=109, 2..=5],
        };
        Meant::Satisfiable(places)
    }
}
