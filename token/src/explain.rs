//! A verdict, step by step, for people (what `countersign explain` prints).

#[cfg(feature = "alloc")]
mod kept;
mod note;

use core::fmt::Display;

#[cfg(feature = "alloc")]
pub use self::kept::{Explanation, Step};
use crate::reason::Reason;
use crate::request::{Headers, Request};
use crate::revocation::Revocations;
use crate::scratch::Scratch;
use crate::verdict::Verdict;
use crate::verify::Verifier;
use crate::watch::{self, Feed, Watch};

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was decided; it is told for the reader.
    Noted,
    /// The check passed.
    Passed,
    /// The check failed, with this reason.
    Failed(Reason),
}

/// Somebody who is told of a verification, step by step.
pub trait Tell {
    /// What was looked at, in a word or two; how it went; what was found, and where it failed, what
    /// would have passed.
    fn step(&mut self, name: &'static str, outcome: Outcome, note: &dyn Display);

    /// A text that is refused, where it can be read: a step that is told in brief, as each of its
    /// faults can be told on the heap only.
    fn refused_text(&mut self, text: Option<&[u8]>, reason: Reason) {
        self.step("text", Outcome::Failed(reason), &note::text(text, reason));
    }
}

impl<T: AsRef<str>, R: Revocations> Verifier<'_, T, R> {
    /// [`Verifier::verify`], with what happens on the way told as it happens. It is the same code
    /// that decides. No secret and no computed signature is told. Allocates nothing.
    pub fn explain_to<'r, H: Headers<'r>>(
        &self,
        request: &Request<'r, H>,
        now: u64,
        scratch: &'r mut Scratch,
        tell: &mut dyn Tell,
    ) -> Verdict<'r> {
        self.watched(request, now, scratch, &mut Teller(tell))
    }
}

struct Teller<'t>(&'t mut dyn Tell);

impl<T: AsRef<str>> Watch<T> for Teller<'_> {
    const SIGNED: bool = true;

    fn step(&mut self, step: watch::Step<'_, T>) {
        use watch::Step as S;
        let mut tell = |name, outcome, note: &dyn Display| self.0.step(name, outcome, note);
        let passed_or = |passed, reason| match passed {
            true => Outcome::Passed,
            false => Outcome::Failed(reason),
        };
        match step {
            S::Located(Ok(path)) => tell("path", Outcome::Passed, &note::path(path)),
            S::Located(Err(reason)) => {
                tell("path", Outcome::Failed(reason), &note::located(reason));
            }
            S::Mode(mode) => tell("policy", Outcome::Noted, &note::mode(mode)),
            S::Token(carrier, text) => {
                tell("carrier", Outcome::Noted, &note::token(carrier, text));
            }
            S::NoToken => {
                let note = "no token in path, query, header or cookies";
                tell("carrier", Outcome::Failed(Reason::Missing), &note);
            }
            S::Text(_, Ok(fields)) => tell("text", Outcome::Passed, &note::fields(fields)),
            S::Text(text, Err(reason)) => self.0.refused_text(text, reason),
            S::Key(kid, Some(key)) => tell("key", Outcome::Passed, &note::key(kid, key)),
            S::Key(kid, None) => {
                let outcome = Outcome::Failed(Reason::UnknownKey);
                tell("key", outcome, &note::unknown_key(kid));
            }
            S::Check(reason, facts, passed) => tell(
                note::check_name(reason),
                passed_or(passed, reason),
                &note::check(reason, facts, passed),
            ),
        }
    }

    fn signed(&mut self, feed: Feed<'_>) {
        let note = note::signed(feed);
        self.0.step("signed bytes", Outcome::Noted, &note);
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use crate::{
        CanonicalPath, Explanation, Key, Names, Outcome, Reason, Request, Scratch, SignedFacts,
        Site, Terms, Verifier, sign,
    };

    fn explained(target: &str, now: u64) -> Explanation {
        let site = Site::new("s", Names::default()).unwrap();
        let keys = [Key::hs256("k1", &"0f".repeat(32)).unwrap()];
        let facts = SignedFacts {
            path: CanonicalPath::new("/a").ok(),
            ..SignedFacts::default()
        };
        let terms = Terms {
            exp: 100,
            ..Terms::default()
        };
        let token = sign(&terms, &facts, &site, &keys[0], None).unwrap();
        let target = target.replace("TOKEN", &token);
        let verifier = Verifier {
            site: &site,
            policy: &[],
            keys: &keys,
            revocations: &(),
        };
        let request = Request {
            method: "GET",
            target: target.as_bytes(),
            headers: (),
            client: None,
            country: None,
        };
        verifier.explain(&request, now, &mut Scratch::new()).1
    }

    #[test]
    fn an_explanation_ends_with_the_check_that_failed_and_what_would_have_passed() {
        let told = explained("/a?cs=TOKEN", 130);
        let last = told.steps.last().unwrap();
        assert_eq!(last.outcome, Outcome::Failed(Reason::Expired));
        assert!(last.note.contains("30 s"), "{}", last.note);
        let told = explained("/b?cs=TOKEN", 99);
        let last = told.steps.last().unwrap();
        assert_eq!(last.outcome, Outcome::Failed(Reason::BadSignature));
    }

    #[test]
    fn a_text_that_is_refused_is_told_by_its_faults() {
        for (target, fault) in [
            ("/a?cs=1~exp=7~kid=k1~sig=A", "sig: has 1 characters"),
            ("/a?cs=1~exp=7~kid=k1~sig=A", "kid: must stand before exp"),
            ("/a?cs=1~kid=k1~foo=x~exp=7~sig=A", "no such field"),
            (
                "/a?cs=1~kid=k1~exp=1~sub=a%20b~sig=A",
                "' ' must be written ~20",
            ),
            ("/a?cs=2~x", "is of version 2"),
            ("/a?cs=%E4", "has the byte E4"),
            ("/a?cs=%", "cannot be read"),
        ] {
            let told = explained(target, 1);
            let last = told.steps.last().unwrap();
            assert_eq!(last.name, "text");
            assert!(last.note.contains(fault), "{fault}: {}", last.note);
        }
        let own = alloc::format!("/a?cs=1~kid=k1~exp=7~qs=cs~sig={}", "A".repeat(43));
        let told = explained(&own, 1);
        let note = &told.steps.last().unwrap().note;
        assert!(note.contains("the site's own"), "{note}");
    }

    #[test]
    fn it_shows_the_signed_bytes_and_never_the_secret() {
        let told = explained("/a?cs=TOKEN", 99);
        let signed = told
            .steps
            .iter()
            .find(|step| step.name == "signed bytes")
            .unwrap();
        assert_eq!(
            signed.note,
            "13:countersign/1,1:s,16:1~kid=k1~exp=100,2:/a,"
        );
        let all = told
            .steps
            .iter()
            .map(|step| step.note.to_string())
            .collect::<std::string::String>();
        assert!(!all.contains("0f0f"));
        assert_eq!(
            explained("/a", 1).steps.last().unwrap().outcome,
            Outcome::Failed(Reason::Missing)
        );
    }
}
