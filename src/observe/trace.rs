//! Traces: a span a request, and within it one a call to a store, sent by OTLP. W3C Trace Context
//! comes in with a request and goes out with the call to the store. Names are those of
//! OpenTelemetry's HTTP conventions; no span holds a token, a query or a raw target.

use futures_util::future::Either;
use http::HeaderMap;
use http::request::Parts;
use opentelemetry::context::FutureExt;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use super::Record;

/// Where spans go. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<Sent>);

#[derive(Clone, Debug)]
struct Sent {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// No traces.
    pub const fn off() -> Self {
        Self(None)
    }

    /// Whether there are any.
    pub(super) const fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// Traces by OTLP over HTTP, as the `OTEL_*` variables say. Spans are sent by a thread of their
    /// own; those that it cannot take are dropped.
    ///
    /// # Errors
    /// Where a variable cannot be used.
    pub fn otlp() -> Result<Self, ExporterBuildError> {
        let exporter = SpanExporter::builder().with_http().build()?;
        let resource = Resource::builder();
        // The variables win: the SDK takes what is set here before what they say.
        let named = Resource::builder().build();
        let has_name = named
            .get(&"service.name".into())
            .is_some_and(|name| !name.as_str().starts_with("unknown_service"));
        let resource = match has_name {
            true => resource,
            false => resource.with_service_name("countersign"),
        };
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.with_attribute(version).build())
            .with_batch_exporter(exporter)
            .build();
        let tracer = provider.tracer("countersign");
        Ok(Self(Some(Sent { provider, tracer })))
    }

    /// Sends what waits and ends; blocks for some seconds at most.
    pub fn shut_down(&self) {
        if let Some(sent) = &self.0
            && let Err(error) = sent.provider.shutdown()
        {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }

    /// A request's span, within the trace that its `traceparent` names.
    pub(super) fn request(&self, head: &Parts) -> Trace {
        let Some(sent) = &self.0 else {
            return Trace(None);
        };
        let parent = TraceContextPropagator::new()
            .extract_with_context(&Context::new(), &Headers(&head.headers));
        // A method may be any token; the conventions' word for an unknown one is `_OTHER`.
        let method = super::metrics::known_method(head.method.as_str());
        let method = if method == "other" { "_OTHER" } else { method };
        let attributes = [
            KeyValue::new("http.request.method", method),
            KeyValue::new("network.protocol.version", version(head)),
        ];
        let span = sent
            .tracer
            .span_builder(method)
            .with_kind(SpanKind::Server)
            .with_attributes(attributes)
            .start_with_context(&sent.tracer, &parent);
        Trace(Some(parent.with_span(span)))
    }

    /// A span within the current one, for a call to a store.
    pub(super) fn store_call(&self, site: &str, operation: &'static str) -> Trace {
        let current = Context::current();
        let Some(sent) = &self.0 else {
            return Trace(None);
        };
        let span = sent
            .tracer
            .span_builder(operation)
            .with_kind(SpanKind::Client)
            .with_attributes([KeyValue::new("countersign.site", site.to_owned())])
            .start_with_context(&sent.tracer, &current);
        Trace(Some(current.with_span(span)))
    }
}

fn version(head: &Parts) -> &'static str {
    match head.version {
        http::Version::HTTP_2 => "2",
        http::Version::HTTP_10 => "1.0",
        _ => "1.1",
    }
}

/// A span that is open; nothing where there are no traces.
#[derive(Debug, Default)]
pub struct Trace(Option<Context>);

impl Trace {
    /// No span.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Runs `work` within the span, so that what it starts becomes part of it.
    pub fn scope<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        match &self.0 {
            Some(context) => Either::Left(work.with_context(context.clone())),
            None => Either::Right(work),
        }
    }

    /// Ends a request's span with what became of it.
    pub(super) fn end_request(&self, record: &Record) {
        let Some(context) = &self.0 else {
            return;
        };
        let span = context.span();
        let token = record.token.as_ref();
        let words = [
            ("url.path", record.path.as_deref().map(str::to_owned)),
            ("client.address", record.client.map(|ip| ip.to_string())),
            (
                "countersign.request_id",
                Some(record.request_id.to_string()),
            ),
            (
                "countersign.site",
                record.site.as_deref().map(str::to_owned),
            ),
            ("countersign.decision", Some(record.decision.to_owned())),
            ("countersign.reason", record.reason.map(str::to_owned)),
            ("countersign.carrier", record.carrier.map(str::to_owned)),
            ("countersign.kid", token.map(|token| token.kid().to_owned())),
            ("countersign.cache", record.cache.map(str::to_owned)),
        ];
        let words = words
            .into_iter()
            .filter_map(|(name, word)| Some(KeyValue::new(name, word?)));
        span.set_attributes(words);
        let status = i64::from(record.status);
        span.set_attribute(KeyValue::new("http.response.status_code", status));
        let bytes = i64::try_from(record.bytes_sent).unwrap_or(i64::MAX);
        span.set_attribute(KeyValue::new("http.response.body.size", bytes));
        if record.status >= 500 {
            span.set_status(Status::error(record.reason.unwrap_or("error")));
        } else if !record.complete {
            span.set_status(Status::error("the body was cut"));
        }
        span.end();
    }

    /// Ends the span of a call to an API, whose path holds nothing of a client's.
    pub fn end_call(&self, path: &str, status: u16) {
        let Some(context) = &self.0 else {
            return;
        };
        let span = context.span();
        span.set_attributes([
            KeyValue::new("url.path", path.to_owned()),
            KeyValue::new("http.response.status_code", i64::from(status)),
        ]);
        if status >= 500 {
            span.set_status(Status::error("error"));
        }
        span.end();
    }

    /// Ends a store call's span.
    pub(super) fn end_store_call(&self, result: &'static str, is_failure: bool) {
        let Some(context) = &self.0 else {
            return;
        };
        let span = context.span();
        span.set_attribute(KeyValue::new("countersign.result", result));
        if is_failure {
            span.set_status(Status::error(result));
        }
        span.end();
    }
}

struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
