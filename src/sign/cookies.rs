//! `POST /v1/cookies`: a grant as the site's cookie; `DELETE`: the end of that cookie.

use axum::response::Response;
use countersign_token::Carrier;
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

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

/// The answer to `POST`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CookieSet {
    cookie: Cookie,
    /// As in the cookie
    token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// In Unix seconds
    expires_at: u64,
    /// The key that signed
    kid: String,
    /// The token's id
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

/// The answer to `DELETE`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CookieEnded {
    cookie: Cookie,
}

/// A cookie, whole and in parts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Cookie {
    name: String,
    value: String,
    /// What a `Set-Cookie` header holds
    set_cookie: String,
}

/// An answer that has a `Set-Cookie`.
pub(super) trait Sets: Serialize {
    /// The cookie.
    fn cookie(&self) -> &Cookie;
}

impl Sets for CookieSet {
    fn cookie(&self) -> &Cookie {
        &self.cookie
    }
}

impl Sets for CookieEnded {
    fn cookie(&self) -> &Cookie {
        &self.cookie
    }
}

/// Signs, or says why not.
pub(super) fn set(call: &Call<'_>, asked: Asked) -> Result<CookieSet, Refusal> {
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
    Ok(CookieSet {
        cookie,
        token: granted.token,
        path: granted.path,
        expires_at: granted.expires_at,
        kid: granted.kid,
        jti: granted.jti,
    })
}

/// The site's cookie, ended at once. The query is nothing, or `site=NAME`; a name needs no escapes.
pub(super) fn clear(call: &Call<'_>, query: Option<&str>) -> Result<CookieEnded, Refusal> {
    let name = query.filter(|query| !query.is_empty());
    let name = name.map(|query| query.strip_prefix("site=").ok_or(()));
    let site = name.transpose().map_or_else(
        |()| Err(fault("site", "is the only parameter: ?site=NAME")),
        |name| call.find_site(name),
    );
    let site = site.map_err(|fault| Refusal::Invalid(vec![fault]))?;
    Ok(CookieEnded {
        cookie: cookie(site, "", 0),
    })
}

/// The answer, with its `Set-Cookie`.
pub(super) fn answer(call: &Call<'_>, told: Result<impl Sets, Refusal>) -> Response {
    let line = told
        .as_ref()
        .ok()
        .map(|told| told.cookie().set_cookie.clone());
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
