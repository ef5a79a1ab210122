//! An explanation that is kept, on the heap.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use super::{Outcome, Tell, note};
use crate::diagnosis::Diagnosis;
use crate::reason::Reason;
use crate::request::{Headers, Request};
use crate::revocation::Revocations;
use crate::scratch::Scratch;
use crate::verdict::Verdict;
use crate::verify::Verifier;

/// One step of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// What was found; and where it failed, what would have passed.
    pub note: String,
}

/// The steps in the order they were taken; the last one of the token that decided tells the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Tell for Explanation {
    fn step(&mut self, name: &'static str, outcome: Outcome, note: &dyn Display) {
        let note = note.to_string();
        self.steps.push(Step {
            name,
            outcome,
            note,
        });
    }

    /// Every fault of the text, as `inspect` tells it.
    fn refused_text(&mut self, text: Option<&[u8]>, reason: Reason) {
        let faults = text.map(|text| match Diagnosis::of(text) {
            // The site's names are no matter of the text.
            text if text.is_sound() => {
                "signs the site's own parameter or header, which hold the token".to_string()
            }
            text => text.faults.join("; "),
        });
        let note = faults.as_deref().unwrap_or(note::UNREADABLE);
        self.step("text", Outcome::Failed(reason), &note);
    }
}

impl<T: AsRef<str>, R: Revocations> Verifier<'_, T, R> {
    /// [`Verifier::explain_to`], kept.
    pub fn explain<'r, H: Headers<'r>>(
        &self,
        request: &Request<'r, H>,
        now: u64,
        scratch: &'r mut Scratch,
    ) -> (Verdict<'r>, Explanation) {
        let mut told = Explanation::default();
        let verdict = self.explain_to(request, now, scratch, &mut told);
        (verdict, told)
    }
}
