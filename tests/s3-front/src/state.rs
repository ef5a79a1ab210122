//! What connections and those who set rules share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::answer::Answer;
use crate::fault::Fault;
use crate::journal::Journal;
use crate::objects::Made;
use crate::request::Request;
use crate::rule::{Active, Rule};
use crate::upstream;

#[derive(Debug)]
pub(crate) struct State {
    rules: Mutex<Vec<Active>>,
    made: Mutex<Made>,
    upstream: Option<SocketAddr>,
    pub(crate) journal: Arc<Journal>,
}

impl State {
    pub(crate) fn new(upstream: Option<SocketAddr>) -> Self {
        Self {
            rules: Mutex::default(),
            made: Mutex::default(),
            upstream,
            journal: Arc::new(Journal::new()),
        }
    }

    pub(crate) fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn active(&self) -> MutexGuard<'_, Vec<Active>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, rule: Rule) {
        self.active().push(Active::new(rule));
    }

    pub(crate) fn clear(&self) {
        self.active().clear();
    }

    pub(crate) fn rules(&self) -> Vec<Rule> {
        self.active()
            .iter()
            .map(|active| active.rule.clone())
            .collect()
    }

    pub(crate) fn fault(&self, request: &Request) -> Option<Fault> {
        let mut rules = self.active();
        rules.iter_mut().find_map(|active| {
            let happens = active.happens(request);
            happens.then(|| active.rule.fault.clone())
        })
    }

    /// What a good store answers, and what a changed one or one without ranges does.
    pub(crate) async fn answer(&self, mut request: Request, fault: Option<&Fault>) -> Answer {
        if let Some(Fault::Status { status, code }) = fault {
            return Answer::error(*status, code);
        }
        if fault == Some(&Fault::WholeObject) {
            request.headers.retain(|(name, _)| name != "range");
        }
        let is_changed = fault == Some(&Fault::Changed);
        if let Some(answer) = self.made().answer(&request, is_changed) {
            return answer;
        }
        let Some(upstream) = self.upstream else {
            return nothing_behind(&request);
        };
        let if_match = request.clone();
        if is_changed {
            request.headers.retain(|(name, _)| name != "if-match");
        }
        match upstream::pass_on(upstream, &request).await {
            Ok(answer) if is_changed => upstream::changed(&if_match, answer),
            Ok(answer) => answer,
            Err(_) => Answer::error(503, "ServiceUnavailable"),
        }
    }
}

fn nothing_behind(request: &Request) -> Answer {
    match (request.method.as_str(), &request.key) {
        ("GET", None) => Answer::new(
            200,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Name>made</Name><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys>\
             <IsTruncated>false</IsTruncated></ListBucketResult>",
        )
        .with("content-type", "application/xml"),
        ("HEAD", None) => Answer::new(200, ""),
        ("GET" | "HEAD", Some(_)) => Answer::error(404, "NoSuchKey"),
        _ => Answer::error(501, "NotImplemented"),
    }
}
