//! The one place from an error to an answer.

use countersign_token::Reason;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::body::Body;
use super::problem::Problem;
use super::store_told::{RETRY_AFTER_SECS, retry_after_secs, store_detail, store_told};
use crate::config::model::Answers;
use crate::request::HostFault;
use crate::store::StoreError;
use crate::verify::Denied;

/// Why a request gets no object.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// A body whose end two readers may see at two places.
    Chunked,
    /// A target that is neither a path nor a URL of `http` or `https`.
    Target,
    /// A header's value that begins or ends with a space, in HTTP/2.
    Value,
    /// More header fields than a request may have.
    Headers,
    /// More connections or requests than are served at once.
    Overloaded,
    /// Not exactly one valid host.
    Host(HostFault),
    /// No site has this host.
    UnknownHost,
    /// Neither `GET`, `HEAD` nor a preflight.
    Method,
    /// The verifier's word.
    Denied(Box<Denied>),
    /// A denial too many of the client's network.
    TooManyFailures {
        /// When to come again.
        retry_after_secs: u64,
    },
    /// Uses cannot be counted now.
    Uses,
    /// The store's word.
    Store(StoreError),
    /// A condition of the request does not hold (RFC 9110 §15.5.13).
    Precondition,
    /// No byte of the range is in the object.
    Range {
        /// The object's length.
        len_bytes: u64,
    },
}

/// What an answer to a refusal needs of the site; where no site is known, the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner<'s> {
    /// The site's name and its way of answering.
    pub site: Option<(&'s str, &'s Answers)>,
    /// Now, in Unix seconds.
    pub now_unix_secs: u64,
}

impl Refusal {
    /// The word in answers and logs.
    pub const fn code(&self) -> &'static str {
        self.told().1
    }

    /// Status, code and title.
    const fn told(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::Chunked | Self::Target | Self::Value => {
                (S::BAD_REQUEST, "bad_request", "Bad request")
            }
            Self::Headers => (
                S::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "too_many_headers",
                "Too many header fields",
            ),
            Self::Overloaded => (
                S::SERVICE_UNAVAILABLE,
                "overloaded",
                "Too many requests are being served",
            ),
            Self::Host(_) => (S::BAD_REQUEST, "bad_host", "Bad Host"),
            Self::UnknownHost => (S::MISDIRECTED_REQUEST, "unknown_host", "Unknown host"),
            Self::Method => (
                S::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Method not allowed",
            ),
            Self::Denied(denied) => reason_told(denied.reason),
            Self::TooManyFailures { .. } => (
                S::TOO_MANY_REQUESTS,
                "too_many_failures",
                "Too many tokens that do not hold",
            ),
            Self::Precondition => (
                S::PRECONDITION_FAILED,
                "precondition_failed",
                "Precondition failed",
            ),
            Self::Range { .. } => (
                S::RANGE_NOT_SATISFIABLE,
                "range_not_satisfiable",
                "Range not satisfiable",
            ),
            Self::Uses => (
                S::SERVICE_UNAVAILABLE,
                "uses_unavailable",
                "Uses cannot be counted now",
            ),
            Self::Store(error) => store_told(*error),
        }
    }

    /// The answer, for `method`, without CORS.
    pub fn into_response(
        self,
        method: &Method,
        request_id: &str,
        manner: Manner<'_>,
    ) -> Response<Body> {
        let (mut status, code, title) = self.told();
        let shown = manner.site.is_none_or(|(_, answers)| answers.show_reasons);
        let mut extra = HeaderMap::new();
        match &self {
            Self::Denied(denied) => {
                status = mapped(status, denied.reason, manner);
                self.denial_headers(denied.reason, shown, manner, &mut extra);
            }
            Self::TooManyFailures { retry_after_secs } => {
                extra.insert(header::RETRY_AFTER, (*retry_after_secs).into());
                if shown {
                    let word = HeaderValue::from_static(code);
                    extra.insert("countersign-reason", word);
                }
            }
            Self::Chunked => {
                // What follows on the connection may be meant as the body or as a request.
                extra.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Self::Method => {
                extra.insert(
                    header::ALLOW,
                    HeaderValue::from_static("GET, HEAD, OPTIONS"),
                );
            }
            Self::Range { len_bytes } => {
                if let Ok(value) = HeaderValue::from_str(&format!("bytes */{len_bytes}")) {
                    extra.insert(header::CONTENT_RANGE, value);
                }
            }
            Self::Store(error) if status == StatusCode::SERVICE_UNAVAILABLE => {
                extra.insert(header::RETRY_AFTER, retry_after_secs(*error).into());
            }
            _ if status == StatusCode::SERVICE_UNAVAILABLE => {
                extra.insert(header::RETRY_AFTER, RETRY_AFTER_SECS.into());
            }
            _ => {}
        }
        let mut problem = Problem::new(status, code, title, request_id);
        if shown {
            problem.detail = Some(self.detail(manner.now_unix_secs));
        }
        let (mut parts, bytes) = problem.into_response().into_parts();
        let len = bytes.len();
        parts.headers.extend(extra);
        parts.headers.insert(header::CONTENT_LENGTH, len.into());
        let body = if method == Method::HEAD {
            Body::Empty
        } else {
            Body::whole(bytes)
        };
        Response::from_parts(parts, body)
    }

    fn denial_headers(
        &self,
        reason: Reason,
        shown: bool,
        manner: Manner<'_>,
        headers: &mut HeaderMap,
    ) {
        if shown {
            let word = HeaderValue::from_static(reason.as_str());
            headers.insert("countersign-reason", word);
        }
        if let (Reason::Missing, Some((site, _))) = (reason, manner.site) {
            let challenge = format!("Countersign realm=\"{site}\"");
            if let Ok(challenge) = HeaderValue::from_str(&challenge) {
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
        }
    }

    /// What happened and what to do, for people. Nothing of the request's text is in it.
    fn detail(&self, now: u64) -> String {
        match self {
            Self::Chunked => "Objects are read without a body: send no Transfer-Encoding.".to_owned(),
            Self::Value => "A header's value begins or ends with a space or a tab.".to_owned(),
            Self::Target => "The request's target is neither a path nor a URL of http or https.".to_owned(),
            Self::Headers => "The request has more header fields than this server takes.".to_owned(),
            Self::Overloaded => "This server serves as many requests as it may. Try again in a moment.".to_owned(),
            Self::Host(fault) => format!("{fault}."),
            Self::UnknownHost => "No site of this server has the request's Host. Is the host listed in the site's `hosts`?".to_owned(),
            Self::Method => "Objects are read with GET or HEAD.".to_owned(),
            Self::Denied(denied) => denial_detail(denied, now),
            Self::TooManyFailures { retry_after_secs } => format!("Too many links that are damaged or not signed here came from your network. Links that hold are served; others again in {retry_after_secs} s."),
            Self::Precondition => "The object is not the version that the request asked for.".to_owned(),
            Self::Range { len_bytes } => format!("The object has {len_bytes} bytes; the range starts behind them."),
            Self::Uses => "More uses are open than this server counts at once. Try again in a while.".to_owned(),
            Self::Store(error) => store_detail(*error).to_owned(),
        }
    }
}

/// The site's own status for a reason.
fn mapped(status: StatusCode, reason: Reason, manner: Manner<'_>) -> StatusCode {
    let list = manner
        .site
        .map_or(&[][..], |(_, answers)| &answers.reason_status);
    list.iter()
        .find(|(mapped, _)| *mapped == reason)
        .and_then(|(_, status)| StatusCode::from_u16(*status).ok())
        .unwrap_or(status)
}

const fn reason_told(reason: Reason) -> (StatusCode, &'static str, &'static str) {
    let status = match reason.status() {
        400 => StatusCode::BAD_REQUEST,
        401 => StatusCode::UNAUTHORIZED,
        _ => StatusCode::FORBIDDEN,
    };
    let title = match reason {
        Reason::BadPath => "The path has no canonical form",
        Reason::Conflict => "More than one reading",
        Reason::Missing => "A token is needed",
        Reason::Malformed => "The token is malformed",
        Reason::Unsupported => "The token is of a kind not supported here",
        Reason::UnknownKey => "The token's key is unknown",
        Reason::KeyRetired => "The token's key is not in use",
        Reason::BadSignature => "The token's signature does not hold",
        Reason::Lifetime => "The token lives too long",
        Reason::NotYetValid => "The token is not valid yet",
        Reason::Expired => "The token has expired",
        Reason::Path => "The token is for other paths",
        Reason::Method => "The token is for other methods",
        Reason::Ip => "The token is for other networks",
        Reason::Geo => "The token is for other countries",
        Reason::Revoked => "The token is revoked",
        _ => "The token is used up",
    };
    (status, reason.as_str(), title)
}

fn denial_detail(denied: &Denied, now: u64) -> String {
    let ask = "Ask for a new link.";
    match denied.reason {
        Reason::BadPath => "The path must be whole UTF-8 without empty, \".\" or \"..\" segments, escaped slashes, backslashes or control characters.".to_owned(),
        Reason::Conflict => "The request brings more than one token, or a signed parameter or header twice or with a bad escape. Bring one.".to_owned(),
        Reason::Missing => "Sign a URL for this path, or bring a token in the query, the path, the header or a cookie of this site.".to_owned(),
        Reason::Malformed => format!("The token's text is damaged; was the link cut off or escaped twice? {ask}"),
        Reason::Unsupported => "The token has a field or version that this server does not carry out.".to_owned(),
        Reason::UnknownKey => "The key that signed it is not in this site's key ring. Are signer and server configured with the same keys?".to_owned(),
        Reason::KeyRetired => format!("The key that signed it is retired, or outside its dates. {ask}"),
        Reason::BadSignature => "It was signed with another secret, or for another path, site or signed value, or was changed since. `countersign explain` shows the signed bytes.".to_owned(),
        Reason::Lifetime => "It lives longer than the site or its key allows; sign it for a shorter time.".to_owned(),
        Reason::NotYetValid => match denied.token.as_ref().and_then(|token| token.nbf) {
            Some(nbf) => format!("It becomes valid in {} s.", nbf.saturating_sub(now)),
            None => "It becomes valid later.".to_owned(),
        },
        Reason::Expired => match &denied.token {
            Some(token) => format!("It expired {} s ago. {ask}", now.saturating_sub(token.exp)),
            None => ask.to_owned(),
        },
        Reason::Path => "None of the patterns of the token, or of its key, covers this path.".to_owned(),
        Reason::Method => "The token does not grant this method.".to_owned(),
        Reason::Ip => format!("Your address is not one that the token was signed for. {ask}"),
        Reason::Geo => "Your country is not one that the token was signed for, or is unknown.".to_owned(),
        Reason::Revoked => format!("It was withdrawn. {ask}"),
        _ => format!("It has no uses left. {ask}"),
    }
}

#[cfg(test)]
mod tests;
