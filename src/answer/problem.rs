//! RFC 9457 problem details: the one form in which a refusal or an error leaves the process.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// A member at fault in a JSON body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldFault {
    /// RFC 6901 pointer, `/expires_in`.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// An `application/problem+json` body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// A URI reference that names the kind: `urn:countersign:problem:CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few words, the same for every occurrence.
    pub title: &'static str,
    /// The HTTP status.
    #[serde(serialize_with = "as_number")]
    #[schema(value_type = u16)]
    pub status: StatusCode,
    /// The reason's word: TOKEN.md's, or one of DELIVERY.md's and SIGNING.md's.
    pub code: &'static str,
    /// What happened this time; never the raw target, a token or a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's id, as in the log.
    pub request_id: String,
    /// The fields at fault, all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
}

impl Problem {
    /// A problem without detail.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        request_id: impl Into<String>,
    ) -> Self {
        Self {
            kind: format!("urn:countersign:problem:{code}"),
            title,
            status,
            code,
            detail: None,
            request_id: request_id.into(),
            errors: Vec::new(),
        }
    }

    /// Adds the detail.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The answer, `no-store`, with a length and without further headers.
    pub fn into_response(self) -> Response<Bytes> {
        let status = self.status;
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

fn as_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}
