//! A plain request whose answer is in memory, on a shorter way than all others: the same verdict,
//! the same object, the same lines, and nothing that could wait.
//!
//! Whatever is in doubt is left to [`super::deliver`], which decides anew; nothing is counted or
//! logged before it is sure.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use countersign_token as token;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::opening::Opening;
use super::{AnswerBody, deliver, terms};
use crate::answer::body::Body;
use crate::answer::range::{self, Asked};
use crate::answer::{cors, object, observed, written};
use crate::app::App;
use crate::cache::Opened;
use crate::listen::{Answers, Head};
use crate::observe::{Logged, OpenRecord, Record, Trace};
use crate::request::{Client, Country, Plain, RequestId};
use crate::sites::Site;
use crate::verify::{Decision, Pass, decide_facts};

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
    ) -> Option<AnswerBody> {
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
    fn answer(&self, head: Head<'_>) -> Option<AnswerBody> {
        let answers = &self.site.config.answers;
        let cors = &self.site.config.cors;
        let asked = self.request.range().map_or(Asked::Whole, range::written);
        if answers.server_timing || matches!(asked, Asked::Several(_)) {
            return None;
        }
        let pass = self.pass()?;
        let object = Opening::new(self.app, self.site, &pass, self.request.query());
        let opened = object.kept(asked.first(), self.started)?;
        let part = opened.range.as_ref().filter(|_| asked != Asked::Whole);
        let mut also = HeaderMap::new();
        if answers.cache_status {
            observed::cache_status(opened.outcome, &mut also);
        }
        cors::apply(cors, &HeaderMap::new(), &mut also);
        let terms = terms::of(self.site, &pass, self.now_unix_secs);
        let (meta, now_unix_secs) = (&opened.meta, self.now_unix_secs);
        match head {
            Head::Text(text) => written::head(text, meta, &terms, part, &also, now_unix_secs),
            Head::Parts(parts) => {
                object::head(parts, meta, &terms, part);
                object::dated(parts, now_unix_secs);
                parts.headers.extend(also);
            }
        }
        Some(self.logged(&pass, part.is_some(), opened))
    }

    /// The verdict, where it is that the object is answered as it is.
    fn pass(&self) -> Option<Pass> {
        let config = &self.site.config;
        let revoked = self.app.state.revocations.known();
        let request = token::Request {
            method: Method::GET.as_str(),
            target: self.request.target().as_bytes(),
            headers: self.request.lines(),
            client: self.client.address,
            country: self.client.country.as_ref().map(Country::as_str),
        };
        let revoked = revoked.at(config.token.name(), self.now_unix_secs);
        let Decision::Pass(pass) = decide_facts(config, &revoked, &request, self.now_unix_secs)
        else {
            return None;
        };
        let is_cut = config.cut_at_expiry || config.revoke_running;
        let is_usual = match pass.token() {
            Some(token) => !token.changes_answer() && !is_cut,
            None => pass.reported().is_none(),
        };
        is_usual.then_some(pass)
    }

    fn logged(&self, pass: &Pass, is_part: bool, opened: Opened) -> AnswerBody {
        let status = match is_part {
            true => StatusCode::PARTIAL_CONTENT,
            false => StatusCode::OK,
        };
        let mut record = Record {
            time_unix_secs: self.now_unix_secs,
            request_id: RequestId::random(),
            client: self.client.address.map(|client| client.ip()),
            site: Some(Arc::clone(&self.site.name)),
            method: Method::GET,
            decision: "none",
            cache: Some(opened.outcome.as_str()),
            ..Record::default()
        };
        record.passed(pass);
        let observer = self.app.observer.clone();
        let mut open = OpenRecord::new(record, Trace::none(), self.started, observer);
        open.record.status = status.as_u16();
        Logged::new(Body::object(opened.body.left_bytes(), opened.body), open)
    }
}
