//! A request for several ranges: which version they are read of, and how that one is answered.

use http::Response;

use super::opening::Opening;
use super::{Answer, Found, Visit};
use crate::answer::body::Body;
use crate::answer::byteranges::ByteRanges;
use crate::answer::object::{self, Terms};
use crate::answer::range::Asked;
use crate::answer::range_set::{RangeSet, Within};
use crate::answer::refusal::Refusal;
use crate::answer::representation::Wishes;
use crate::cache::{self, Described, Opened, Parts, Wanted};
use crate::store::ByteRange;

/// Parts of the version that is open.
pub(super) struct Several {
    ranges: ByteRanges,
    /// Brings all parts but the first, which is the body that was opened.
    further: Parts,
}

impl Several {
    /// `first`: the first part's bytes.
    pub(super) fn response(
        self,
        meta: &Described,
        terms: Terms<'_>,
        first: cache::Body,
    ) -> Response<Body> {
        let (mut first, further) = (Some(first), self.further);
        object::parts(meta, terms, self.ranges, move |range| {
            first.take().unwrap_or_else(|| further.body(range))
        })
    }
}

impl Visit {
    /// Answers `set`, of which `opened` brings the first range, for which the conditions held.
    pub(super) async fn several(
        &self,
        set: &RangeSet,
        wishes: Wishes<'_>,
        opened: Opened,
        object: &Opening<'_>,
    ) -> Result<Found, Refusal> {
        let opened = match set.first_within(opened.meta.len_bytes) {
            // The first one lies beyond the object, which was not known before.
            Some(first) if opened.range.as_ref() != Some(&first) => {
                let first = ByteRange::FromTo {
                    first: first.start,
                    last: first.end.saturating_sub(1),
                };
                let opened = object.open_parts(Some(first)).await?;
                match self.condition(&opened, &Asked::One(first))? {
                    Answer::Part => opened,
                    Answer::NotModified => {
                        let answer = Answer::NotModified;
                        return Ok(Found { opened, answer });
                    }
                    Answer::Whole | Answer::Several(_) => return self.all(object).await,
                }
            }
            _ => opened,
        };
        match answer(set, wishes, &opened) {
            Some(answer) => Ok(Found { opened, answer }),
            None => self.all(object).await,
        }
    }

    /// The whole object instead, where the conditions hold for the version that it has now.
    pub(super) async fn all(&self, object: &Opening<'_>) -> Result<Found, Refusal> {
        let opened = object.open(Wanted::Bytes(None)).await?;
        let answer = self.condition(&opened, &Asked::Whole)?;
        Ok(Found { opened, answer })
    }
}

/// `None`: the whole. So it is, too, where the object changed so that another range is the first.
fn answer(set: &RangeSet, wishes: Wishes<'_>, opened: &Opened) -> Option<Answer> {
    let (first, answer) = match set.within(opened.meta.len_bytes) {
        Within::Nothing => (None, Answer::Part),
        Within::One(range) => (Some(range), Answer::Part),
        Within::Several(ranges) => {
            let first = ranges.first().cloned();
            let ranges = ByteRanges::new(ranges, &opened.meta, wishes)?;
            let further = opened.parts.clone()?;
            (first, Answer::Several(Several { ranges, further }))
        }
        Within::TooMuch => return None,
    };
    (first == opened.range).then_some(answer)
}
