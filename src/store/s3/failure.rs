//! From the SDK's errors to ours: by S3's error code where there is one, else by status.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::extent;
use crate::store::StoreError;

/// How a call to S3 failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No request could be made of the settings.
    NoRequest,
    /// Nothing in the chain gave credentials.
    NoCredentials,
    /// No connection or no answer in time.
    Timeout,
    /// No connection, or one that broke before the answer's head.
    Unreachable,
    /// S3 answered with an error.
    Answer(Answer),
}

/// What an error answer says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// S3's error code; a HEAD has none.
    pub(super) code: Option<String>,
    /// `x-amz-bucket-region`, or the region that the message expects.
    pub(super) bucket_region: Option<String>,
    /// The object's length, with 416.
    len_bytes: Option<u64>,
    /// `Retry-After` in seconds; a date is left unread.
    retry_after_secs: Option<u32>,
}

impl<E> From<SdkError<E>> for Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        if let Some(answer) = Answer::of(&error) {
            return Self::Answer(answer);
        }
        match &error {
            SdkError::ConstructionFailure(_) => Self::NoRequest,
            SdkError::TimeoutError(_) => Self::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::Timeout,
            _ if has_source::<CredentialsError>(&error) => Self::NoCredentials,
            // Without the connection's own error it is the SDK that found no way to send: a bucket
            // or endpoint that makes no URL.
            SdkError::DispatchFailure(failure)
                if failure.is_user()
                    || failure.is_other() && !has_source::<hyper::Error>(&error) =>
            {
                Self::NoRequest
            }
            _ => Self::Unreachable,
        }
    }
}

impl Answer {
    fn of<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<Self> {
        let raw = error.raw_response()?;
        let meta = error.as_service_error().map(ProvideErrorMetadata::meta);
        let header = |name| raw.headers().get(name).map(str::to_owned);
        let message = meta.and_then(|meta| meta.message());
        Some(Self {
            status: raw.status().as_u16(),
            code: meta.and_then(|meta| meta.code()).map(str::to_owned),
            bucket_region: header("x-amz-bucket-region").or_else(|| expected_region(message?)),
            len_bytes: header("content-range").and_then(|value| extent::unsatisfied(&value)),
            retry_after_secs: header("retry-after").and_then(|value| value.parse().ok()),
        })
    }

    fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }

    /// The bucket does not exist, or not in the region that was asked.
    pub(super) fn is_misplaced(&self) -> bool {
        let by_code = matches!(
            self.code(),
            "PermanentRedirect" | "TemporaryRedirect" | "Redirect" | "AuthorizationHeaderMalformed"
        );
        by_code
            || matches!(self.status, 301 | 302 | 307 | 308)
            || self.code.is_none() && self.status == 400 && self.bucket_region.is_some()
    }

    /// The credentials are at fault, not what they are allowed.
    pub(super) fn is_credentials(&self) -> bool {
        matches!(
            self.code(),
            "InvalidAccessKeyId"
                | "SignatureDoesNotMatch"
                | "ExpiredToken"
                | "InvalidToken"
                | "TokenRefreshRequired"
                | "NotSignedUp"
                | "InvalidSecurity"
        )
    }

    fn store_error(&self, has_version: bool) -> StoreError {
        match (self.code(), self.status) {
            _ if self.is_misplaced() => StoreError::Misconfigured,
            ("NoSuchBucket" | "InvalidBucketName", _) => StoreError::Misconfigured,
            ("NoSuchKey" | "NotFound" | "NoSuchVersion" | "KeyTooLongError", _) => {
                StoreError::NotFound
            }
            ("RequestTimeout", _) | (_, 408 | 504) => StoreError::Timeout,
            // Any 503: S3 and its like say so themselves, and what stands before a store says it
            // when the store has too much to do.
            (
                "SlowDown"
                | "Throttling"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "TooManyRequests"
                | "TooManyRequestsException"
                | "BandwidthLimitExceeded",
                _,
            )
            | (_, 429 | 503) => StoreError::Throttled {
                retry_after_secs: self.retry_after_secs,
            },
            ("PreconditionFailed", _) | (_, 412) => StoreError::Changed,
            (_, 304) => StoreError::NotModified,
            (_, 404) => StoreError::NotFound,
            // A version id that is none (400), or that of a delete marker (405).
            ("InvalidArgument" | "MethodNotAllowed" | "", 400 | 405) if has_version => {
                StoreError::NotFound
            }
            _ if self.is_credentials() => StoreError::Denied,
            // A HEAD's 400 is an expired session, or an object under a customer's key (SSE-C).
            (_, 401 | 403) | ("InvalidRequest" | "", 400) => StoreError::Denied,
            _ => StoreError::Unavailable,
        }
    }
}

impl Failure {
    /// What the reader of an object is told. A 416 is for the caller, who knows the length.
    pub(super) fn store_error(&self, has_version: bool) -> StoreError {
        match self {
            Self::NoRequest => StoreError::Misconfigured,
            Self::NoCredentials => StoreError::Denied,
            Self::Timeout => StoreError::Timeout,
            Self::Unreachable => StoreError::Unavailable,
            Self::Answer(answer) => answer.store_error(has_version),
        }
    }

    /// S3 says `AccessDenied`, as it also does for a missing key where listing is not allowed.
    pub(super) fn is_access_denied(&self) -> bool {
        matches!(self, Self::Answer(answer) if answer.code() == "AccessDenied")
    }

    /// The range is not satisfiable.
    pub(super) fn is_range(&self) -> bool {
        matches!(self, Self::Answer(Answer { status: 416, .. }))
    }

    /// The object's length, where a 416 states it.
    pub(super) fn len_bytes(&self) -> Option<u64> {
        match self {
            Self::Answer(answer) => answer.len_bytes,
            _ => None,
        }
    }
}

/// `eu-central-1` of "the region 'us-east-1' is wrong; expecting 'eu-central-1'".
fn expected_region(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("expecting '")?;
    let (region, _) = rest.split_once('\'')?;
    Some(region.to_owned())
}

fn has_source<T: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| error.is::<T>())
}

#[cfg(test)]
mod tests {
    use super::{Answer, Failure, StoreError, expected_region};

    const THROTTLED: StoreError = StoreError::Throttled {
        retry_after_secs: None,
    };

    fn told(status: u16, code: &str, has_version: bool) -> StoreError {
        let code = (!code.is_empty()).then(|| code.to_owned());
        Failure::Answer(Answer {
            status,
            code,
            ..Answer::default()
        })
        .store_error(has_version)
    }

    #[test]
    fn s3s_codes_decide_before_the_status() {
        for (status, code, error) in [
            (404, "NoSuchKey", StoreError::NotFound),
            (400, "KeyTooLongError", StoreError::NotFound),
            (404, "NoSuchBucket", StoreError::Misconfigured),
            (301, "PermanentRedirect", StoreError::Misconfigured),
            (
                400,
                "AuthorizationHeaderMalformed",
                StoreError::Misconfigured,
            ),
            (403, "AccessDenied", StoreError::Denied),
            (403, "InvalidAccessKeyId", StoreError::Denied),
            (400, "ExpiredToken", StoreError::Denied),
            (403, "InvalidObjectState", StoreError::Denied),
            (412, "PreconditionFailed", StoreError::Changed),
            (503, "SlowDown", THROTTLED),
            (503, "ServiceUnavailable", THROTTLED),
            (429, "TooManyRequests", THROTTLED),
            (400, "RequestLimitExceeded", THROTTLED),
            (500, "InternalError", StoreError::Unavailable),
            (400, "RequestTimeout", StoreError::Timeout),
            (400, "Surprise", StoreError::Unavailable),
        ] {
            assert_eq!(told(status, code, false), error, "{status} {code}");
        }
    }

    #[test]
    fn a_head_without_a_code_is_told_by_its_status() {
        for (status, error) in [
            (301, StoreError::Misconfigured),
            (400, StoreError::Denied),
            (403, StoreError::Denied),
            (404, StoreError::NotFound),
            (412, StoreError::Changed),
            (500, StoreError::Unavailable),
            (503, THROTTLED),
            (504, StoreError::Timeout),
        ] {
            assert_eq!(told(status, "", false), error, "{status}");
        }
    }

    #[test]
    fn a_version_that_is_none_or_a_delete_marker_is_not_there() {
        for (status, code) in [
            (400, "InvalidArgument"),
            (405, "MethodNotAllowed"),
            (404, "NoSuchVersion"),
            (400, ""),
        ] {
            assert_eq!(told(status, code, true), StoreError::NotFound, "{code}");
        }
    }

    #[test]
    fn the_right_region_is_read_out_of_the_message() {
        let message = "the region 'us-east-1' is wrong; expecting 'eu-central-1'";
        assert_eq!(expected_region(message).as_deref(), Some("eu-central-1"));
        assert_eq!(expected_region("nothing of the kind"), None);
    }
}
