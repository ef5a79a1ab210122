//! `--validate`: fetches one byte by what was just signed, and tells the answer.

use std::fmt;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue, RANGE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A problem document is read so far.
const MOST_PROBLEM_BYTES: usize = 64 * 1024;

/// The flags.
#[derive(Debug, clap::Args)]
pub struct ValidateArgs {
    /// Fetch it (one byte) and tell the answer's status and reason; needs --base-url
    #[arg(long, requires = "base_url")]
    pub(super) validate: bool,
    /// How long to wait for the answer, in seconds
    #[arg(long, value_name = "SECS", default_value_t = 10, requires = "validate")]
    pub(super) validate_timeout: u64,
}

/// A request that presents a token.
pub(super) struct Presented {
    pub(super) url: String,
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
}

/// What came back.
pub(super) enum Answer {
    /// An answer.
    Told {
        status: StatusCode,
        reason: Option<String>,
        title: Option<String>,
    },
    /// None.
    Nobody(String),
}

impl Answer {
    /// Whether the object was sent.
    pub(super) fn opens(&self) -> bool {
        matches!(self, Self::Told { status, .. } if status.is_success())
    }

    /// `{ok, status, reason?, title?}` or `{ok, error}`.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Told {
                status,
                reason,
                title,
            } => {
                let mut told = json!({ "ok": self.opens(), "status": status.as_u16() });
                for (name, value) in [("reason", reason), ("title", title)] {
                    if let Some(value) = value {
                        told[name] = value.as_str().into();
                    }
                }
                told
            }
            Self::Nobody(error) => json!({ "ok": false, "error": error }),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told {
                status,
                reason,
                title,
            } => {
                write!(f, "validated: {status}")?;
                let mut between = ": ";
                for text in [reason, title].into_iter().flatten() {
                    write!(f, "{between}{text:?}")?;
                    between = ", ";
                }
                Ok(())
            }
            Self::Nobody(error) => write!(f, "validated: no answer: {error}"),
        }
    }
}

/// Asks for the first byte. Redirects are told, not followed.
pub(super) fn fetch(presented: Presented, args: &ValidateArgs) -> Answer {
    let timeout = Duration::from_secs(args.validate_timeout);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Answer::Nobody(error.to_string()),
    };
    let asked = runtime.block_on(ask(presented, timeout));
    asked.unwrap_or_else(|error| Answer::Nobody(causes(&*error)))
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

async fn ask(presented: Presented, timeout: Duration) -> Result<Answer, AnyError> {
    let client = reqwest::Client::builder()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .build()?;
    let method = Method::from_bytes(presented.method.as_bytes())?;
    let mut request = client
        .request(method, &presented.url)
        .header(RANGE, "bytes=0-0");
    for (name, value) in &presented.headers {
        let name: HeaderName = name.parse()?;
        request = request.header(name, HeaderValue::from_str(value)?);
    }
    let mut response = request.send().await?;
    // An empty object has no first byte, and is as open as any other.
    let status = match response.status() {
        StatusCode::RANGE_NOT_SATISFIABLE => StatusCode::OK,
        status => status,
    };
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().ok()?.to_owned())
    };
    let reason = header("countersign-reason");
    let is_problem =
        header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json"));
    let mut title = None;
    if is_problem {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MOST_PROBLEM_BYTES {
                break;
            }
        }
        let problem: Option<Value> = serde_json::from_slice(&body).ok();
        title = problem.and_then(|problem| Some(problem["title"].as_str()?.to_owned()));
    }
    Ok(Answer::Told {
        status,
        reason,
        title,
    })
}

/// The error and what caused it, without the URL, which holds the token.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let outer = match error.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_timeout() => return "nobody answered in time".to_owned(),
        Some(error) if error.is_connect() => "no connection".to_owned(),
        Some(_) => "the request failed".to_owned(),
        None => error.to_string(),
    };
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(outer, |told, cause| format!("{told}: {cause}"))
}
