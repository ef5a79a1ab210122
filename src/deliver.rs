//! A request's way, in one place: its site, the verdict, the object, the answer.

mod at_once;
mod body;
mod flow;
mod opening;
mod several;
mod terms;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;

pub use self::at_once::Delivery;
pub use self::body::{AnswerBody, whole};
use self::opening::Opening;
use crate::answer::body::Body;
use crate::answer::conditional::{self, Outcome};
use crate::answer::object;
use crate::answer::range::{self, Asked};
use crate::answer::refusal::{Manner, Refusal};
use crate::answer::{cors, navigation, observed};
use crate::app::App;
use crate::cache::{Opened, Wanted};
use crate::listen::Shed;
use crate::observe::{Logged, OpenRecord, Record};
use crate::request::{
    Client, RequestId, has_padded_value, host_of, is_chunked, names_an_object, written_host,
};
use crate::sites::Site;
use crate::state::{Ask, Reserved, UsesFault};
use crate::store::StoreError;
use crate::verify::{Decision, Denied, Guarded, Pass, decide};

/// The answer of any other listener to a request that is not to be served.
pub fn shed(shed: Shed, method: &Method) -> Response<Body> {
    let id = RequestId::random().to_string();
    refusal(shed).into_response(method, &id, Manner::default())
}

const fn refusal(shed: Shed) -> Refusal {
    match shed {
        Shed::Overloaded => Refusal::Overloaded,
        Shed::Headers => Refusal::Headers,
    }
}

/// Answers one request.
pub async fn deliver(
    app: Arc<App>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let started = Instant::now();
    // A body is not read: no method that is served has one.
    let (head, _) = request.into_parts();
    let visit = Visit {
        now_unix_secs: app.clock.unix_secs_at(started),
        client: app.client(peer, &head.headers),
        id: RequestId::random(),
        started,
        is_conditional: conditional::has_any(&head.headers),
        head,
    };
    let record = Record {
        time_unix_secs: visit.now_unix_secs,
        request_id: visit.id,
        client: visit.client.address.map(|client| client.ip()),
        method: visit.head.method.clone(),
        decision: "none",
        ..Record::default()
    };
    let trace = app.observer.trace(&visit.head);
    let mut open = OpenRecord::new(record, trace, started, app.observer.clone());
    let answer = visit.answer(&app, &mut open.record);
    let mut response = open.trace.scope(answer).await;
    object::protect(response.headers_mut());
    open.record.status = response.status().as_u16();
    response.map(|body| Logged::new(body, open))
}

/// One request and what is known of it from the start.
struct Visit {
    head: Parts,
    client: Client,
    id: RequestId,
    started: Instant,
    now_unix_secs: u64,
    /// Whether it has any condition.
    is_conditional: bool,
}

impl Visit {
    async fn answer(&self, app: &App, record: &mut Record) -> Response<Body> {
        let site = match self.site(app) {
            Ok(site) => site,
            Err(refusal) => return self.refused(app, refusal, None, record),
        };
        let site = site.as_ref();
        record.site = Some(Arc::clone(&site.name));
        let mut response = match self.served(app, site, record).await {
            Ok(response) => response,
            Err(refusal) => self.refused(app, refusal, Some(site), record),
        };
        if self.head.method != Method::OPTIONS {
            cors::apply(
                &site.config.cors,
                &self.head.headers,
                response.headers_mut(),
            );
        }
        response
    }

    fn site(&self, app: &App) -> Result<Arc<Site>, Refusal> {
        if is_chunked(&self.head) {
            return Err(Refusal::Chunked);
        }
        if has_padded_value(&self.head) {
            return Err(Refusal::Value);
        }
        if !names_an_object(&self.head) {
            return Err(Refusal::Target);
        }
        let sites = app.sites();
        // As nearly all requests write it.
        if let Some(site) = written_host(&self.head).and_then(|host| sites.named(host)) {
            return Ok(Arc::clone(site));
        }
        let host = host_of(&self.head).map_err(Refusal::Host)?;
        sites.find(&host).cloned().ok_or(Refusal::UnknownHost)
    }

    /// request → decision → object → answer
    async fn served(
        &self,
        app: &App,
        site: &Site,
        record: &mut Record,
    ) -> Result<Response<Body>, Refusal> {
        if let Some(shed) = self.head.extensions.get() {
            return Err(refusal(*shed));
        }
        match self.head.method {
            Method::GET | Method::HEAD => {}
            Method::OPTIONS => return Ok(self.options(site)),
            _ => return Err(Refusal::Method),
        }
        let pass = self.pass(app, site, record)?;
        let reserved = self.reserve(app, site, &pass, record).await?;
        let answers = &site.config.answers;
        let verified = answers.server_timing.then(|| self.started.elapsed());
        let Found { opened, answer } = self.object(app, site, &pass).await?;
        record.cache = Some(opened.outcome.as_str());
        let outcome = opened.outcome;
        let mut response = self.represent(site, &pass, opened, answer)?;
        if answers.cache_status {
            observed::cache_status(outcome, response.headers_mut());
        }
        if let Some(verified) = verified {
            let object = self.started.elapsed().saturating_sub(verified);
            observed::server_timing(verified, object, response.headers_mut());
        }
        let has_bytes = matches!(
            response.status(),
            StatusCode::OK | StatusCode::PARTIAL_CONTENT
        );
        if let Some(reserved) = reserved
            && has_bytes
            && self.head.method == Method::GET
        {
            reserved.keep();
        }
        Ok(flow::apply(app, site, &pass, response))
    }

    fn options(&self, site: &Site) -> Response<Body> {
        let mut response = cors::preflight(&site.config.cors, &self.head.headers);
        if !cors::is_preflight(&self.head.headers) {
            let allow = HeaderValue::from_static("GET, HEAD, OPTIONS");
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }

    fn pass(&self, app: &App, site: &Site, record: &mut Record) -> Result<Pass, Refusal> {
        let revoked = app.state.revocations.known();
        let decision = decide(
            &site.config,
            &revoked.at(site.config.token.name(), self.now_unix_secs),
            &self.head,
            &self.client,
            self.now_unix_secs,
        );
        match decision {
            Decision::Pass(pass) => {
                record.passed(&pass);
                Ok(pass)
            }
            Decision::Denied(denied) => {
                record.refused(&denied);
                Err(self.denied(app, denied))
            }
        }
    }

    /// A use of a token that counts them; it is given back on drop.
    async fn reserve(
        &self,
        app: &App,
        site: &Site,
        pass: &Pass,
        record: &mut Record,
    ) -> Result<Option<Reserved>, Refusal> {
        let Some((token, uses)) = pass.token().and_then(|token| Some((token, token.uses?))) else {
            return Ok(None);
        };
        let ask = Ask {
            site: site.config.token.name(),
            // A token with `uses` has one (TOKEN.md §1).
            jti: token.jti().unwrap_or_default(),
            uses,
            exp: token.exp,
            client: self.client.address,
            now_unix_secs: self.now_unix_secs,
        };
        match app.state.reserve(ask).await {
            Ok(reserved) => Ok(Some(reserved)),
            Err(UsesFault::Unavailable) => Err(Refusal::Uses),
            Err(UsesFault::Exhausted) => {
                let denied = pass.exhausted();
                record.refused(&denied);
                Err(Refusal::Denied(Box::new(denied)))
            }
        }
    }

    /// A denial, unless the client's network has failed too often.
    fn denied(&self, app: &App, denied: Box<Denied>) -> Refusal {
        let client = self.client.address;
        let guarded = app.guard.denied(client, denied.reason, self.now_unix_secs);
        if let Some(guarded) = guarded {
            app.observer.metrics.guarded(guarded.as_str());
        }
        match guarded {
            Some(Guarded::Refused { retry_after_secs }) => {
                Refusal::TooManyFailures { retry_after_secs }
            }
            _ => Refusal::Denied(denied),
        }
    }

    /// Looks the object up as the request's conditions want it. Conditions are held against the
    /// metadata first, so that a 304 reads no body, and again against the version that is served.
    async fn object(&self, app: &App, site: &Site, pass: &Pass) -> Result<Found, Refusal> {
        let object = Opening::new(app, site, pass, self.head.uri.query());
        // A range is `GET`'s alone (RFC 9110 §14.2).
        let asked = match self.head.method {
            Method::GET => range::asked(&self.head.headers),
            _ => Asked::Whole,
        };
        if self.head.method == Method::HEAD || self.is_conditional {
            let wanted = match self.head.method {
                Method::HEAD => Wanted::Metadata,
                _ => Wanted::Condition(asked.first()),
            };
            let opened = object.open(wanted).await?;
            let answer = self.condition(&opened, &asked)?;
            if self.head.method == Method::HEAD || matches!(answer, Answer::NotModified) {
                return Ok(Found { opened, answer });
            }
        }
        let opened = match asked {
            // Of several ranges the others are needed too.
            Asked::Several(_) => object.open_parts(asked.first()).await?,
            _ => object.open(Wanted::Bytes(asked.first())).await?,
        };
        match (self.condition(&opened, &asked)?, &asked) {
            (Answer::Part, Asked::Several(set)) => {
                let terms = terms::of(site, pass, self.now_unix_secs);
                self.several(set, terms.wishes, opened, &object).await
            }
            // `If-Range` is for another version: all of this one.
            (Answer::Whole, Asked::One(_) | Asked::Several(_)) => self.all(&object).await,
            (answer, _) => Ok(Found { opened, answer }),
        }
    }

    fn condition(&self, opened: &Opened, asked: &Asked) -> Result<Answer, Refusal> {
        let outcome = match self.is_conditional {
            true => conditional::evaluate(&self.head.method, &self.head.headers, &opened.meta),
            false => Outcome::Go {
                range: self.head.method == Method::GET,
            },
        };
        match outcome {
            Outcome::PreconditionFailed => Err(Refusal::Precondition),
            Outcome::NotModified => Ok(Answer::NotModified),
            Outcome::Go { range: false } => Ok(Answer::Whole),
            Outcome::Go { range: true } => Ok(match asked {
                Asked::Whole => Answer::Whole,
                asked if asked.is_all_of_nothing(opened.meta.len_bytes) => Answer::Whole,
                Asked::One(_) | Asked::Several(_) => Answer::Part,
            }),
        }
    }

    fn represent(
        &self,
        site: &Site,
        pass: &Pass,
        opened: Opened,
        answer: Answer,
    ) -> Result<Response<Body>, Refusal> {
        let terms = terms::of(site, pass, self.now_unix_secs);
        let Opened {
            meta, range, body, ..
        } = opened;
        if self.head.method == Method::HEAD && !matches!(answer, Answer::NotModified) {
            return Ok(object::whole(&meta, terms, Body::Empty));
        }
        match (answer, range) {
            (Answer::NotModified, _) => Ok(object::not_modified(&meta, terms)),
            (Answer::Part, Some(range)) => {
                let body = Body::object(range.end - range.start, body);
                Ok(object::part(&meta, terms, &range, body))
            }
            (Answer::Several(several), _) => Ok(several.response(&meta, terms, body)),
            (Answer::Part, None) => Err(Refusal::Range {
                len_bytes: meta.len_bytes,
            }),
            (Answer::Whole, _) => {
                let body = Body::object(meta.len_bytes, body);
                Ok(object::whole(&meta, terms, body))
            }
        }
    }

    fn refused(
        &self,
        app: &App,
        refusal: Refusal,
        site: Option<&Site>,
        record: &mut Record,
    ) -> Response<Body> {
        // A reported token is the log's business; what refused the request is the answer's.
        record.reason = Some(refusal.code());
        if let (Refusal::Store(error), Some(site)) = (&refusal, site)
            // Of so many, the access log and the metrics tell enough.
            && !matches!(error, StoreError::NotFound | StoreError::Overloaded)
        {
            let (site, path) = (site.config.token.name(), record.path.as_deref());
            let path = path.unwrap_or_default();
            app.observer
                .store_failed(site, *error, path, self.id.as_str());
        }
        let manner = Manner {
            site: site.map(|site| (site.config.token.name(), &site.config.answers)),
            now_unix_secs: self.now_unix_secs,
        };
        let instead = site.and_then(|site| navigation::instead(&refusal, &site.config, &self.head));
        let problem = refusal.into_response(&self.head.method, self.id.as_str(), manner);
        match instead {
            Some(instead) => instead.in_place_of(problem, &self.head.method, self.id.as_str()),
            None => problem,
        }
    }
}

/// An object and how the conditions want it answered.
struct Found {
    opened: Opened,
    answer: Answer,
}

enum Answer {
    Whole,
    Part,
    Several(several::Several),
    NotModified,
}
