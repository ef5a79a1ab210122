//! `POST /v1/cookies`: a grant as the site's cookie; `DELETE`: the end of that cookie.

use axum::response::Response;
use countersign_token::Carrier;
use http::{HeaderValue, header};
use serde::Serialize;

use super::call::{Asked, Call};
use super::grant::grant;
use super::refusal::Refusal;
use super::request::{SignRequest, parse_for_cookie};
use crate::answer::problem::FieldFault;
use crate::config::model::Site;

/// What a URL has and a cookie does not.
const OF_URLS: [&str; 2] = ["carrier", "stable"];

/// Browsers drop a cookie whose name and value are longer together (RFC 6265bis §5.6).
const MAX_COOKIE_BYTES: usize = 4_096;

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    cookie: Cookie,
    #[serde(flatten)]
    grant: Option<Grant>,
}

#[derive(Debug, Serialize)]
struct Cookie {
    name: String,
    value: String,
    set_cookie: String,
}

/// What the cookie's token says.
#[derive(Debug, Serialize)]
struct Grant {
    token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    expires_at: u64,
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

/// Signs, or says why not.
pub(super) fn set(call: &Call<'_>, asked: Asked) -> Result<Told, Refusal> {
    let state = call.state;
    let mut members = asked.members;
    let mut faults: Vec<FieldFault> = OF_URLS
        .into_iter()
        .filter(|name| members.remove(*name).is_some())
        .map(|name| fault(name, "is for URLs; leave it out for a cookie"))
        .collect();
    let (mut request, found) = parse_for_cookie(members);
    faults.extend(found);
    request.carrier = Carrier::Cookie;
    // No cache is keyed by a cookie: it lives as long as was asked for.
    request.stable = false;
    let site = match call.find_site(request.site.as_deref()) {
        Ok(site) => site,
        Err(fault) => {
            faults.push(fault);
            return Err(Refusal::Invalid(faults));
        }
    };
    faults.extend(unreached(site, &request));
    let now = state.clock.now_unix_secs();
    let request = (request, faults);
    let granted = grant(call, &asked.caller, asked.client, request)?;
    let max_age_secs = granted.expires_at.saturating_sub(now);
    let cookie = cookie(site, &granted.token, max_age_secs);
    if cookie.name.len() + cookie.value.len() > MAX_COOKIE_BYTES {
        let detail = "is too much for a cookie of 4096 bytes; ask for less, or for a URL";
        return Err(Refusal::Invalid(vec![FieldFault {
            pointer: String::new(),
            detail: detail.to_owned(),
        }]));
    }
    let grant = Some(Grant {
        token: granted.token,
        path: granted.path,
        expires_at: granted.expires_at,
        kid: granted.kid,
        jti: granted.jti,
    });
    Ok(Told { cookie, grant })
}

/// The site's cookie, ended at once. The query is nothing, or `site=NAME`; a name needs no escapes.
pub(super) fn clear(call: &Call<'_>, query: Option<&str>) -> Result<Told, Refusal> {
    let name = query.filter(|query| !query.is_empty());
    let name = name.map(|query| query.strip_prefix("site=").ok_or(()));
    let site = name.transpose().map_or_else(
        |()| Err(fault("site", "is the only parameter: ?site=NAME")),
        |name| call.find_site(name),
    );
    let site = site.map_err(|fault| Refusal::Invalid(vec![fault]))?;
    Ok(Told {
        cookie: cookie(site, "", 0),
        grant: None,
    })
}

/// The answer, with its `Set-Cookie`.
pub(super) fn answer(call: &Call<'_>, told: Result<Told, Refusal>) -> Response {
    let line = told.as_ref().ok().map(|told| &told.cookie.set_cookie);
    let line = line.and_then(|line| HeaderValue::try_from(line).ok());
    let mut response = call.answer(told);
    if let Some(mut line) = line {
        line.set_sensitive(true);
        response.headers_mut().insert(header::SET_COOKIE, line);
    }
    response
}

fn cookie(site: &Site, value: &str, max_age_secs: u64) -> Cookie {
    let settings = &site.cookie;
    let name = format!("{}{}", settings.prefix, site.token.cookie());
    Cookie {
        set_cookie: settings.attributes.line(&name, value, Some(max_age_secs)),
        name,
        value: value.to_owned(),
    }
}

/// A path, or patterns without one, that browsers would not send the cookie to.
fn unreached(site: &Site, request: &SignRequest) -> Option<FieldFault> {
    let attributes = &site.cookie.attributes;
    let patterns = &request.terms.path;
    let (name, reached) = match request.canonical_path() {
        Some(path) => ("path", attributes.reach(&path.to_string())),
        None => (
            "paths",
            patterns.is_empty() || attributes.may_reach(patterns),
        ),
    };
    let detail = format!(
        "is not below {}, which the site's cookie is for",
        attributes.path
    );
    (!reached).then(|| fault(name, &detail))
}

fn fault(name: &str, detail: &str) -> FieldFault {
    FieldFault {
        pointer: format!("/{name}"),
        detail: detail.to_owned(),
    }
}
