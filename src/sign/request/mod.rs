//! The body of `POST /v1/sign`, parsed.

pub(super) mod reader;
pub(super) mod when;

use countersign_token::{BadPattern, CanonicalPath, Carrier, PatternFault, Patterns, Terms};
use serde_json::{Map, Value};

use self::reader::{Reader, Values};
use crate::answer::problem::FieldFault;

/// What is asked for. Its values are yet to be held against the token's table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SignRequest {
    pub(super) site: Option<String>,
    /// Canonical and decoded; `None` where it is at fault, or a cookie's patterns stand for it.
    pub(super) path: Option<String>,
    pub(super) expiry: Expiry,
    pub(super) carrier: Carrier,
    pub(super) jti: TokenId,
    /// Whether the URL shall stay the same for a while.
    pub(super) stable: bool,
    pub(super) query: Values,
    pub(super) headers: Values,
    /// The token's fields, but for `exp` and `jti`.
    pub(super) terms: Terms,
}

impl SignRequest {
    /// The path, where there is one.
    pub(super) fn canonical_path(&self) -> Option<CanonicalPath<'_>> {
        CanonicalPath::new(self.path.as_deref()?).ok()
    }
}

/// When the URL shall stop to work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Expiry {
    /// As late as the rule allows, at most an hour.
    #[default]
    Default,
    /// After so many seconds.
    In(u64),
    /// At that Unix time.
    At(u64),
}

/// Which `jti` the token gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum TokenId {
    #[default]
    None,
    Random,
    Given(String),
}

/// Reads a body. What is at fault is left at its default in the request; with any fault nothing
/// may be signed.
pub(super) fn parse(members: Map<String, Value>) -> (SignRequest, Vec<FieldFault>) {
    read(members, false)
}

/// [`parse`] for a cookie, which has no URL: where patterns are given, no path need be.
pub(super) fn parse_for_cookie(members: Map<String, Value>) -> (SignRequest, Vec<FieldFault>) {
    let has_patterns = members.contains_key("paths");
    read(members, has_patterns)
}

fn read(members: Map<String, Value>, path_is_optional: bool) -> (SignRequest, Vec<FieldFault>) {
    let mut reader = Reader::new(members);
    let expiry = expiry(&mut reader);
    let mut request = SignRequest {
        site: reader.text("site"),
        path: path(&mut reader, path_is_optional),
        expiry,
        carrier: carrier(&mut reader),
        query: reader.values("qs"),
        headers: reader.values("hdr"),
        jti: TokenId::None,
        stable: false,
        terms: Terms::default(),
    };
    request.terms = terms(&mut reader);
    request.terms.qs = names(&request.query);
    request.terms.hdr = names(&request.headers);
    request.jti = token_id(&mut reader, request.terms.uses.is_some());
    request.stable = stable(&mut reader, &request);
    if !check_patterns(&mut reader, &request) {
        request.terms.path.clear();
    }
    (request, reader.finish())
}

fn terms(reader: &mut Reader) -> Terms {
    Terms {
        nbf: time(reader, "not_before"),
        path: reader.texts("paths"),
        ip: reader.texts("ip"),
        geo: reader.texts("geo"),
        method: reader.texts("methods"),
        sub: reader.text("sub"),
        sid: reader.text("sid"),
        uses: reader.number("uses"),
        ver: reader.text("version"),
        cd: reader
            .text("download_as")
            .map(|name| format!("attachment:{name}")),
        ct: reader.text("content_type"),
        bps: reader.number("max_bytes_per_sec"),
        data: reader.text("data"),
        ..Terms::default()
    }
}

fn names(values: &Values) -> Vec<String> {
    values.iter().map(|(name, _)| name.clone()).collect()
}

fn path(reader: &mut Reader, is_optional: bool) -> Option<String> {
    if !reader.has("path") {
        if !is_optional {
            let detail = "is required: the decoded path, such as \"/users/ada/photo 1.jpg\"";
            reader.fault("path", detail);
        }
        return None;
    }
    let path = reader.text("path")?;
    match CanonicalPath::new(&path) {
        Ok(_) => Some(path),
        Err(fault) => {
            reader.fault("path", fault.to_string());
            None
        }
    }
}

fn expiry(reader: &mut Reader) -> Expiry {
    let lifetime = reader.take("expires_in");
    if lifetime.is_some() && reader.has("expires_at") {
        reader.fault("expires_at", "stands beside expires_in; give one of them");
    }
    let time = time(reader, "expires_at");
    match (lifetime.as_ref().map(when::lifetime_secs), time) {
        (Some(Some(secs)), _) => Expiry::In(secs),
        (Some(None), _) => {
            reader.fault("expires_in", when::LIFETIME);
            Expiry::Default
        }
        (None, Some(time)) => Expiry::At(time),
        (None, None) => Expiry::Default,
    }
}

fn time(reader: &mut Reader, name: &str) -> Option<u64> {
    let time = when::unix_secs(&reader.take(name)?);
    if time.is_none() {
        reader.fault(name, when::TIME);
    }
    time
}

fn carrier(reader: &mut Reader) -> Carrier {
    match reader.take("carrier").as_ref().map(Value::as_str) {
        None | Some(Some("query")) => Carrier::Query,
        Some(Some("path")) => Carrier::Path,
        Some(Some("header")) => Carrier::Header,
        Some(_) => {
            reader.fault("carrier", "must be \"query\", \"path\" or \"header\"");
            Carrier::Query
        }
    }
}

fn token_id(reader: &mut Reader, needed: bool) -> TokenId {
    match reader.take("jti") {
        None if needed => TokenId::Random,
        None => TokenId::None,
        Some(Value::Bool(true)) => TokenId::Random,
        Some(Value::String(jti)) => TokenId::Given(jti),
        Some(_) => {
            reader.fault("jti", "must be a string, or true for a random one");
            TokenId::None
        }
    }
}

/// Stable unless what is asked for cannot be.
fn stable(reader: &mut Reader, request: &SignRequest) -> bool {
    let can_be = request.jti == TokenId::None && !matches!(request.expiry, Expiry::At(_));
    let asked = reader.flag("stable");
    if asked == Some(true) && !can_be {
        reader.fault(
            "stable",
            "cannot be true together with uses, jti or expires_at",
        );
    }
    asked.unwrap_or(can_be)
}

/// Each pattern by itself, then that they cover the URL's own path; whether the patterns are sound.
fn check_patterns(reader: &mut Reader, request: &SignRequest) -> bool {
    let patterns = &request.terms.path;
    let mut sound = true;
    for (member, pattern) in patterns.iter().enumerate() {
        let fault = if pattern.contains('!') {
            Some(PatternFault::Text)
        } else {
            Patterns::parse(pattern.as_str()).err().map(|bad| bad.fault)
        };
        // By itself an exclusion only excludes.
        if let Some(fault) = fault.filter(|fault| *fault != PatternFault::OnlyExclusions) {
            sound = false;
            let detail = BadPattern { member, fault }.to_string();
            reader.fault_at(format!("/paths/{member}"), detail);
        }
    }
    if !sound || patterns.is_empty() {
        return sound;
    }
    let list = match Patterns::parse(patterns.join("!")) {
        Ok(list) => list,
        Err(bad) => {
            reader.fault("paths", bad.to_string());
            return false;
        }
    };
    let path = request.canonical_path();
    if path.is_some_and(|path| !list.covers(&path)) {
        reader.fault("path", "is not covered by paths");
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Expiry, SignRequest, TokenId, parse, parse_for_cookie};
    use crate::answer::problem::FieldFault;
    use countersign_token::Carrier;

    fn read(body: Value) -> (SignRequest, Vec<String>) {
        let (request, faults) = parse(body.as_object().unwrap().clone());
        let mut pointers: Vec<_> = faults.into_iter().map(|fault| fault.pointer).collect();
        pointers.sort();
        (request, pointers)
    }

    #[test]
    fn a_whole_request_is_read() {
        let (request, faults) = read(json!({
            "path": "/a/b c", "site": "s", "expires_in": "15m", "not_before": 7,
            "paths": ["/a/**", "-/a/x"], "ip": ["192.0.2.0/24"], "geo": ["DE"], "methods": ["GET"],
            "sub": "ada", "sid": "s1", "download_as": "b.jpg", "content_type": "image/jpeg",
            "version": "v", "max_bytes_per_sec": 2048, "qs": {"w": "1", "h": null},
            "hdr": {"x-a": "b"}, "data": "d", "carrier": "path", "stable": false,
        }));
        assert_eq!(faults, [""; 0]);
        assert_eq!(request.expiry, Expiry::In(900));
        assert_eq!(request.carrier, Carrier::Path);
        assert_eq!(request.terms.cd.as_deref(), Some("attachment:b.jpg"));
        assert_eq!(request.terms.qs, ["h", "w"]);
        assert_eq!(request.terms.nbf, Some(7));
        assert!(!request.stable);
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let (_, faults) = read(json!({
            "path": "/a//b", "site": 1, "expires_in": "soon", "expires_at": "x", "not_before": -1,
            "paths": ["/a", "/b!/c", "d"], "ip": [], "geo": "DE", "methods": [1], "uses": 1.5,
            "jti": false, "stable": 1, "qs": {"a/b": 1}, "hdr": [], "carrier": "cookie",
            "sub": null, "Path": "/a", "a~b": 1,
        }));
        let expected = [
            "/Path",
            "/a~0b",
            "/carrier",
            "/expires_at",
            "/expires_at",
            "/expires_in",
            "/geo",
            "/hdr",
            "/ip",
            "/jti",
            "/methods",
            "/not_before",
            "/path",
            "/paths/1",
            "/paths/2",
            "/qs/a~1b",
            "/site",
            "/stable",
            "/sub",
            "/uses",
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn stable_is_the_default_unless_it_cannot_be() {
        let stable = |body| read(body).0.stable;
        assert!(stable(json!({"path": "/a"})));
        assert!(stable(json!({"path": "/a", "expires_in": 60})));
        assert!(!stable(json!({"path": "/a", "expires_at": 60})));
        assert!(!stable(json!({"path": "/a", "uses": 1})));
        assert!(!stable(json!({"path": "/a", "jti": "x"})));
        let (_, faults) = read(json!({"path": "/a", "uses": 1, "stable": true}));
        assert_eq!(faults, ["/stable"]);
    }

    #[test]
    fn uses_bring_a_token_id() {
        let jti = |body| read(body).0.jti;
        assert_eq!(jti(json!({"path": "/a"})), TokenId::None);
        assert_eq!(jti(json!({"path": "/a", "uses": 1})), TokenId::Random);
        assert_eq!(jti(json!({"path": "/a", "jti": true})), TokenId::Random);
        let given = jti(json!({"path": "/a", "uses": 1, "jti": "x"}));
        assert_eq!(given, TokenId::Given("x".to_owned()));
    }

    #[test]
    fn the_path_must_be_covered_by_the_patterns() {
        let (_, faults) = read(json!({"path": "/b/c", "paths": ["/a/**"]}));
        assert_eq!(faults, ["/path"]);
        let (_, faults) = read(json!({"path": "/b/c", "paths": ["-/a/**"]}));
        assert_eq!(faults, ["/paths"]);
    }

    #[test]
    fn a_cookie_needs_patterns_or_a_path_and_a_url_its_path() {
        let pointers = |found: (SignRequest, Vec<FieldFault>)| -> Vec<String> {
            found.1.into_iter().map(|fault| fault.pointer).collect()
        };
        let ask = |body: &Value| body.as_object().unwrap().clone();
        let patterns = json!({"paths": ["/a/**"]});
        assert_eq!(pointers(parse_for_cookie(ask(&patterns))), [""; 0]);
        assert_eq!(pointers(parse(ask(&patterns))), ["/path"]);
        assert_eq!(pointers(parse_for_cookie(ask(&json!({})))), ["/path"]);
        for body in [json!({"paths": []}), json!({"paths": ["-/a/**"]})] {
            assert_eq!(pointers(parse_for_cookie(ask(&body))), ["/paths"]);
        }
        let null = json!({"paths": ["/a/**"], "path": null});
        assert_eq!(pointers(parse_for_cookie(ask(&null))), ["/path"]);
    }

    #[test]
    fn a_flood_of_unknown_fields_gets_a_short_answer() {
        let mut body = serde_json::Map::new();
        body.insert("path".to_owned(), json!("/a"));
        for number in 0..1_000 {
            body.insert(format!("{number}{}", "x".repeat(1_000)), json!(1));
        }
        let (_, faults) = parse(body);
        assert_eq!(faults.len(), 32);
        assert!(faults.iter().all(|fault| fault.pointer.is_empty()));
    }
}
