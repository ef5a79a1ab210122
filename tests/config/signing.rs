//! `[signing]`: whose tokens are believed, and what may be signed.

use crate::command::{Done, Folder};
use crate::{faults, good};

const RSA: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuGLirrFwmuiiZceQilj5
MCazWXjDOzE0V7u6iAeFOx9xq1y5OoWVIzpZW7tZhnhEeuunBvilCE9jyHL4u3Ib
3mjBJ2Ra9Qql5mPe8wASaj3yxglzMfhKrdcb56AVvIS1aPuvYbZ7YWm7CdVkd7NB
tBOCIq9fJOeEV4XDFr8hdCPvacWauvHmvFd+u+s1AHdnrdjlwoPgqKgo7A2erdMR
7MLCicjQFlhY7UydQO3O97HJK1hnTuz1HYuIRp5vju1Mi33sVHBq5Xc5L1hyUfhU
D1RtBPTnCZm05MBvhk79tk5DurDmuoM04/A2WZTzdZNexV7xGcD3KCFfFEVZaQme
xQIDAQAB
-----END PUBLIC KEY-----
";
const P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdiG4B6rKllh+5nIhX8+VWM6W803r
I/1Pooy9dprvlnqRw0N2XlTdcsysBp0AoGpExTMsA4n5NYCU4tPuL0a9yw==
-----END PUBLIC KEY-----
";
const ED25519: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAbU8BribyYW5GwbTNbwMftgR+mFzN6ZOguPQYOsouuhY=
-----END PUBLIC KEY-----
";
/// RFC 8037's example, and a symmetric key.
const JWKS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
const SYMMETRIC_JWKS: &str = r#"{"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}]}"#;

fn check(algorithms: &str, source: &str, file: &str) -> Done {
    let folder = Folder::new();
    let toml = format!(
        "{}\n[[signing.issuer]]\nissuer = \"i\"\naudience = [\"a\"]\nalgorithms = {algorithms}\n\
         {source} = \"key\"\n[[signing.rule]]\nname = \"r\"\npaths = [\"/**\"]\nmax_ttl = \"1h\"\n",
        good()
    );
    folder.write("countersign.toml", &toml);
    folder.write("key", file);
    folder.run(&["config", "check"])
}

#[test]
fn public_keys_are_read_and_fit_their_algorithms() {
    for (algorithms, pem) in [
        ("[\"RS256\", \"PS256\"]", RSA),
        ("[\"ES256\"]", P256),
        ("[\"EdDSA\"]", ED25519),
    ] {
        let done = check(algorithms, "pem_file", pem);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{algorithms}");
        assert!(
            done.out.contains("issuers: 1, API keys: 0, rules: 1"),
            "{}",
            done.out
        );
    }
    let done = check("[\"RS256\"]", "pem_file", P256);
    assert!(
        done.err
            .contains("RS256 does not go with the kind of key in key"),
        "{done:?}"
    );
    let done = check("[\"HS256\"]", "pem_file", RSA);
    assert!(
        done.err.contains("HS256 needs secret or secret_file"),
        "{done:?}"
    );
    let private = RSA.replace("PUBLIC", "PRIVATE");
    let done = check("[\"RS256\"]", "pem_file", &private);
    assert!(done.err.contains("holds a private key"), "{done:?}");
}

#[test]
fn a_site_that_cannot_sign_is_warned_of_beside_a_signing_api() {
    let folder = Folder::new();
    let toml = format!(
        "{}state = \"accept\"\n[[signing.api_key]]\nname = \"b\"\nsha256 = \"{}\"\n",
        good(),
        "ab".repeat(32)
    );
    folder.write("countersign.toml", &toml);
    let done = folder.run(&["config", "check"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.err.contains("media.example: no key can sign"),
        "{done:?}"
    );
    assert!(
        done.err
            .contains("signing: nothing may be signed; add [[signing.rule]]"),
        "{done:?}"
    );
}

#[test]
fn a_jwk_set_needs_a_public_key() {
    assert_eq!(check("[\"EdDSA\"]", "jwks_file", JWKS).code, 0);
    for set in [SYMMETRIC_JWKS, "{\"keys\":[]}"] {
        let done = check("[\"EdDSA\"]", "jwks_file", set);
        assert!(
            done.err.contains("holds no public key that can be used"),
            "{done:?}"
        );
    }
}

#[test]
fn each_fault_of_the_signing_api_is_told() {
    let issuer = |lines: &str| {
        format!(
            "{}\n[[signing.issuer]]\nissuer = \"i\"\naudience = [\"a\"]\n{lines}\n\
             [[signing.rule]]\nname = \"r\"\npaths = [\"/{{sub}}/**\"]\nmax_ttl = \"1h\"\n",
            good()
        )
    };
    let rule = |lines: &str| {
        format!(
            "{}\n[[signing.api_key]]\nname = \"b\"\nsha256 = \"{}\"\n[[signing.rule]]\nname = \"r\"\n{lines}\n",
            good(),
            "ab".repeat(32)
        )
    };
    let long = "s".repeat(32);
    let cases = [
        (
            issuer("algorithms = [\"HS256\"]\nsecret = \"short\""),
            "signing.issuer.0.secret: has 5 bytes, must have 32 or more",
        ),
        (
            issuer(&format!("algorithms = [\"RS256\"]\nsecret = \"{long}\"")),
            "RS256 needs pem_file or jwks_file",
        ),
        (
            issuer("algorithms = [\"RS256\"]\njwks_url = \"http://login.example/jwks\""),
            "signing.issuer.0.jwks_url: ",
        ),
        (
            issuer("algorithms = [\"RS256\"]\njwks_url = \"https://me:pw@login.example/jwks\""),
            "must be a URL with https",
        ),
        (
            issuer("algorithms = [\"HS256\"]\njwks_url = \"https://login.example/jwks\""),
            "HS256 needs secret",
        ),
        (
            issuer("algorithms = [\"HS256\"]"),
            "signing.issuer.0: has no keys",
        ),
        (
            issuer(&format!(
                "algorithms = [\"HS256\"]\nsecret = \"{long}\"\npem_file = \"x\""
            )),
            "has several sources of keys",
        ),
        (
            issuer("algorithms = [\"RS256\"]\npem_file = \"nowhere.pem\""),
            "nowhere.pem: No such file",
        ),
        (
            issuer("algorithms = [\"RS256\"]\npem_file = \"countersign.toml\""),
            "holds no public key in PEM",
        ),
        (
            issuer("algorithms = [\"RS256\"]\njwks_file = \"countersign.toml\""),
            "is no JWK set",
        ),
        (
            issuer(&format!("algorithms = [\"none\"]\nsecret = \"{long}\"")),
            "\"none\" is not known here",
        ),
        (
            rule("paths = [\"/{sub/**\"]\nmax_ttl = \"1h\""),
            "that stands around no claim",
        ),
        (
            rule("paths = [\"/a/../{sub}\"]\nmax_ttl = \"1h\""),
            "signing.rule.0.paths: \"/a/../",
        ),
        (
            rule("paths = [\"/**\"]\nmax_ttl = \"1h\"\nsites = [\"media.exmple\"]"),
            "did you mean \"media.example\"?",
        ),
        (
            rule("paths = [\"/**\"]\nmax_ttl = \"1h\"\nbind_ip = { v4 = 33 }"),
            "bind_ip.v4: must be a whole number from 0 to 32",
        ),
        (
            rule("paths = [\"/**\"]\nmax_ttl = \"1h\"\noverrides = [\"exp\"]"),
            "signing.rule.0.overrides: \"exp\" is not known here",
        ),
        (
            rule("paths = [\"/**\"]"),
            "signing.rule.0.max_ttl: is missing",
        ),
        (
            rule("paths = [\"/**\"]\nmax_ttl = \"1h\"").replace("abab", "xyz"),
            "signing.api_key.0.sha256: must be 64 digits",
        ),
        (
            format!("{}\n[signing.audit]\nfile = true\n", good()),
            "signing.audit.file: ",
        ),
        (
            format!("{}\n[signing.audit]\nflie = \"audit.jsonl\"\n", good()),
            "did you mean \"file\"?",
        ),
        (
            format!(
                "{}\n[revocations]\nfile = \"same\"\n[signing.audit]\nfile = \"same\"\n",
                good()
            ),
            "signing.audit.file: is revocations.file",
        ),
    ];
    for (toml, message) in cases {
        let faults = faults(&toml);
        let told = faults.iter().any(|fault| fault.contains(message));
        assert!(told, "{faults:?}\nexpected {message}");
    }
}
