//! `POST /v1/explain`: the verdict over a request to the delivery listener, step by step. Never a
//! key, and no signature that the request did not bring.

use countersign_token::{ClientAddress, Request, Scratch, Verifier};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::Signing;
use super::call::{Asked, Call};
use super::refusal::Refusal;
use super::request::reader::{Reader, pointer};
use super::request::when;
use crate::config::model::{Permission, Site};
use crate::link::target_of;
use crate::request::Lines;
use crate::told;

/// The request that shall be explained.
struct Described {
    site: Option<String>,
    method: String,
    target: String,
    headers: HeaderMap,
    client: Option<ClientAddress>,
    country: Option<String>,
    at: Option<u64>,
}

/// `{outcome, reason?, path?, carrier?, fields?, site, at, steps}`.
pub(super) fn explain(call: &Call<'_>, asked: Asked) -> Result<Value, Refusal> {
    let state = call.state;
    let mut reader = Reader::new(asked.members);
    let described = described(&mut reader);
    let site = call.find_site(described.site.as_deref());
    // Who may not ask for this site learns nothing of what is wrong with the request.
    if let Ok(site) = site {
        let name = site.token.name();
        let rules = &state.rules;
        let permitted = rules.permits(Permission::Explain, name, &asked.caller.claims);
        let permitted = permitted.ok_or(Refusal::NotPermitted(Permission::Explain))?;
        let rule = &permitted.rule.name;
        call.trail.note(|about| about.rule = Some(rule.clone()));
    }
    let mut faults = reader.finish();
    let site = site.map_err(|fault| faults.push(fault));
    match site {
        Ok(site) if faults.is_empty() => {
            let now = described.at.unwrap_or_else(|| state.clock.now_unix_secs());
            let explained = explained(state, site, &described, now);
            // Of the URL only what has no token.
            let path = explained["path"].as_str();
            call.trail
                .note(|about| path.into_iter().for_each(|path| about.path(path)));
            Ok(explained)
        }
        _ => Err(Refusal::Invalid(faults)),
    }
}

fn explained(state: &Signing, site: &Site, described: &Described, now_unix_secs: u64) -> Value {
    let known = state.shared.revocations.known();
    let verifier = Verifier {
        site: &site.token,
        policy: &site.policy,
        keys: &site.keys.keys,
        revocations: &known.at(site.token.name(), now_unix_secs),
    };
    let request = Request {
        method: &described.method,
        target: described.target.as_bytes(),
        headers: Lines::Map(&described.headers),
        client: described.client,
        country: described.country.as_deref(),
    };
    let mut scratch = Scratch::new();
    let (verdict, explanation) = verifier.explain(&request, now_unix_secs, &mut scratch);
    let mut json = told::verdict(&verdict);
    json["site"] = site.token.name().into();
    json["at"] = now_unix_secs.into();
    json["steps"] = explanation.steps.iter().map(told::step).collect();
    json
}

fn described(reader: &mut Reader) -> Described {
    let client = reader.text("client_ip").and_then(|text: String| {
        let client = ClientAddress::parse(&text);
        if client.is_none() {
            reader.fault("client_ip", "must be an address, such as \"203.0.113.7\"");
        }
        client
    });
    let at = reader.take("at").and_then(|value| {
        let at = when::unix_secs(&value);
        if at.is_none() {
            reader.fault("at", when::TIME);
        }
        at
    });
    Described {
        site: reader.text("site"),
        method: reader.text("method").unwrap_or_else(|| "GET".to_owned()),
        target: target(reader),
        headers: headers(reader),
        client,
        country: reader.text("country"),
        at,
    }
}

/// The URL from its path on.
fn target(reader: &mut Reader) -> String {
    let url = reader.text("url").unwrap_or_default();
    let from_path = target_of(&url);
    if from_path.is_none() {
        let detail = "is required: the URL, whole or from its path on, as the client sends it";
        reader.fault("url", detail);
    }
    from_path.unwrap_or_default().to_owned()
}

fn headers(reader: &mut Reader) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in reader.values("headers") {
        let line = name.parse::<HeaderName>().ok().zip(
            value
                .as_deref()
                .and_then(|value| HeaderValue::from_str(value).ok()),
        );
        // The map itself bounds how many it takes.
        let taken = line.is_some_and(|(name, value)| headers.try_append(name, value).is_ok());
        if !taken {
            let detail = "must be a header's name and its value, a string";
            reader.fault_at(pointer(&["headers", &name]), detail);
        }
    }
    headers
}
