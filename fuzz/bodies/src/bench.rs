//! The site that every body asks, its keys, and the shapes of a verdict that can be compared.

use std::sync::LazyLock;

use countersign_token::{
    ClientAddress, Key, Mode, Names, Patterns, PolicyRule, PrivateKey, Request, Scratch, Site,
    Verdict, Verifier,
};

/// RFC 8032 §7.1, test 1.
const PRIVATE: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

/// The secret of `k1`, that of TOKEN.md's example, and the public half of `e1`.
pub(crate) static SECRET: LazyLock<String> =
    LazyLock::new(|| (0..32).map(|byte| format!("{byte:02x}")).collect());
pub(crate) static PUBLIC: LazyLock<String> = LazyLock::new(|| {
    let private = PrivateKey::from_hex(PRIVATE).expect("RFC 8032's");
    private
        .public_key()
        .map(|byte| format!("{byte:02x}"))
        .concat()
});

/// Header lines.
pub(crate) type Lines<'a> = &'a [(&'a [u8], &'a [u8])];

/// The site of TOKEN.md's example, with its key `k1` and an Ed25519 key `e1`.
pub(crate) struct Bench {
    pub(crate) site: Site<&'static str>,
    pub(crate) keys: [Key<&'static str>; 2],
    pub(crate) private: PrivateKey,
    policy: Vec<PolicyRule<&'static str>>,
}

/// What is asked besides target and header lines.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    pub(crate) client: Option<ClientAddress>,
    pub(crate) country: Option<&'a str>,
    pub(crate) now: u64,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            method: "GET",
            client: ClientAddress::parse("192.0.2.7"),
            country: Some("DE"),
            now: 1_800_000_000,
        }
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        let private = PrivateKey::from_hex(PRIVATE).expect("RFC 8032's");
        Self {
            site: Site::new("media.example", Names::default()).expect("the page's"),
            keys: [
                Key::hs256("k1", &SECRET).expect("the page's"),
                Key::eddsa("e1", &PUBLIC).expect("RFC 8032's"),
            ],
            private,
            policy: Vec::new(),
        }
    }

    /// The same site, all public.
    pub(crate) fn public() -> Self {
        let paths = Patterns::parse("/**").expect("a pattern");
        let mode = Mode::Public;
        Self {
            policy: vec![PolicyRule { paths, mode }],
            ..Self::new()
        }
    }

    /// Hands the verdict to `read`, after two verifications and an explanation agreed on it.
    pub(crate) fn ask<A>(
        &self,
        target: &[u8],
        headers: Lines<'_>,
        asked: Asked<'_>,
        read: impl Fn(&Verdict<'_>) -> A,
    ) -> A {
        let verifier = Verifier {
            site: &self.site,
            policy: &self.policy,
            keys: &self.keys,
            revocations: &(),
        };
        let request = Request {
            method: asked.method,
            target,
            headers,
            client: asked.client,
            country: asked.country,
        };
        let mut fresh = Scratch::new();
        let verdict = verifier.verify(&request, asked.now, &mut fresh);
        let mut used = Scratch::new();
        let (explained, told) = verifier.explain(&request, asked.now, &mut used);
        assert_eq!(format!("{verdict:?}"), format!("{explained:?}"));
        assert!(!told.steps.is_empty());
        // The buffers hold what another verification left behind.
        let again = verifier.verify(&request, asked.now, &mut used);
        assert_eq!(format!("{verdict:?}"), format!("{again:?}"));
        read(&verdict)
    }

    /// [`Bench::ask`] for the [`outcome`].
    pub(crate) fn outcome(&self, target: &[u8], headers: Lines<'_>, asked: Asked<'_>) -> String {
        self.ask(target, headers, asked, outcome)
    }
}

/// `granted`, `public` or the denial's reason, with the path and the token's fields where there are
/// any; without the carrier.
pub(crate) fn outcome(verdict: &Verdict<'_>) -> String {
    match verdict {
        Verdict::Granted(grant) => format!("granted {:?} {:?}", grant.path(), grant.fields()),
        Verdict::Public(path) => format!("public {path:?}"),
        Verdict::Reported(_, denial) | Verdict::Denied(denial) => {
            let claimed = denial.claimed_kid();
            format!(
                "{} {claimed:?} {:?}",
                denial.reason().as_str(),
                denial.fields()
            )
        }
    }
}
