//! RFC 9110 §13.2.2 as a table: what the answer to a conditional request must be.

use std::ops::RangeInclusive;

use super::axes::{Date, IfRange, Meant, Ranges, Tags, Versions};

/// A request's method and conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conditions {
    pub(super) method: &'static str,
    pub(super) if_match: Tags,
    pub(super) if_unmodified_since: Date,
    pub(super) if_none_match: Tags,
    pub(super) if_modified_since: Date,
    pub(super) if_range: IfRange,
    pub(super) range: Ranges,
}

pub(super) const NONE: Conditions = Conditions {
    method: "GET",
    if_match: Tags::Absent,
    if_unmodified_since: Date::Absent,
    if_none_match: Tags::Absent,
    if_modified_since: Date::Absent,
    if_range: IfRange::Absent,
    range: Ranges::Absent,
};

impl Conditions {
    pub(super) fn headers(&self, versions: Versions<'_>) -> Vec<(&'static str, String)> {
        let fields = [
            ("If-Match", self.if_match.lines(versions)),
            (
                "If-Unmodified-Since",
                self.if_unmodified_since.lines(versions),
            ),
            ("If-None-Match", self.if_none_match.lines(versions)),
            ("If-Modified-Since", self.if_modified_since.lines(versions)),
            ("If-Range", self.if_range.lines(versions)),
            ("Range", self.range.lines()),
        ];
        let lines = fields
            .into_iter()
            .flat_map(|(name, lines)| lines.into_iter().map(move |line| (name, line)));
        lines.collect()
    }
}

/// What an answer must be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Must {
    Whole,
    Parts(Vec<RangeInclusive<usize>>),
    NotModified,
    NotFound,
    NotAllowed,
    PreconditionFailed,
    RangeNotSatisfiable,
}

/// For a version of `len` bytes that has an entity tag and a date; `None`: there is no object.
pub(super) fn must(asked: &Conditions, len: Option<usize>) -> Must {
    // §13.2.1: what would be neither 2xx nor 412 without conditions is so with them. A range is
    // looked at behind them (§14.2), so 416 is not of that kind.
    if !matches!(asked.method, "GET" | "HEAD") {
        return Must::NotAllowed;
    }
    let Some(len) = len else {
        return Must::NotFound;
    };
    // Step 1: If-Match is present. It compares strongly (§13.1.1).
    if let Some(holds) = asked.if_match.hold_strongly() {
        if !holds {
            return Must::PreconditionFailed;
        }
    } else if asked.if_unmodified_since.is_passed() == Some(true) {
        // Step 2: it is not, and If-Unmodified-Since is.
        return Must::PreconditionFailed;
    }
    // Step 3: If-None-Match is present. It compares weakly (§13.1.2).
    if let Some(holds) = asked.if_none_match.hold_weakly() {
        if holds {
            return Must::NotModified;
        }
    } else if asked.if_modified_since.is_passed() == Some(false) {
        // Step 4: it is not, and If-Modified-Since is.
        return Must::NotModified;
    }
    // Step 5: a range is `GET`'s alone (§14.2), and ignored where If-Range does not hold (§13.1.5).
    if asked.method != "GET" || asked.if_range.holds() == Some(false) {
        return Must::Whole;
    }
    match asked.range.meant(len) {
        Meant::Nothing => Must::Whole,
        Meant::Satisfiable(places) => Must::Parts(places),
        Meant::Unsatisfiable => Must::RangeNotSatisfiable,
    }
}
