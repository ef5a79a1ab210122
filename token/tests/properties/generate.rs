//! What the properties are tried with: terms over every field, requests that they open, and every
//! spelling of such a request.

use countersign_token::{
    CanonicalPath, ClientAddress, Key, Names, PrivateKey, Request, Scratch, SignFault, SignedFacts,
    Site, Terms, Verdict, Verifier, escape, sign,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const NOW: u64 = 1_899_999_000;

/// A grant to be, and the request that it is for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) terms: Terms,
    pub(crate) path: String,
    /// Names and values, decoded; `None` for a signed name that is absent.
    pub(crate) query: Vec<(String, Option<String>)>,
    pub(crate) headers: Vec<(String, Option<String>)>,
    pub(crate) eddsa: bool,
}

/// Where the token goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

pub(crate) fn place() -> impl Strategy<Value = Place> {
    select(vec![
        Place::Path,
        Place::Query,
        Place::Header,
        Place::Cookie,
    ])
}

/// Text of a token's fields: any character but controls, at most so many bytes.
pub(crate) fn text(max_bytes: usize) -> impl Strategy<Value = String> {
    let odd = select(vec![
        '!', '*', '~', '%', '+', '&', '=', ';', '"', '\\', '#', '?', 'é', '🦀',
    ]);
    let character = prop_oneof![3 => proptest::char::range('a', 'z'), 2 => odd, 1 => any::<char>()];
    vec(character, 1..20)
        .prop_map(|characters| characters.into_iter().collect::<String>())
        .prop_filter("a text of the page", move |text| {
            text.len() <= max_bytes && !text.bytes().any(|byte| byte < 0x20 || byte == 0x7f)
        })
}

fn word(max_bytes: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[A-Za-z0-9._-]{{1,{max_bytes}}}")).unwrap()
}

/// A canonical path whose first segment is no token's.
pub(crate) fn path() -> impl Strategy<Value = String> {
    let segments = vec(text(60).prop_map(|text| text.replace('\\', "b")), 0..4);
    (segments, any::<bool>())
        .prop_map(|(segments, ends)| {
            let slash = if ends && !segments.is_empty() {
                "/"
            } else {
                ""
            };
            format!("/{}{slash}", segments.join("/").replace("//", "/"))
        })
        .prop_filter("a canonical path", |path| {
            CanonicalPath::new(path).is_ok() && !path.starts_with("/cs=")
        })
}

fn lists(choices: &[&[&str]]) -> impl Strategy<Value = Vec<String>> {
    let owned = |list: &&[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    select(choices.iter().map(owned).collect::<Vec<_>>())
}

fn patterns(path: &str) -> impl Strategy<Value = Vec<String>> + use<> {
    let escaped = escape(path);
    let segment = escaped.rfind('/').unwrap_or(0);
    let folder = format!("{}/**", &escaped[..segment]);
    let inside = format!("{}/*", &escaped[..segment]);
    select(vec![
        vec![],
        vec![escaped],
        vec![folder.clone(), "-/no/such/**".to_owned()],
        vec!["/other".to_owned(), inside],
        vec!["/**".to_owned()],
        vec!["-/no~21such~21folder/*".to_owned(), folder],
    ])
}

fn conditions() -> impl Strategy<Value = Terms> {
    let ip = lists(&[
        &[],
        &["192.0.2.0/24"],
        &["2001:db8::/32", "192.0.2.7"],
        &["0.0.0.0/0"],
    ]);
    let geo = lists(&[&[], &["AT"], &["DE", "AT"], &["-DE", "-CH"]]);
    let method = lists(&[&[], &["GET"], &["PUT", "GET"]]);
    let times = (1..100_000_u64, option::of(1..NOW), option::of(1..NOW));
    (times, ip, geo, method).prop_map(|((left, nbf, iat), ip, geo, method)| Terms {
        exp: NOW + left,
        nbf,
        iat,
        ip,
        geo,
        method,
        ..Terms::default()
    })
}

fn particulars() -> impl Strategy<Value = Terms> {
    let cd = select(vec![
        "inline".to_owned(),
        "attachment".to_owned(),
        "attachment:é a!b*.pdf".to_owned(),
    ]);
    let ct = select(vec![
        "image/png".to_owned(),
        "text/plain; charset=utf-8; a=b".to_owned(),
    ]);
    let ids = (
        word(64),
        option::of(word(64)),
        option::of(1..=1_000_000_u64),
        any::<bool>(),
    );
    let texts = (
        option::of(text(128)),
        option::of(text(128)),
        option::of(text(256)),
    );
    let answer = (
        option::of(cd),
        option::of(ct),
        option::of(1_024..=9_999_999_999_u64),
    );
    (ids, texts, answer).prop_map(
        |((jti, sid, uses, has_jti), (sub, ver, data), (cd, ct, bps))| Terms {
            jti: has_jti.then_some(jti),
            uses: uses.filter(|_| has_jti),
            sid,
            sub,
            ver,
            data,
            cd,
            ct,
            bps,
            ..Terms::default()
        },
    )
}

fn signed_query() -> impl Strategy<Value = Vec<(String, Option<String>)>> {
    let name = text(64).prop_filter("not the token's own", |name| name != "cs");
    let value = prop_oneof![Just(String::new()), text(60)];
    btree_map(name, option::of(value), 0..3).prop_map(|map| map.into_iter().collect())
}

fn signed_headers() -> impl Strategy<Value = Vec<(String, Option<String>)>> {
    let name = "x-[a-z0-9-]{1,10}";
    let value = "([!-~]([ -~]{0,20}[!-~])?)?";
    btree_map(name, option::of(value), 0..3).prop_map(|map| map.into_iter().collect())
}

pub(crate) fn wanted() -> impl Strategy<Value = Wanted> {
    let names = |pairs: &[(String, Option<String>)]| -> Vec<String> {
        pairs.iter().map(|(name, _)| name.clone()).collect()
    };
    let paths = path().prop_flat_map(|path| (patterns(&path), Just(path)));
    let signed = (signed_query(), signed_headers(), any::<bool>());
    (conditions(), particulars(), paths, signed).prop_map(
        move |(conditions, particulars, (patterns, path), (query, headers, eddsa))| Wanted {
            terms: Terms {
                exp: conditions.exp,
                nbf: conditions.nbf,
                iat: conditions.iat,
                ip: conditions.ip,
                geo: conditions.geo,
                method: conditions.method,
                path: patterns,
                qs: names(&query),
                hdr: names(&headers),
                ..particulars
            },
            path,
            query,
            headers,
            eddsa,
        },
    )
}

fn private() -> PrivateKey {
    PrivateKey::from_hex(&"07".repeat(32)).unwrap()
}

pub(crate) fn site(name: &str) -> Site<&str> {
    Site::new(name, Names::default()).unwrap()
}

/// One key of each algorithm: `k0` signs with a secret, `k1` with a private key.
pub(crate) fn keys() -> [Key<&'static str>; 2] {
    let public: String = private()
        .public_key()
        .map(|byte| format!("{byte:02x}"))
        .concat();
    [
        Key::hs256("k0", &"0f".repeat(32)).unwrap(),
        Key::eddsa("k1", &public).unwrap(),
    ]
}

impl Wanted {
    /// The token; `None` where it would be too long.
    pub(crate) fn sign(&self) -> Option<String> {
        let there = |pairs: &'_ [(String, Option<String>)]| -> Vec<(String, String)> {
            let there = pairs
                .iter()
                .filter_map(|(name, value)| Some((name, value.as_ref()?)));
            there
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let (query, headers) = (there(&self.query), there(&self.headers));
        let borrow = |pairs: &'_ [(String, String)]| -> Vec<(&'static str, &'static str)> {
            let leak = |text: &String| -> &'static str { text.clone().leak() };
            pairs
                .iter()
                .map(|(name, value)| (leak(name), leak(value)))
                .collect()
        };
        let (query, headers) = (borrow(&query), borrow(&headers));
        let facts = SignedFacts {
            path: CanonicalPath::new(&self.path).ok(),
            query: &query,
            headers: &headers,
            ..SignedFacts::default()
        };
        let key = &keys()[usize::from(self.eddsa)];
        match sign(
            &self.terms,
            &facts,
            &site("s.example"),
            key,
            Some(&private()),
        ) {
            Ok(token) => Some(token),
            Err(SignFault::TooLong { .. }) => None,
            Err(fault) => panic!("{fault}: {self:?}"),
        }
    }
}

/// A request on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) target: Vec<u8>,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Wire {
    /// Spelled at random, as the bits of `seed` say.
    pub(crate) fn of(wanted: &Wanted, token: &str, place: Place, seed: u64) -> Self {
        let mut spell = Speller(seed | 1);
        let mut target = Vec::new();
        if let Place::Path = place {
            target.extend(b"/cs=");
            spell.write(&token.replace('/', "@"), b"/", &mut target);
        }
        for (place, segment) in wanted.path.split('/').enumerate() {
            if place > 0 {
                target.push(b'/');
            }
            spell.write(segment, b"?#\\", &mut target);
        }
        let mut pieces: Vec<Vec<u8>> = vec![b"zz".to_vec(), Vec::new()];
        if let Place::Query = place {
            let mut piece = b"c%73=".to_vec();
            spell.write(token, b"&#", &mut piece);
            pieces.push(piece);
        }
        for (name, value) in &wanted.query {
            if let Some(value) = value {
                let mut piece = Vec::new();
                spell.write(name, b"&#=", &mut piece);
                piece.push(b'=');
                spell.write(value, b"&#", &mut piece);
                pieces.push(piece);
            } else if name == "zz" {
                pieces.remove(0);
            }
        }
        if wanted
            .query
            .iter()
            .any(|(name, value)| name == "zz" && value.is_some())
        {
            pieces.remove(0);
        }
        target.push(b'?');
        target.extend(pieces.join(&b'&'));
        let mut headers = vec![(b"accept".to_vec(), b"*/*".to_vec())];
        for (name, value) in &wanted.headers {
            if let Some(value) = value {
                let blanks = if spell.coin() { "\t " } else { "" };
                let value = format!("{blanks}{value}{blanks}").into_bytes();
                headers.push((name.to_uppercase().into_bytes(), value));
            }
        }
        match place {
            Place::Header => headers.push((b"Countersign".to_vec(), token.as_bytes().to_vec())),
            Place::Cookie => {
                let name = if spell.coin() { "__Host-cs-a" } else { "cs" };
                let mut cookie = format!("cs=;a=b; {name}=\"").into_bytes();
                spell.write(token, b"", &mut cookie);
                cookie.push(b'"');
                headers.push((b"cookie".to_vec(), cookie));
            }
            Place::Path | Place::Query => {}
        }
        Self { target, headers }
    }

    /// Looks at the verdict of this request.
    pub(crate) fn verdict<A>(&self, site_name: &str, look: impl FnOnce(Verdict<'_>) -> A) -> A {
        self.with(site_name, |verifier, request| {
            look(verifier.verify(&request, NOW, &mut Scratch::new()))
        })
    }

    pub(crate) fn with<A>(
        &self,
        site_name: &str,
        look: impl FnOnce(&Verifier<'_, &str, ()>, Request<'_, &[(&[u8], &[u8])]>) -> A,
    ) -> A {
        let headers: Vec<(&[u8], &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (&name[..], &value[..]))
            .collect();
        let (site, keys) = (site(site_name), keys());
        let verifier = Verifier {
            site: &site,
            policy: &[],
            keys: &keys,
            revocations: &(),
        };
        let request = Request {
            method: "GET",
            target: &self.target,
            headers: &headers[..],
            client: ClientAddress::parse("192.0.2.7"),
            country: Some("AT"),
        };
        look(&verifier, request)
    }
}

/// Writes text with some of its bytes percent-encoded, in either case.
struct Speller(u64);

impl Speller {
    fn coin(&mut self) -> bool {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 & 4 == 0
    }

    fn write(&mut self, text: &str, never_bare: &[u8], out: &mut Vec<u8>) {
        for byte in text.bytes() {
            if byte == b'%' || never_bare.contains(&byte) || (self.coin() && self.coin()) {
                let escape = format!("%{byte:02X}");
                let lower = self.coin();
                out.extend(if lower { escape.to_lowercase() } else { escape }.bytes());
            } else {
                out.push(byte);
            }
        }
    }
}
