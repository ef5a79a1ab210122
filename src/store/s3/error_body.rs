//! An error's body is read by the SDK to its end: here it has one.

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use http_body_util::Limited;

/// S3's errors have a few hundred bytes; one with more counts as one without a code.
const MAX_BYTES: usize = 64 << 10;

/// Cuts the bodies of answers that are no success. Their time is bounded by the attempt's time-out.
#[derive(Debug)]
pub(super) struct ErrorBody;

impl Intercept for ErrorBody {
    fn name(&self) -> &'static str {
        "ErrorBody"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if !response.status().is_success() {
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            let body = SdkBody::from_body_1_x(Limited::new(body, MAX_BYTES));
            *response.body_mut() = body;
        }
        Ok(())
    }
}
