//! The verdict: the checks of TOKEN.md §5 in the order of its table, the first that fails giving
//! the reason.

mod checks;

pub(crate) use self::checks::max_ttl_secs;

use crate::carrier::{Carried, Carrier, Cookies, Located, decode, locate};
use crate::escape::Escaped;
use crate::field::{Field, Members};
use crate::fields::Fields;
use crate::key::{self, Key};
use crate::path::CanonicalPath;
use crate::reason::{Reason, Row};
use crate::request::{Headers, Request};
use crate::revocation::Revocations;
use crate::scratch::{Held, Scratch};
use crate::signed::Signed;
use crate::site::{Mode, PolicyRule, Site, mode_of};
use crate::text::{self, Layout};
use crate::verdict::{Denial, Grant, Verdict};
use crate::watch::{Facts, Step, Watch};

/// The rows behind the signature, in their order.
const TERMS: [Reason; 8] = [
    Reason::Lifetime,
    Reason::NotYetValid,
    Reason::Expired,
    Reason::Path,
    Reason::Method,
    Reason::Ip,
    Reason::Geo,
    Reason::Revoked,
];

/// A site as it verifies: one snapshot for one request.
#[derive(Debug)]
pub struct Verifier<'v, T, R> {
    /// The site.
    pub site: &'v Site<T>,
    /// Its policy; the first rule that covers the path says how it is treated.
    pub policy: &'v [PolicyRule<T>],
    /// Its keys, checked by [`check_ring`](crate::check_ring).
    pub keys: &'v [Key<T>],
    /// What is revoked.
    pub revocations: &'v R,
}

impl<T: AsRef<str>, R: Revocations> Verifier<'_, T, R> {
    /// The verdict on a request at `now` (Unix seconds). Allocates nothing.
    pub fn verify<'r, H: Headers<'r>>(
        &self,
        request: &Request<'r, H>,
        now: u64,
        scratch: &'r mut Scratch,
    ) -> Verdict<'r> {
        self.watched(request, now, scratch, &mut ())
    }

    #[inline]
    pub(crate) fn watched<'r, H: Headers<'r>, W: Watch<T>>(
        &self,
        request: &Request<'r, H>,
        now: u64,
        scratch: &'r mut Scratch,
        watch: &mut W,
    ) -> Verdict<'r> {
        let located = match locate(self.site, request, scratch) {
            Ok(located) => located,
            Err(reason) => {
                watch.step(Step::Located(Err(reason)));
                return Verdict::Denied(Denial {
                    reason,
                    path: None,
                    carrier: None,
                    fields: None,
                    authentic: false,
                });
            }
        };
        let Scratch {
            path,
            token,
            signed,
            layout,
        } = scratch;
        let path = CanonicalPath::from_checked(located.path.in_buffer(path));
        watch.step(Step::Located(Ok(path)));
        let mode = mode_of(self.policy, &path);
        watch.step(Step::Mode(mode));
        if mode == Mode::Public {
            return Verdict::Public(path);
        }
        let mut bench = Bench {
            verifier: self,
            request,
            located: &located,
            path,
            now,
            signed,
            watch,
        };
        let outcome = bench.first_that_passes(token, layout);
        match outcome {
            Ok(passed) => {
                let fields = Fields::new(passed.text.in_buffer(token), layout);
                Verdict::Granted(Grant::new(path, passed.carrier, fields))
            }
            Err(denied) => denied.under(mode, path, token, layout),
        }
    }
}

/// A token that passed.
struct Passed<'r> {
    carrier: Carrier,
    text: Held<'r>,
}

/// A token that did not.
#[derive(Clone, Copy)]
struct Failed<'r> {
    reason: Reason,
    carrier: Option<Carrier>,
    /// Where it was well-formed.
    text: Option<Held<'r>>,
    authentic: bool,
    /// For a cookie, what to read again before its text is looked at.
    cookie: Option<&'r [u8]>,
}

impl<'r> Denial<'r> {
    const fn of(reason: Reason, path: Option<CanonicalPath<'r>>) -> Self {
        Self {
            reason,
            path,
            carrier: None,
            fields: None,
            authentic: false,
        }
    }
}

impl<'r> Failed<'r> {
    /// What the denial comes to under the path's mode.
    #[inline(never)]
    fn under(
        self,
        mode: Mode,
        path: CanonicalPath<'r>,
        buffer: &'r mut [u8],
        layout: &'r mut Layout,
    ) -> Verdict<'r> {
        let explicit = self
            .carrier
            .is_some_and(|carrier| carrier != Carrier::Cookie);
        if mode == Mode::Optional && !explicit {
            return Verdict::Public(path);
        }
        if let (Some(value), Some(text)) = (self.cookie, self.text) {
            // Another cookie may have been read over it.
            let _ = decode(value, buffer);
            let _ = text::judge(text.in_buffer(buffer), layout);
        }
        let (buffer, layout) = (&*buffer, &*layout);
        let fields = self
            .text
            .map(|text| Fields::new(text.in_buffer(buffer), layout));
        let denial = Denial {
            carrier: self.carrier,
            fields,
            authentic: self.authentic,
            ..Denial::of(self.reason, Some(path))
        };
        match mode {
            Mode::Report => Verdict::Reported(path, denial),
            _ => Verdict::Denied(denial),
        }
    }
}

/// All that the tokens of one request are tried with.
struct Bench<'b, 'r, T, R, H, W> {
    verifier: &'b Verifier<'b, T, R>,
    request: &'b Request<'r, H>,
    located: &'b Located<'r>,
    path: CanonicalPath<'b>,
    now: u64,
    signed: &'b mut [u8],
    watch: &'b mut W,
}

impl<'r, T: AsRef<str>, R: Revocations, H: Headers<'r>, W: Watch<T>> Bench<'_, 'r, T, R, H, W> {
    #[inline]
    fn first_that_passes(
        &mut self,
        buffer: &mut [u8],
        layout: &mut Layout,
    ) -> Result<Passed<'r>, Failed<'r>> {
        match self.located.explicit {
            Some((carrier, carried)) => self.attempt(carrier, carried, buffer, layout),
            None => self.try_cookies(buffer, layout),
        }
    }

    #[inline(never)]
    fn try_cookies(
        &mut self,
        buffer: &mut [u8],
        layout: &mut Layout,
    ) -> Result<Passed<'r>, Failed<'r>> {
        let mut furthest: Option<Failed<'r>> = None;
        for cookie in Cookies::of(self.request.headers, self.verifier.site.cookie()) {
            let carried = decode(cookie.value, buffer);
            match self.attempt(Carrier::Cookie, carried, buffer, layout) {
                Ok(passed) => return Ok(passed),
                Err(failed) => {
                    if furthest.is_none_or(|other| Row::of(other.reason) < Row::of(failed.reason)) {
                        furthest = Some(Failed {
                            cookie: Some(cookie.value),
                            ..failed
                        });
                    }
                }
            }
        }
        Err(furthest.unwrap_or_else(|| {
            self.watch.step(Step::NoToken);
            Failed {
                reason: Reason::Missing,
                carrier: None,
                text: None,
                authentic: false,
                cookie: None,
            }
        }))
    }

    #[inline]
    fn attempt(
        &mut self,
        carrier: Carrier,
        carried: Carried<'r>,
        buffer: &[u8],
        layout: &mut Layout,
    ) -> Result<Passed<'r>, Failed<'r>> {
        let carrier_of = Some(carrier);
        let failed = |reason| Failed {
            reason,
            carrier: carrier_of,
            text: None,
            authentic: false,
            cookie: None,
        };
        let held = match carried {
            Carried::Text(held) => held,
            Carried::Unreadable => {
                self.watch.step(Step::Token(carrier, None));
                self.watch.step(Step::Text(None, Err(Reason::Malformed)));
                return Err(failed(Reason::Malformed));
            }
        };
        let text = held.in_buffer(buffer);
        self.watch.step(Step::Token(carrier, Some(text)));
        let judged = text::judge(text, layout);
        let fields = Fields::new(text, layout);
        if let Err(reason) = judged.and_then(|()| self.check_own_names(&fields)) {
            self.watch.step(Step::Text(Some(text), Err(reason)));
            return Err(failed(reason));
        }
        self.watch.step(Step::Text(Some(text), Ok(&fields)));
        match self.hold(&fields) {
            Ok(()) => Ok(Passed {
                carrier,
                text: held,
            }),
            Err((reason, authentic)) => Err(Failed {
                text: Some(held),
                authentic,
                ..failed(reason)
            }),
        }
    }

    /// The token's own parameter and header are never signed: they hold the signature.
    #[inline]
    fn check_own_names(&self, fields: &Fields<'_>) -> Result<(), Reason> {
        let site = self.verifier.site;
        if fields.raw(Field::Qs).is_none() && fields.raw(Field::Hdr).is_none() {
            return Ok(());
        }
        let mut parameters = Members::of(fields.raw(Field::Qs)).map(Escaped::new);
        let mut headers = Members::of(fields.raw(Field::Hdr));
        let own_parameter = parameters.any(|name| name.bytes().eq(site.param().bytes()));
        let own_header = headers.any(|name| name.eq_ignore_ascii_case(site.header().as_bytes()));
        if own_parameter || own_header {
            Err(Reason::Malformed)
        } else {
            Ok(())
        }
    }

    /// Key, signature and terms; with a failure, whether the signature had held by then.
    #[inline]
    fn hold(&mut self, fields: &Fields<'_>) -> Result<(), (Reason, bool)> {
        let Self {
            verifier,
            request,
            path,
            now,
            ..
        } = *self;
        let found = key::find(verifier.keys, fields.raw(Field::Kid).unwrap_or_default());
        if W::SIGNED {
            self.watch.step(Step::Key(fields.kid(), found));
        }
        let key = found.ok_or((Reason::UnknownKey, false))?;
        let facts = Facts {
            site: verifier.site,
            key,
            fields,
            path,
            method: request.method,
            client: request.client,
            country: request.country,
            now,
            exp: fields.exp(),
        };
        let check = |watch: &mut W, reason, passed, authentic| {
            watch.step(Step::Check(reason, &facts, passed));
            if passed {
                Ok(())
            } else {
                Err((reason, authentic))
            }
        };
        let skew_secs = verifier.site.skew_secs();
        check(
            self.watch,
            Reason::KeyRetired,
            key.verifies_at(now, skew_secs),
            false,
        )?;
        let signed = Signed {
            start: verifier.site.signed_start(),
            fields,
            path,
            query: self.located.query,
            headers: request.headers,
        };
        check(self.watch, Reason::Conflict, signed.check().is_ok(), false)?;
        if W::SIGNED {
            self.watch.signed(&|sink| signed.feed(&mut [], sink));
        }
        let holds = key.holds(fields.signature(), |sink| signed.feed(self.signed, sink));
        check(self.watch, Reason::BadSignature, holds, false)?;
        for term in TERMS {
            let holds = checks::holds(term, &facts, verifier.revocations);
            check(self.watch, term, holds, true)?;
        }
        Ok(())
    }
}
