//! A plain request whose answer is in memory, on a shorter way than all others: the same verdict,
//! the same object, the same lines, and nothing that could wait.
//!
//! Whatever is in doubt is left to [`super::deliver`], which decides anew; nothing is counted or
//! logged before it is sure. An answer that is short is sent from here, and what goes out at once is
//! logged from where it lies: no body, no record, no copies of what the token says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use countersign_token as token;
use countersign_token::{Field, Grant, Verdict};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::opening::own_time;
use super::{AnswerBody, deliver, terms};
use crate::answer::body::Body;
use crate::answer::range::{self, Asked};
use crate::answer::{cors, object, observed, written};
use crate::app::App;
use crate::cache::{CacheOutcome, KeyOf, Opened};
use crate::listen::{Answered, Answers, Head, Sent};
use crate::observe::{Entry, Logged, Named, OpenRecord, Record, Trace, micros};
use crate::request::{Client, Country, Plain, RequestId};
use crate::sites::Site;
use crate::verify::{Decision, Pass, is_the_same_in_urls, owned, with_verdict};

/// A body of up to so many bytes is copied behind its head, and both go out in one piece: that costs
/// the system less than two. It is held by each thread.
const COPIED_BYTES: usize = 16 << 10;

/// Who answers at the delivery listener. Clones share everything.
#[derive(Clone, Debug)]
pub struct Delivery(Arc<App>);

impl Delivery {
    /// Answers with what is shared in `app`.
    pub const fn new(app: Arc<App>) -> Self {
        Self(app)
    }
}

impl Answers for Delivery {
    type Body = AnswerBody;

    fn answer(
        self,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<AnswerBody>> + Send + 'static {
        deliver(self.0, peer, request)
    }

    fn at_once(
        &self,
        peer: SocketAddr,
        request: &Plain<'_, '_>,
        head: Head<'_>,
    ) -> Option<Answered<AnswerBody>> {
        let started = Instant::now();
        let app = &self.0;
        if app.observer.has_spans() {
            return None;
        }
        let sites = app.sites_now();
        let visit = Visit {
            app,
            site: sites.usual(request.host())?,
            now_unix_secs: app.clock.unix_secs_at(started),
            client: app.client_of(peer, request.lines()),
            request,
            started,
        };
        visit.answer(head)
    }
}

/// One request.
struct Visit<'v> {
    app: &'v Arc<App>,
    site: &'v Arc<Site>,
    request: &'v Plain<'v, 'v>,
    client: Client,
    started: Instant,
    now_unix_secs: u64,
}

impl Visit<'_> {
    fn answer(&self, mut head: Head<'_>) -> Option<Answered<AnswerBody>> {
        let config = &self.site.config;
        let asked = self.request.range().map_or(Asked::Whole, range::written);
        // What tells of more than the verdict, or has to be stopped later, is verified on its own way.
        let is_watched = config.cut_at_expiry || config.revoke_running;
        if config.answers.server_timing || is_watched || matches!(asked, Asked::Several(_)) {
            return None;
        }
        let revoked = self.app.state.revocations.known();
        let revoked = revoked.at(config.token.name(), self.now_unix_secs);
        let request = token::Request {
            method: Method::GET.as_str(),
            target: self.request.target().as_bytes(),
            headers: self.request.lines(),
            client: self.client.address,
            country: self.client.country.as_ref().map(Country::as_str),
        };
        let now = self.now_unix_secs;
        with_verdict(config, &revoked, &request, now, |verdict| {
            let usual = self.usual(&verdict)?;
            let (opened, is_part) = self.open(&usual, &asked, &mut head)?;
            let Opened { body, outcome, .. } = opened;
            let (body, taken) = match (body.into_whole(), usual.named, head) {
                (Ok(bytes), Some(named), Head::Text { head, send })
                    if bytes.len() <= COPIED_BYTES =>
                {
                    let status = status_of(is_part);
                    let end = |at| self.entry(&usual, named, status, outcome, bytes.len(), at);
                    match self.send(head, &bytes, send, end) {
                        Ok(at) => return Some(Answered::Whole(at)),
                        Err(taken) => (Body::whole(bytes), taken),
                    }
                }
                (Ok(bytes), ..) => (Body::whole(bytes), 0),
                (Err(body), ..) => (Body::object(body.left_bytes(), body), 0),
            };
            let Decision::Pass(pass) = owned(verdict) else {
                return None;
            };
            let body = self.logged(&pass, is_part, outcome, body);
            Some(Answered::Begun(body, taken))
        })
    }

    /// What of a verdict counts here, where it is that the object is answered as it is.
    fn usual<'r>(&self, verdict: &Verdict<'r>) -> Option<Usual<'r>> {
        let (path, grant) = match *verdict {
            Verdict::Granted(grant) => (grant.path(), Some(grant)),
            Verdict::Public(path) => (path, None),
            Verdict::Reported(..) | Verdict::Denied(_) => return None,
        };
        if grant.as_ref().is_some_and(changes_answer) {
            return None;
        }
        let path = path.as_str();
        let named = grant.map_or(Some(Named::default()), |grant| {
            Named::plainly(grant.fields())
        });
        Some(Usual {
            // Others are written by hand.
            named: named.filter(|_| is_the_same_in_urls(path)),
            path,
            grant,
        })
    }

    /// The object, whose head is appended; whether only a part of it was asked for.
    fn open(
        &self,
        usual: &Usual<'_>,
        asked: &Asked,
        head: &mut Head<'_>,
    ) -> Option<(Opened, bool)> {
        let (site, path) = (self.site, usual.path);
        let key = KeyOf {
            site: &site.name,
            store: site.store_number,
            path,
            version: None,
            variant: site.variant(self.request.query()),
        };
        let (store, range) = (&site.store, asked.first());
        let (own_time, store_key) = (own_time(site, path), || site.store_key(path));
        let objects = &self.app.objects;
        let opened = objects.kept(store, key, store_key, own_time, range, self.started)?;
        let part = opened.range.as_ref().filter(|_| *asked != Asked::Whole);
        let left_secs = |grant: Grant<'_>| grant.fields().exp().saturating_sub(self.now_unix_secs);
        let terms = terms::usual(site, path, usual.grant.map(left_secs));
        let also = self.further_lines(opened.outcome);
        let (meta, now) = (&opened.meta, self.now_unix_secs);
        match head {
            Head::Text { head, .. } => written::head(head, meta, &terms, part, also.as_ref(), now),
            Head::Parts(parts) => {
                object::head(parts, meta, &terms, part);
                object::dated(parts, now);
                parts.headers.extend(also.into_iter().flatten());
            }
        }
        let is_part = part.is_some();
        Some((opened, is_part))
    }

    /// Lines that most sites do not ask for.
    fn further_lines(&self, outcome: CacheOutcome) -> Option<HeaderMap> {
        let (answers, cors) = (&self.site.config.answers, &self.site.config.cors);
        if !answers.cache_status && cors.allowed_origins.is_empty() {
            return None;
        }
        let mut also = HeaderMap::new();
        if answers.cache_status {
            observed::cache_status(outcome, &mut also);
        }
        cors::apply(cors, &HeaderMap::new(), &mut also);
        Some(also)
    }

    /// Sends head and body in one piece, and logs that; when all went out, or how much did.
    fn send<'e>(
        &self,
        head: &mut Vec<u8>,
        body: &Bytes,
        send: &mut dyn FnMut(&[u8]) -> Sent,
        entry: impl FnOnce(Instant) -> Entry<'e>,
    ) -> Result<Instant, usize> {
        let head_bytes = head.len();
        head.extend_from_slice(body);
        match send(head) {
            Sent::Whole => {
                let at = Instant::now();
                self.app.observer.answered_at_once(&entry(at));
                Ok(at)
            }
            Sent::Bytes(taken) => {
                head.truncate(head_bytes);
                Err(taken)
            }
        }
    }

    /// What the log has of an answer that went out whole, at this time.
    fn entry<'e>(
        &'e self,
        usual: &Usual<'e>,
        named: Named<'e>,
        status: StatusCode,
        outcome: CacheOutcome,
        body_bytes: usize,
        at: Instant,
    ) -> Entry<'e> {
        let duration_micros = micros(at.saturating_duration_since(self.started));
        Entry {
            time_unix_secs: self.now_unix_secs,
            request_id: RequestId::random(),
            client: self.client.address.map(|client| client.ip()),
            site: Some(&self.site.name),
            method: Method::GET.as_str(),
            path: Some(usual.path),
            status: status.as_u16(),
            decision: usual.grant.map_or("public", |_| "granted"),
            reason: None,
            carrier: usual.grant.map(|grant| grant.carrier().as_str()),
            token: named,
            claimed_kid: None,
            cache: Some(outcome.as_str()),
            bytes_sent: body_bytes as u64,
            complete: true,
            ttfb_micros: Some(duration_micros),
            duration_micros,
        }
    }

    fn logged(&self, pass: &Pass, is_part: bool, outcome: CacheOutcome, body: Body) -> AnswerBody {
        let mut record = Record {
            time_unix_secs: self.now_unix_secs,
            request_id: RequestId::random(),
            client: self.client.address.map(|client| client.ip()),
            site: Some(Arc::clone(&self.site.name)),
            method: Method::GET,
            decision: "none",
            cache: Some(outcome.as_str()),
            ..Record::default()
        };
        record.passed(pass);
        let observer = self.app.observer.clone();
        let mut open = OpenRecord::new(record, Trace::none(), self.started, observer);
        open.record.status = status_of(is_part).as_u16();
        Logged::new(body, open)
    }
}

/// What the verdict says of a request that is answered here.
struct Usual<'r> {
    /// Decoded.
    path: &'r str,
    /// `None`: it needs none.
    grant: Option<Grant<'r>>,
    /// What the log has of the token, where that and the path are written there as they lie.
    named: Option<Named<'r>>,
}

const fn status_of(is_part: bool) -> StatusCode {
    match is_part {
        true => StatusCode::PARTIAL_CONTENT,
        false => StatusCode::OK,
    }
}

/// Whether a token may have one of the fields under which a path is answered in another way.
fn changes_answer(grant: &Grant<'_>) -> bool {
    let fields = [Field::Ver, Field::Cd, Field::Ct, Field::Uses, Field::Bps];
    let mut texts = fields.into_iter().map(|field| grant.fields().text(field));
    texts.any(|text| text.is_some())
}
