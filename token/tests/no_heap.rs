//! A verification allocates nothing, whatever comes of it.

use countersign_token::{
    CanonicalPath, ClientAddress, Key, Names, PrivateKey, Reason, Request, Scratch, SignedFacts,
    Site, Terms, Verdict, Verifier, sign,
};

const NOW: u64 = 1_899_999_000;
const PATH: &str = "/media/projects/2031/summer/holiday-by-the-lake/photo-07.jpg";

struct Stand {
    site: Site<&'static str>,
    keys: [Key<&'static str>; 2],
    private: PrivateKey,
}

impl Stand {
    fn new() -> Self {
        let private = PrivateKey::from_hex(&"07".repeat(32)).unwrap();
        let public: String = private
            .public_key()
            .map(|byte| format!("{byte:02x}"))
            .concat();
        Self {
            site: Site::new("media.example", Names::default()).unwrap(),
            keys: [
                Key::hs256("k1", &"0f".repeat(32)).unwrap(),
                Key::eddsa("k2", &public).unwrap(),
            ],
            private,
        }
    }

    fn sign(&self, key: usize, terms: &Terms) -> String {
        let facts = SignedFacts {
            path: CanonicalPath::new(PATH).ok(),
            query: &[("w", "a b")],
            headers: &[("x-app", "7")],
            ..SignedFacts::default()
        };
        sign(
            terms,
            &facts,
            &self.site,
            &self.keys[key],
            Some(&self.private),
        )
        .unwrap()
    }

    /// The outcome, `None` for a grant, and how often memory was asked for.
    fn verify(&self, target: &str, headers: &[(&[u8], &[u8])]) -> (Option<Reason>, u64) {
        let verifier = Verifier {
            site: &self.site,
            policy: &[],
            keys: &self.keys,
            revocations: &(),
        };
        let request = Request {
            method: "GET",
            target: target.as_bytes(),
            headers,
            client: ClientAddress::parse("192.0.2.7"),
            country: Some("AT"),
        };
        let mut scratch = Scratch::new();
        let mut reason = None;
        let asked = allocation_counter::measure(|| {
            reason = match verifier.verify(&request, NOW, &mut scratch) {
                Verdict::Granted(_) => None,
                Verdict::Denied(denial) => Some(denial.reason()),
                verdict => panic!("{verdict:?}"),
            };
        });
        (reason, asked.count_total)
    }
}

fn usual() -> Terms {
    Terms {
        exp: 1_900_000_000,
        ..Terms::default()
    }
}

fn bound() -> Terms {
    let list = |members: &[&str]| members.iter().map(ToString::to_string).collect();
    Terms {
        path: list(&[
            "/thumbs/*.jpg",
            "/media/**/p*7.jpg",
            "-/media/projects/drafts/**",
        ]),
        ip: list(&["2001:db8::/32", "192.0.2.0/24"]),
        geo: list(&["DE", "AT"]),
        qs: list(&["w"]),
        hdr: list(&["x-app"]),
        sub: Some("Ada L.".to_owned()),
        ..usual()
    }
}

#[test]
fn the_counter_counts() {
    assert!(allocation_counter::measure(|| drop(vec![1, 2, 3])).count_total > 0);
}

#[test]
fn a_grant_allocates_nothing_with_either_algorithm_in_any_carrier() {
    let stand = Stand::new();
    let app: (&[u8], &[u8]) = (b"X-App", b"7");
    for (key, terms) in [(0, usual()), (0, bound()), (1, usual()), (1, bound())] {
        let token = stand.sign(key, &terms);
        let escaped: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let in_path = token.replace('/', "@");
        let granted = (None, 0);
        for target in [
            format!("{PATH}?w=a%20b&cs={token}"),
            format!("{PATH}?w=%61+b&cs={escaped}").replace('+', "%20"),
            format!("/cs={in_path}{PATH}?w=a%20b"),
            format!("/cs={in_path}{}?w=a%20b", PATH.replace("photo", "%70hoto")),
        ] {
            assert_eq!(stand.verify(&target, &[app]), granted, "{target}");
        }
        let target = format!("{PATH}?w=a%20b");
        let header: (&[u8], &[u8]) = (b"countersign", token.as_bytes());
        assert_eq!(stand.verify(&target, &[app, header]), granted);
        let cookies = format!("a=b; cs=1~; cs-x={escaped}");
        let cookie: (&[u8], &[u8]) = (b"cookie", cookies.as_bytes());
        assert_eq!(stand.verify(&target, &[app, cookie]), granted);
    }
}

#[test]
fn a_denial_allocates_nothing_either() {
    let stand = Stand::new();
    let token = stand.sign(0, &usual());
    let late = Terms {
        exp: NOW,
        ..usual()
    };
    let abroad = Terms {
        geo: vec!["CH".to_owned()],
        ..usual()
    };
    for (target, reason) in [
        ("/a//b".to_owned(), Reason::BadPath),
        (format!("/cs={token}{PATH}?cs={token}"), Reason::Conflict),
        (PATH.to_owned(), Reason::Missing),
        (format!("{PATH}?cs=1~kid"), Reason::Malformed),
        (format!("{PATH}?cs=2~"), Reason::Unsupported),
        (
            format!("{PATH}?cs={}", token.replace("k1", "k3")),
            Reason::UnknownKey,
        ),
        (format!("{PATH}.png?cs={token}"), Reason::BadSignature),
        (
            format!("{PATH}?cs={}", stand.sign(0, &late)),
            Reason::Expired,
        ),
        (format!("{PATH}?cs={}", stand.sign(1, &abroad)), Reason::Geo),
    ] {
        assert_eq!(stand.verify(&target, &[]), (Some(reason), 0), "{target}");
    }
}
