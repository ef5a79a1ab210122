//! Paths that need no token, and tokens that are only watched.

use crate::support::origin::Origin;
use crate::support::token::{NOW, Terms, signed, signed_with, terms};

const POLICY: &str = r#"
[[site.policy]]
paths = ["/public/**"]
mode = "public"
[[site.policy]]
paths = ["/optional/**"]
mode = "optional"
[[site.policy]]
paths = ["/report/**"]
mode = "report"
"#;

#[test]
fn each_mode_opens_what_it_says() {
    let origin = Origin::media("", POLICY);
    let expired = Terms {
        exp: NOW,
        cd: Some("attachment:x.txt".into()),
        ..terms()
    };
    // Mode, without a token, with a good one, with an expired one, with an expired cookie.
    for (mode, bare, good, late, cookie) in [
        ("public", 200, 200, 200, 200),
        ("optional", 200, 200, 403, 200),
        ("report", 200, 200, 200, 200),
        ("closed", 401, 200, 403, 403),
    ] {
        origin.put(&format!("{mode}/a.txt"), mode);
        let path = format!("/{mode}/a.txt");
        let late_target = signed_with(&path, &expired);
        let cookies = late_target.replace(&format!("{path}?"), "");
        assert_eq!(origin.get(&path).status, bare, "{mode}");
        assert_eq!(origin.get(&signed(&path)).status, good, "{mode}");
        let refused = origin.get(&late_target);
        assert_eq!(refused.status, late, "{mode}");
        // A token that does not hold has no effect.
        assert!(!refused.has("content-disposition"), "{mode}");
        let with_cookie = origin.send("GET", &path, &[("Cookie", &cookies)]);
        assert_eq!(with_cookie.status, cookie, "{mode}");
        let twice = format!("{path}?cs=a&cs=b");
        assert_eq!(origin.get(&format!("/{mode}/../a.txt")).code(), "bad_path");
        assert_eq!(origin.get(&twice).code(), "conflict", "{mode}");
    }
    let reported = "countersign_decisions_total{site=\"media\",decision=\"reported\",reason=\"expired\",carrier=\"query\"}";
    assert_eq!(origin.metric(reported), Some(1.0));
    // A token that holds is carried out, or refused, in every mode that looks at it.
    let download = Terms {
        cd: Some("attachment:x.txt".into()),
        ..terms()
    };
    let disposition = |path| {
        let answer = origin.get(&signed_with(path, &download));
        answer.header("content-disposition")
    };
    assert_eq!(disposition("/public/a.txt"), "");
    assert!(disposition("/optional/a.txt").starts_with("attachment"));
    assert!(disposition("/report/a.txt").starts_with("attachment"));
}
