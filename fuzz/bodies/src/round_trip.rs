//! Any terms, signed and verified.

use countersign_token::{
    CanonicalPath, Carrier, ClientAddress, Field, Fields, Patterns, SignedFacts, Terms, Verdict,
    sign,
};

use crate::bench::{Asked, Bench};
use crate::plain::percent_encode;

/// The input is lines of `name=value`: a token's fields, a list's members one a line; `target`, the
/// decoded path; `query` and `header`, each the value of the last `qs` and `hdr`; `eddsa`, to sign
/// with that key. What is signed is granted in each carrier, every field reads back, and the text
/// with one bit turned is denied.
pub fn round_trip(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let wish = Wish::read(text);
    let Ok(path) = CanonicalPath::new(wish.target) else {
        return;
    };
    let bench = Bench::new();
    let headers = pairs(&wish.headers);
    let facts = SignedFacts {
        path: Some(path),
        query: &pairs(&wish.query),
        headers: &headers,
        revocations: None,
    };
    let key = &bench.keys[usize::from(wish.eddsa)];
    let signed = || sign(&wish.terms, &facts, &bench.site, key, Some(&bench.private));
    let Ok(token) = signed() else {
        return;
    };
    assert_eq!(
        signed().as_ref(),
        Ok(&token),
        "the same grant gives the same text"
    );
    // Such a path brings a token itself, whatever the patterns say.
    if path.as_str().starts_with("/cs=") {
        return;
    }
    let trial = Trial {
        bench: &bench,
        wish: &wish,
        path,
        headers: headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect(),
    };
    trial.is_granted_in_each_carrier(&token);
    trial.has_expired_at_exp(&token);
    trial.is_denied_once_a_bit_is_turned(&token, data);
}

/// A carrier, the path with its token if that is it, the token's parameter, and its header line.
type Bearer<'a> = (Carrier, &'a str, &'a str, Option<(&'a str, &'a str)>);

/// What the input asks for.
#[derive(Default)]
struct Wish<'a> {
    terms: Terms,
    target: &'a str,
    query: Vec<(String, &'a str)>,
    headers: Vec<(String, &'a str)>,
    eddsa: bool,
}

impl<'a> Wish<'a> {
    fn read(text: &'a str) -> Self {
        let mut wish = Self {
            target: "/a",
            ..Self::default()
        };
        for line in text.split('\n') {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            wish.set(name, value);
        }
        wish
    }

    fn set(&mut self, name: &str, value: &'a str) {
        let terms = &mut self.terms;
        let number = value.parse().ok();
        match name {
            "target" => self.target = value,
            "query" => pair(&mut self.query, terms.qs.last(), value),
            "header" => pair(&mut self.headers, terms.hdr.last(), value),
            "eddsa" => self.eddsa = true,
            "exp" => terms.exp = number.unwrap_or_default(),
            "nbf" => terms.nbf = number,
            "iat" => terms.iat = number,
            "uses" => terms.uses = number,
            "bps" => terms.bps = number,
            "path" => terms.path.push(value.to_owned()),
            "ip" => terms.ip.push(value.to_owned()),
            "geo" => terms.geo.push(value.to_owned()),
            "method" => terms.method.push(value.to_owned()),
            "qs" => terms.qs.push(value.to_owned()),
            "hdr" => terms.hdr.push(value.to_owned()),
            "jti" => terms.jti = Some(value.to_owned()),
            "sub" => terms.sub = Some(value.to_owned()),
            "sid" => terms.sid = Some(value.to_owned()),
            "ver" => terms.ver = Some(value.to_owned()),
            "cd" => terms.cd = Some(value.to_owned()),
            "ct" => terms.ct = Some(value.to_owned()),
            "data" => terms.data = Some(value.to_owned()),
            _ => {}
        }
    }
}

fn pair<'a>(pairs: &mut Vec<(String, &'a str)>, name: Option<&String>, value: &'a str) {
    if let Some(name) = name {
        pairs.push((name.clone(), value));
    }
}

fn pairs<'p>(pairs: &'p [(String, &'p str)]) -> Vec<(&'p str, &'p str)> {
    pairs
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect()
}

/// The request that the terms were signed for.
struct Trial<'t> {
    bench: &'t Bench,
    wish: &'t Wish<'t>,
    path: CanonicalPath<'t>,
    headers: Vec<(&'t [u8], &'t [u8])>,
}

impl Trial<'_> {
    fn is_granted_in_each_carrier(&self, token: &str) {
        let path = self.path.to_string();
        let in_path = format!("/cs={}{path}", token.replace('/', "@"));
        let cookie = format!("other=1; __Host-cs={token}");
        let requests: [Bearer<'_>; 4] = [
            (Carrier::Path, &in_path, "", None),
            (Carrier::Query, &path, token, None),
            (Carrier::Header, &path, "", Some(("Countersign", token))),
            (Carrier::Cookie, &path, "", Some(("Cookie", &cookie))),
        ];
        let expected = self.expected();
        for (carrier, target, parameter, line) in requests {
            let outcome = self.ask(
                target,
                parameter,
                line,
                self.asked(),
                |verdict| match verdict {
                    Verdict::Granted(grant) => {
                        assert_eq!((grant.carrier(), grant.path()), (carrier, self.path));
                        reads_back(grant.fields(), self.wish);
                        "granted"
                    }
                    Verdict::Denied(denial) => {
                        reads_back(denial.fields().expect("it is authentic"), self.wish);
                        denial.reason().as_str()
                    }
                    _ => panic!("there is no policy: {verdict:?}"),
                },
            );
            assert_eq!(outcome, expected, "{carrier:?}: {token}");
        }
    }

    /// Without a second of leeway.
    fn has_expired_at_exp(&self, token: &str) {
        let at_exp = Asked {
            now: self.wish.terms.exp,
            ..self.asked()
        };
        let path = self.path.to_string();
        let reason = self.ask(&path, token, None, at_exp, |verdict| match verdict {
            Verdict::Denied(denial) => denial.reason().as_str(),
            _ => "not denied",
        });
        assert_eq!(reason, "expired", "{token}");
    }

    /// Patterns may have been signed that do not cover the path.
    fn expected(&self) -> &'static str {
        let terms = &self.wish.terms;
        let covered = terms.path.is_empty() || {
            let patterns = Patterns::parse(terms.path.join("!")).expect("they were signed");
            patterns.covers(&self.path)
        };
        if covered { "granted" } else { "path" }
    }

    /// One in the text, one in the signature, at places that the input says.
    fn is_denied_once_a_bit_is_turned(&self, token: &str, data: &[u8]) {
        let sum = data.iter().fold(0, |sum: usize, &byte| {
            sum.wrapping_mul(31) + usize::from(byte)
        });
        let signature = token.rfind("~sig=").expect("every token has one") + "~sig=".len();
        for at in [sum % signature, signature + sum % (token.len() - signature)] {
            let mut turned = token.as_bytes().to_vec();
            turned[at] ^= 1 << (sum / 7 % 8);
            let encoded = percent_encode(&turned);
            let denied = self.ask(
                &self.path.to_string(),
                &encoded,
                None,
                self.asked(),
                |verdict| matches!(verdict, Verdict::Denied(denial) if denial.fields().is_none()),
            );
            assert!(denied, "byte {at} of {token} turned");
        }
    }

    fn ask<A>(
        &self,
        path: &str,
        parameter: &str,
        line: Option<(&str, &str)>,
        asked: Asked<'_>,
        read: impl Fn(&Verdict<'_>) -> A,
    ) -> A {
        let mut target = format!("{path}?");
        for (name, value) in &self.wish.query {
            let (name, value) = (
                percent_encode(name.as_bytes()),
                percent_encode(value.as_bytes()),
            );
            target.push_str(&format!("{name}={value}&"));
        }
        if !parameter.is_empty() {
            target.push_str(&format!("cs={parameter}"));
        }
        let mut headers = self.headers.clone();
        headers.extend(line.map(|(name, value)| (name.as_bytes(), value.as_bytes())));
        self.bench.ask(target.as_bytes(), &headers, asked, read)
    }

    /// The facts that the terms grant.
    fn asked(&self) -> Asked<'_> {
        let terms = &self.wish.terms;
        let network = terms.ip.first();
        let address = network.and_then(|network| network.split('/').next());
        Asked {
            method: terms.method.first().map_or("HEAD", String::as_str),
            client: address.and_then(ClientAddress::parse),
            country: country(&terms.geo),
            now: terms.exp - 1,
        }
    }
}

/// One that a signed `geo` grants.
fn country(geo: &[String]) -> Option<&str> {
    let listed = |code: &str| geo.iter().any(|member| member == code);
    if geo.first()?.starts_with('-') {
        let mut free = COUNTRIES.into_iter();
        free.find(|code| !listed(&format!("-{code}")))
    } else {
        let mut named = geo.iter().map(String::as_str);
        named.find(|code| !matches!(*code, "XX" | "ZZ"))
    }
}

/// One more than a list may exclude.
const COUNTRIES: [&str; 17] = [
    "AQ", "AR", "AT", "AU", "BE", "BR", "CA", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB",
    "GR",
];

/// Every field of the token is what was signed.
fn reads_back(fields: &Fields<'_>, wish: &Wish<'_>) {
    let terms = &wish.terms;
    assert_eq!(fields.kid(), if wish.eddsa { "e1" } else { "k1" });
    assert_eq!(fields.exp(), terms.exp);
    for (field, number) in [
        (Field::Nbf, terms.nbf),
        (Field::Iat, terms.iat),
        (Field::Uses, terms.uses),
        (Field::Bps, terms.bps),
    ] {
        assert_eq!(fields.number(field), number, "{}", field.as_str());
    }
    for (field, text) in [
        (Field::Jti, &terms.jti),
        (Field::Sub, &terms.sub),
        (Field::Sid, &terms.sid),
        (Field::Ver, &terms.ver),
        (Field::Cd, &terms.cd),
        (Field::Ct, &terms.ct),
        (Field::Data, &terms.data),
    ] {
        let read = fields.text(field).map(|text| text.to_string());
        assert_eq!(&read, text, "{}", field.as_str());
    }
    for (field, list) in [
        (Field::Ip, &terms.ip),
        (Field::Geo, &terms.geo),
        (Field::Method, &terms.method),
        (Field::Qs, &terms.qs),
        (Field::Hdr, &terms.hdr),
    ] {
        let read = fields.list(field).into_iter().flatten();
        let read: Vec<String> = read.map(|member| member.to_string()).collect();
        assert_eq!(&read, list, "{}", field.as_str());
    }
    let patterns = fields
        .patterns()
        .map(|patterns| patterns.as_str().to_owned());
    assert_eq!(patterns.unwrap_or_default(), terms.path.join("!"));
}
