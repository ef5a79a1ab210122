//! What is known of a call, and the line at its end.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{About, Action, Line, Outcome, bounded};
use crate::config::rfc3339;
use crate::sign::Signing;
use crate::sign::caller::Caller;
use crate::sign::refusal::Refusal;

/// The longest caller and authority.
const MAX_NAME_BYTES: usize = 256;
/// The longest pointer.
const MAX_POINTER_BYTES: usize = 160;
/// The most pointers.
const MAX_POINTERS: usize = 16;

/// What is known of a call until it ends; the end writes the line. A call that ends without an
/// answer writes one as well.
pub(in crate::sign) struct Trail<'s> {
    state: &'s Signing,
    request_id: String,
    action: Action,
    client: Option<IpAddr>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    authority: Option<String>,
    caller: Option<String>,
    about: About,
    /// A line was written.
    is_told: bool,
}

impl<'s> Trail<'s> {
    pub(in crate::sign) fn new(
        state: &'s Signing,
        request_id: &str,
        action: Action,
        client: Option<IpAddr>,
    ) -> Self {
        Self {
            state,
            request_id: request_id.to_owned(),
            action,
            client,
            seen: Mutex::default(),
        }
    }

    pub(in crate::sign) fn signed_in(&self, caller: &Caller) {
        let mut seen = self.seen();
        seen.authority = Some(bounded(&caller.authority, MAX_NAME_BYTES));
        seen.caller = Some(bounded(&caller.name, MAX_NAME_BYTES));
    }

    /// Notes what is asked for or given.
    pub(in crate::sign) fn note(&self, note: impl FnOnce(&mut About)) {
        note(&mut self.seen().about);
    }

    /// Writes the line of what is answered by itself, one item of a batch; the next begins anew.
    pub(in crate::sign) fn part(&self, refusal: Option<&Refusal>) {
        let outcome = refusal.map_or(Outcome::Granted, |_| Outcome::Refused);
        self.write(&mut self.seen(), outcome, refusal);
    }

    /// Writes the line of the whole, unless its parts have theirs.
    pub(in crate::sign) fn end(&self, refusal: Option<&Refusal>) {
        let has_parts = self.seen().is_told;
        if refusal.is_some() || !has_parts {
            self.part(refusal);
        }
    }

    fn write(&self, seen: &mut Seen, outcome: Outcome, refusal: Option<&Refusal>) {
        seen.is_told = true;
        let mut about = std::mem::take(&mut seen.about);
        if let Some(Refusal::BeyondRule { rule, .. }) = refusal {
            about.rule = Some(rule.clone());
        }
        if outcome != Outcome::Granted {
            // Of a token that nobody has got.
            (about.paths, about.exp) = (None, None);
            (about.kid, about.jti) = (None, None);
        }
        let line = Line {
            time: rfc3339(self.state.clock.now_unix_secs()),
            request_id: &self.request_id,
            call: self.action,
            outcome,
            authority: seen.authority.as_deref(),
            caller: seen.caller.as_deref(),
            client: self.client,
            about: &about,
            code: refusal.map(Refusal::code),
            detail: refusal.and_then(detail),
            pointers: refusal.map(pointers).unwrap_or_default(),
        };
        if self.state.audit.is_on() {
            self.state.audit.write(&line);
        } else if outcome == Outcome::Granted {
            tell(&line);
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Trail<'_> {
    fn drop(&mut self) {
        let mut seen = self.seen();
        if !seen.is_told {
            self.write(&mut seen, Outcome::Abandoned, None);
        }
    }
}

/// In the program's messages. Not whom a revocation is for: it may name a person, and messages are
/// read by many.
fn tell(line: &Line<'_>) {
    let what = match line.call {
        Action::Sign | Action::Batch | Action::SetCookie => "signed",
        Action::Revoke => "revoked",
        Action::Lift => "lifted",
        Action::Purge => "purged",
        Action::ClearCookie | Action::Explain | Action::ListKeys | Action::ListRevocations => {
            return;
        }
    };
    let about = line.about;
    tracing::info!(
        target: "countersign::audit",
        request_id = line.request_id,
        authority = line.authority,
        caller = line.caller,
        rule = about.rule.as_deref(),
        site = about.site.as_deref(),
        path = about.path.as_deref(),
        paths = about.paths.as_deref(),
        exp = about.exp,
        kid = about.kid.as_deref(),
        jti = about.jti.as_deref(),
        revocation = about.revocation.as_deref(),
        extent = about.extent.as_ref().map(tracing::field::display),
        purged = about.purged,
        "{what}"
    );
}

/// More than the code says, in words of our own.
fn detail(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::NotSignedIn(fault) => Some(fault.to_string()),
        Refusal::NotPermitted(permission) => Some(permission.as_str().to_owned()),
        _ => None,
    }
}

fn pointers(refusal: &Refusal) -> Vec<String> {
    let (Refusal::Invalid(faults) | Refusal::BeyondRule { faults, .. }) = refusal else {
        return Vec::new();
    };
    let faults = faults.iter().take(MAX_POINTERS);
    let pointers = faults.map(|fault| bounded(&fault.pointer, MAX_POINTER_BYTES));
    pointers.collect()
}
