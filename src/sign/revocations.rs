//! `/v1/revocations`: what is revoked at a site. For callers whose rule has the permission.

use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Asked, Call};
use super::caller::Caller;
use super::refusal::Refusal;
use super::request::reader::Reader;
use super::request::when;
use crate::answer::problem::FieldFault;
use crate::config::model::{Permission, Site};
use crate::state::{NewRevocation, Revocation, Subject};

/// The longest `note`.
const MAX_NOTE_BYTES: usize = 256;

/// Entries of a page, where the caller does not say.
const PAGE_ENTRIES: usize = 100;

/// Entries of a page at most.
const MAX_PAGE_ENTRIES: usize = 1_000;

/// A revocation, told. Its id is text, as another store may have other ids.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revocation)]
pub(super) struct Told {
    id: String,
    site: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_before: Option<u64>,
    created_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    by: String,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevocationPage)]
pub(super) struct List {
    revocations: Vec<Told>,
    /// What `after` is for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Revocation> for Told {
    fn from(entry: Revocation) -> Self {
        let mut told = Self {
            id: entry.id.to_string(),
            site: entry.site,
            jti: None,
            sub: None,
            sid: None,
            kid: None,
            issued_before: None,
            created_at: entry.created_at,
            expires_at: entry.until,
            note: entry.note,
            by: entry.by,
        };
        match entry.subject {
            Subject::Jti(jti) => told.jti = Some(jti),
            Subject::Sub(sub) => told.sub = Some(sub),
            Subject::Sid(sid) => told.sid = Some(sid),
            Subject::Kid(kid) => told.kid = Some(kid),
            Subject::IssuedBefore(before) => told.issued_before = Some(before),
            Subject::SubIssuedBefore { sub, before } => {
                (told.sub, told.issued_before) = (Some(sub), Some(before));
            }
        }
        told
    }
}

/// `POST /v1/revocations`. When it answers, every new request sees it.
pub(super) async fn revoke(call: &Call<'_>, asked: Asked) -> Result<Told, Refusal> {
    let now = call.state.clock.now_unix_secs();
    let mut reader = Reader::new(asked.members);
    let name = reader.text("site");
    let site = permitted(call, &asked.caller, name.as_deref(), Permission::Revoke)?;
    let subject = subject(&mut reader, now);
    let until = until(&mut reader, now);
    let note = note(&mut reader);
    let faults = reader.finish();
    let Some(subject) = subject.filter(|_| faults.is_empty()) else {
        return Err(Refusal::Invalid(faults));
    };
    call.trail.note(|about| about.subject(&subject));
    let new = NewRevocation {
        site: site.token.name().to_owned(),
        subject,
        until,
        note,
        by: asked.caller.name.clone(),
    };
    let revocations = &call.state.shared.revocations;
    let entry = revocations.revoke(new, now).await;
    let entry = entry.map_err(Refusal::Revocation)?;
    call.trail
        .note(|about| about.revocation(&entry.id.to_string()));
    Ok(entry.into())
}

/// `GET /v1/revocations?site=…&after=…&limit=…`, in the order in which they were made.
pub(super) fn list(call: &Call<'_>, caller: &Caller, query: &str) -> Result<List, Refusal> {
    let asked = query_of(query, &["site", "after", "limit"])?;
    let [name, after, limit] = asked;
    let site = permitted(call, caller, name, Permission::Revoke)?;
    let after = number(after, 0, u64::MAX, "after")?.unwrap_or(0);
    let limit = number(limit, 1, MAX_PAGE_ENTRIES as u64, "limit")?;
    let limit = limit.map_or(PAGE_ENTRIES, |limit| limit as usize);
    let now = call.state.clock.now_unix_secs();
    let known = call.state.shared.revocations.known();
    let page = known.page(site.token.name(), after, limit, now);
    let last = page.entries.last().map(|entry| entry.id.to_string());
    Ok(List {
        next: last.filter(|_| page.more),
        revocations: page.entries.into_iter().map(Told::from).collect(),
    })
}

/// `DELETE /v1/revocations/{id}?site=…`.
pub(super) async fn lift(
    call: &Call<'_>,
    caller: &Caller,
    id: &str,
    query: &str,
) -> Result<(), Refusal> {
    call.trail.note(|about| about.revocation(id));
    let [name] = query_of(query, &["site"])?;
    let site = permitted(call, caller, name, Permission::Revoke)?
        .token
        .name();
    let digits = id.bytes().all(|byte| byte.is_ascii_digit());
    let id = id
        .parse()
        .ok()
        .filter(|_| digits)
        .ok_or(Refusal::NotFound)?;
    let lifted = call.state.shared.revocations.lift(site, id).await;
    if !lifted.map_err(Refusal::Revocation)? {
        return Err(Refusal::NotFound);
    }
    Ok(())
}

/// The site that is meant, where the caller's rule for it gives the permission.
pub(super) fn permitted<'s>(
    call: &Call<'s>,
    caller: &Caller,
    name: Option<&str>,
    permission: Permission,
) -> Result<&'s Site, Refusal> {
    let site = call.find_site(name);
    let site = site.map_err(|fault| Refusal::Invalid(vec![fault]))?;
    let rules = &call.state.rules;
    let rule = rules.permits(permission, site.token.name(), &caller.claims);
    let rule = rule.ok_or(Refusal::NotPermitted(permission))?.rule;
    call.trail
        .note(|about| about.rule = Some(rule.name.clone()));
    Ok(site)
}

/// `None` where a fault is noted.
fn subject(reader: &mut Reader, now: u64) -> Option<Subject> {
    let before = time(reader, "issued_before");
    if before.is_some_and(|before| before > now) {
        let detail = "lies ahead: nothing could be signed until then";
        reader.fault("issued_before", detail);
    }
    let texts = ["jti", "sub", "sid", "kid"].map(|name| reader.text(name));
    check(reader, "jti", &texts[0], |text| is_word(text, 64));
    check(reader, "sub", &texts[1], |text| {
        (1..=128).contains(&text.len())
    });
    check(reader, "sid", &texts[2], |text| is_word(text, 64));
    check(reader, "kid", &texts[3], |text| is_word(text, 32));
    let subject = match (texts, before) {
        ([Some(jti), None, None, None], None) => Subject::Jti(jti),
        ([None, Some(sub), None, None], None) => Subject::Sub(sub),
        ([None, None, Some(sid), None], None) => Subject::Sid(sid),
        ([None, None, None, Some(kid)], None) => Subject::Kid(kid),
        ([None, Some(sub), None, None], Some(before)) => Subject::SubIssuedBefore { sub, before },
        ([None, None, None, None], Some(before)) => Subject::IssuedBefore(before),
        _ => {
            let detail =
                "give one of jti, sub, sid, kid and issued_before, or sub with issued_before";
            reader.fault_at(String::new(), detail);
            return None;
        }
    };
    Some(subject)
}

fn check(reader: &mut Reader, name: &str, text: &Option<String>, is_good: impl Fn(&str) -> bool) {
    if text.as_deref().is_some_and(|text| !is_good(text)) {
        reader.fault(name, "is what no token can have (TOKEN.md §1)");
    }
}

fn is_word(text: &str, most_bytes: usize) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=most_bytes).contains(&text.len()) && text.bytes().all(letter)
}

fn time(reader: &mut Reader, name: &str) -> Option<u64> {
    let value = reader.take(name)?;
    let time = when::unix_secs(&value);
    if time.is_none() {
        reader.fault(name, when::TIME);
    }
    time
}

fn until(reader: &mut Reader, now: u64) -> Option<u64> {
    let at = time(reader, "expires_at");
    if at.is_some_and(|at| at <= now) {
        reader.fault("expires_at", "is past");
    }
    let Some(value) = reader.take("expires_in") else {
        return at;
    };
    let secs = when::lifetime_secs(&value);
    if secs.is_none() {
        reader.fault("expires_in", when::LIFETIME);
    }
    if at.is_some() {
        reader.fault("expires_in", "stands beside expires_at; give one");
    }
    secs.map(|secs| now.saturating_add(secs))
}

fn note(reader: &mut Reader) -> Option<String> {
    let note = reader.text("note")?;
    if note.len() > MAX_NOTE_BYTES {
        let detail = format!("has more than {MAX_NOTE_BYTES} bytes");
        reader.fault("note", detail);
    }
    Some(note)
}

/// The values of a query of these names, each at most once. None of them has a character that
/// would be escaped.
fn query_of<'q, const N: usize>(
    query: &'q str,
    names: &[&str; N],
) -> Result<[Option<&'q str>; N], Refusal> {
    let mut values = [None; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = names.iter().position(|known| *known == name);
        match place.and_then(|place| values.get_mut(place)) {
            Some(empty @ None) => *empty = Some(value),
            _ => {
                let detail = format!("takes each of {} once, and nothing else", names.join(", "));
                return Err(query_fault(detail));
            }
        }
    }
    Ok(values)
}

fn number(text: Option<&str>, least: u64, most: u64, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse().ok();
    let number = number.filter(|number| (least..=most).contains(number));
    let detail = || query_fault(format!("{name} must be a number from {least} to {most}"));
    number.map(Some).ok_or_else(detail)
}

fn query_fault(detail: String) -> Refusal {
    let pointer = String::new();
    let detail = format!("the query {detail}");
    Refusal::Invalid(vec![FieldFault { pointer, detail }])
}
