//! A verdict, step by step, for people (what `countersign explain` prints). Uses the heap.

mod note;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::diagnosis::Diagnosis;
use crate::reason::Reason;
use crate::request::{Headers, Request};
use crate::revocation::Revocations;
use crate::scratch::Scratch;
use crate::verdict::Verdict;
use crate::verify::Verifier;
use crate::watch::{self, Watch};

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

impl<T: AsRef<str>, R: Revocations> Verifier<'_, T, R> {
    /// [`Verifier::verify`], with what happened on the way. It is the same code that decides.
    /// No secret and no computed signature is part of it.
    pub fn explain<'r, H: Headers<'r>>(
        &self,
        request: &Request<'r, H>,
        now: u64,
        scratch: &'r mut Scratch,
    ) -> (Verdict<'r>, Explanation) {
        let mut recorder = Recorder::default();
        let verdict = self.watched(request, now, scratch, &mut recorder);
        (verdict, recorder.told)
    }
}

#[derive(Default)]
struct Recorder {
    told: Explanation,
    /// The text of the token that is looked at, where it can be read.
    text: Option<Vec<u8>>,
    signed: Vec<u8>,
}

impl Recorder {
    fn tell(&mut self, name: &'static str, outcome: Outcome, note: String) {
        self.told.steps.push(Step {
            name,
            outcome,
            note,
        });
    }
}

impl<T: AsRef<str>> Watch<T> for Recorder {
    const SIGNED: bool = true;

    fn step(&mut self, step: watch::Step<'_, T>) {
        use watch::Step as S;
        match step {
            S::Located(Ok(path)) => {
                self.tell("path", Outcome::Passed, note::path(path));
            }
            S::Located(Err(reason)) => {
                self.tell(
                    "path",
                    Outcome::Failed(reason),
                    note::located(reason).to_string(),
                );
            }
            S::Mode(mode) => self.tell("policy", Outcome::Noted, note::mode(mode).to_string()),
            S::Token(carrier, text) => {
                self.tell("carrier", Outcome::Noted, note::token(carrier, text));
                self.text = text.map(<[u8]>::to_vec);
            }
            S::NoToken => {
                let note = "no token in path, query, header or cookies".to_string();
                self.tell("carrier", Outcome::Failed(Reason::Missing), note);
            }
            S::Text(Ok(fields)) => self.tell("text", Outcome::Passed, note::fields(fields)),
            S::Text(Err(reason)) => {
                let text = self.text.take().map(|text| Diagnosis::of(&text));
                self.tell("text", Outcome::Failed(reason), note::text(text));
            }
            S::Key(kid, Some(key)) => self.tell("key", Outcome::Passed, note::key(kid, key)),
            S::Key(kid, None) => {
                let note = alloc::format!("no key is called {kid:?} at this site");
                self.tell("key", Outcome::Failed(Reason::UnknownKey), note);
            }
            S::Check(reason, facts, passed) => {
                if reason == Reason::BadSignature {
                    let signed = core::mem::take(&mut self.signed);
                    self.tell("signed bytes", Outcome::Noted, note::signed(&signed));
                }
                let outcome = if passed {
                    Outcome::Passed
                } else {
                    Outcome::Failed(reason)
                };
                self.tell(
                    note::check_name(reason),
                    outcome,
                    note::check(reason, facts, passed),
                );
            }
        }
    }

    fn signed(&mut self, bytes: &[u8]) {
        self.signed.extend_from_slice(bytes);
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
