//! From a caller and a parsed request to a signed URL: the steps in their order.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_token::{Field, SignFault, Terms};
use serde::Serialize;
use utoipa::ToSchema;

use super::Signing;
use super::call::Call;
use super::caller::Caller;
use super::lifetime::{Bounds, LifetimeFault, Times};
use super::refusal::Refusal;
use super::request::{Expiry, SignRequest, TokenId};
use super::rules::Matched;
use super::signer::{Signer, fault, present};
use super::widening;
use crate::answer::problem::FieldFault;
use crate::link::link;

/// The answer to `POST /v1/sign`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Granted {
    // `None` without a path, as a cookie may be.
    /// What the browser fetches
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required)]
    url: Option<String>,
    /// As in the URL
    pub(super) token: String,
    /// The URL's decoded path
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required)]
    pub(super) path: Option<String>,
    /// In Unix seconds
    pub(super) expires_at: u64,
    /// The key that signed
    pub(super) kid: String,
    /// The token's id
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) jti: Option<String>,
}

/// Signs, or says why not. `faults`: what the parser has found already.
pub(super) fn grant(
    call: &Call<'_>,
    caller: &Caller,
    client: Option<IpAddr>,
    (request, mut faults): (SignRequest, Vec<FieldFault>),
) -> Result<Granted, Refusal> {
    let state = call.state;
    let now = state.clock.now_unix_secs();
    let site = match call.find_site(request.site.as_deref()) {
        Ok(site) => site,
        Err(fault) => {
            faults.push(fault);
            return Err(Refusal::Invalid(faults));
        }
    };
    let signer = Signer::new(site, now).ok_or(Refusal::NoSigningKey)?;
    let signer = signer.with_revocations(state.shared.revocations.known(), now);
    faults.extend(signer.faults(&request, now));
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    let matched = state.rules.first_match(site.token.name(), &caller.claims);
    let matched = matched.ok_or(Refusal::NoRule)?;
    let rule = &matched.rule.name;
    call.trail.note(|about| about.rule = Some(rule.clone()));
    let mut terms = inside_the_rule(&request, &matched, caller, client)?;
    let times = times(&request, &matched, &signer, now)?;
    terms.exp = times.exp;
    terms.jti = token_id(&request.jti)?;
    terms.iat = Some(issued_at(state, &signer, &terms, times.iat, now));
    if signer.revokes(&terms) {
        return Err(Refusal::Revoked);
    }
    let token = signer
        .sign(&request, &terms)
        .map_err(|fault| refusal(fault, &matched))?;
    let paths = (!terms.path.is_empty()).then(|| terms.path.join("!"));
    let granted = answer(request, &signer, terms, token);
    call.trail.note(|about| {
        about.paths = paths;
        about.exp = Some(granted.expires_at);
        about.kid = Some(granted.kid.clone());
        about.jti.clone_from(&granted.jti);
    });
    Ok(granted)
}

fn inside_the_rule(
    request: &SignRequest,
    matched: &Matched<'_>,
    caller: &Caller,
    client: Option<IpAddr>,
) -> Result<Terms, Refusal> {
    widening::within(request, matched, caller, client).map_err(|faults| beyond(matched, faults))
}

fn beyond(matched: &Matched<'_>, faults: Vec<FieldFault>) -> Refusal {
    Refusal::BeyondRule {
        rule: matched.rule.name.clone(),
        faults,
    }
}

fn times(
    request: &SignRequest,
    matched: &Matched<'_>,
    signer: &Signer<'_>,
    now: u64,
) -> Result<Times, Refusal> {
    let bounds = Bounds::new(matched.rule.max_ttl.as_secs(), signer.site, signer.key);
    let path = request.path.as_deref().unwrap_or_default();
    let object = (signer.site.token.name(), path);
    bounds
        .times(request.expiry, request.stable, now, object)
        .map_err(|lifetime| {
            let at = matches!(request.expiry, Expiry::At(_));
            let fault = FieldFault {
                pointer: if at { "/expires_at" } else { "/expires_in" }.to_owned(),
                detail: lifetime.to_string(),
            };
            match lifetime {
                LifetimeFault::BeyondRule { .. } => beyond(matched, vec![fault]),
                _ => Refusal::Invalid(vec![fault]),
            }
        })
}

/// A window that has begun before everything older was revoked begins then: what is signed now is
/// good, and stays the same for the rest of the window.
fn issued_at(state: &Signing, signer: &Signer<'_>, terms: &Terms, iat: u64, now: u64) -> u64 {
    let known = state.shared.revocations.known();
    let site = signer.site.token.name();
    let least = known.issued_before(site, terms.sub.as_deref(), now);
    iat.max(least.unwrap_or(0))
}

fn token_id(asked: &TokenId) -> Result<Option<String>, Refusal> {
    match asked {
        TokenId::None => Ok(None),
        TokenId::Given(jti) => Ok(Some(jti.clone())),
        TokenId::Random => {
            let mut bytes = [0; 16];
            getrandom::fill(&mut bytes).map_err(|_| Refusal::NoRandomness)?;
            Ok(Some(URL_SAFE_NO_PAD.encode(bytes)))
        }
    }
}

/// The request's own values have passed by now, but for what only the whole can be: too long, or
/// never to be granted. What the rule added can still be wrong.
fn refusal(refused: SignFault, matched: &Matched<'_>) -> Refusal {
    match refused {
        SignFault::Value { field: Field::Sub } => {
            let detail = format!(
                "the caller's claim \"{}\" cannot be a token's sub",
                matched.rule.sub_claim
            );
            let pointer = "/sub".to_owned();
            beyond(matched, vec![FieldFault { pointer, detail }])
        }
        SignFault::Value { field }
        | SignFault::Unsendable { field }
        | SignFault::NeverGranted { field } => Refusal::Invalid(vec![fault(field, &refused)]),
        SignFault::TooLong { .. } | SignFault::PathRequired => Refusal::Invalid(vec![FieldFault {
            pointer: String::new(),
            detail: refused.to_string(),
        }]),
        SignFault::KeyNotActive | SignFault::NoPrivateKey | SignFault::WrongPrivateKey => {
            tracing::error!(fault = %refused, "the signing key cannot sign");
            Refusal::NoSigningKey
        }
    }
}

fn answer(request: SignRequest, signer: &Signer<'_>, terms: Terms, token: String) -> Granted {
    let site = signer.site;
    let (query, param) = (present(&request.query), site.token.param());
    let url = request.canonical_path().map(|path| {
        let base_url = &site.public_url;
        link(base_url, &path, &query, &token, request.carrier, param)
    });
    Granted {
        url,
        token,
        path: request.path,
        expires_at: terms.exp,
        kid: signer.key.kid().to_owned(),
        jti: terms.jti,
    }
}
