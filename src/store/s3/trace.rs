//! The trace of a request goes on into the store: W3C Trace Context on each call.

use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use opentelemetry::Context;
use opentelemetry::propagation::{Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// Writes the current span's context into a call's head. After signing: a proxy before the store may
/// write its own span there, which must not break the signature.
#[derive(Debug)]
pub(super) struct TraceContext;

impl Intercept for TraceContext {
    fn name(&self) -> &'static str {
        "TraceContext"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Without a span nothing is written.
        let mut written = Written(Vec::new());
        TraceContextPropagator::new().inject_context(&Context::current(), &mut written);
        for (name, value) in written.0 {
            context.request_mut().headers_mut().insert(name, value);
        }
        Ok(())
    }
}

struct Written(Vec<(String, String)>);

impl Injector for Written {
    fn set(&mut self, key: &str, value: String) {
        self.0.push((key.to_owned(), value));
    }
}
