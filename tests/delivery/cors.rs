//! Scripts of other origins.

use crate::support::origin::Origin;
use crate::support::token::signed;

const ALLOWED: (&str, &str) = ("Origin", "https://app.test");
const OTHER: (&str, &str) = ("Origin", "https://app.test.evil");
const ASKS: (&str, &str) = ("Access-Control-Request-Method", "GET");

#[test]
fn a_listed_origin_reads_objects_and_denials_and_no_other_does() {
    let origin = Origin::media(
        "",
        "[site.cors]\nallowed_origins = [\"https://app.test\"]\nallow_credentials = true\nmax_age = \"5m\"",
    );
    origin.put("a.txt", "hello");
    let allow = "access-control-allow-origin";
    for (target, status) in [
        (signed("/a.txt"), 200),
        (signed("/none.txt"), 404),
        ("/a.txt".to_owned(), 401),
        ("/a/../b".to_owned(), 400),
    ] {
        let answer = origin.send("GET", &target, &[ALLOWED]);
        assert_eq!(answer.status, status);
        assert_eq!(answer.header(allow), ALLOWED.1, "{status}");
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        let exposed = answer.header("access-control-expose-headers");
        assert!(exposed.contains("countersign-reason"), "{exposed}");
        for headers in [&[OTHER][..], &[]] {
            let answer = origin.send("GET", &target, headers);
            assert_eq!(answer.status, status);
            assert!(!answer.has(allow), "{status} {headers:?}");
            assert_eq!(answer.header("vary"), "origin", "{status} {headers:?}");
        }
    }
    let posted = origin.send("POST", "/a.txt", &[ALLOWED]);
    assert_eq!(
        (posted.status, posted.header(allow).as_str()),
        (405, ALLOWED.1)
    );

    let headers = ("Access-Control-Request-Headers", "countersign, range");
    let preflight = origin.send("OPTIONS", "/a.txt", &[ALLOWED, ASKS, headers]);
    assert_eq!(preflight.status, 204);
    for (name, value) in [
        (allow, ALLOWED.1),
        ("access-control-allow-methods", "GET, HEAD"),
        ("access-control-allow-headers", "countersign, range"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "300"),
        ("vary", "origin, access-control-request-headers"),
    ] {
        assert_eq!(preflight.header(name), value, "{name}");
    }
    let refused = origin.send("OPTIONS", "/a.txt", &[OTHER, ASKS, headers]);
    assert_eq!(
        (refused.status, refused.header("vary").as_str()),
        (204, "origin")
    );
    assert!(
        !refused
            .headers
            .iter()
            .any(|(name, _)| name.starts_with("access-control"))
    );
}

#[test]
fn without_a_list_there_is_no_cors() {
    let origin = Origin::media("", "");
    let answer = origin.send("GET", "/a.txt", &[ALLOWED]);
    assert!(!answer.has("access-control-allow-origin") && !answer.has("vary"));
    let any = Origin::media("", "[site.cors]\nallowed_origins = [\"*\"]");
    let answer = any.send("GET", "/a.txt", &[ALLOWED]);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(!answer.has("access-control-allow-credentials") && !answer.has("vary"));
}
