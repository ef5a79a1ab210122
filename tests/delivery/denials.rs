//! Refusals: each reason that a request can meet, and the form in which it is told.

use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::origin::Origin;
use crate::support::token::{
    NOW, OLD_SECRET, SECRET, Terms, signed, signed_with, target, terms, token, token_of,
};

fn changed(change: impl FnOnce(&mut Terms)) -> String {
    let mut terms = terms();
    change(&mut terms);
    signed_with("/a.txt", &terms)
}

/// Reason, status, target.
fn refused() -> Vec<(&'static str, u16, String)> {
    let good = token("/a.txt", &terms());
    let with = |key| target("/a.txt", &token_of("media", key, "/a.txt", &terms()));
    let other_site = token_of("other", ("k1", SECRET), "/a.txt", &terms());
    let later = good.replace(&(NOW + 600).to_string(), &(NOW + 601).to_string());
    vec![
        ("bad_path", 400, "/x/../a.txt".into()),
        ("bad_path", 400, format!("/x/%2e%2e/a.txt?cs={good}")),
        ("bad_path", 400, "/x%2fa.txt".into()),
        ("bad_path", 400, "//a.txt".into()),
        ("bad_path", 400, "/a%zz".into()),
        ("bad_path", 400, "/a\\b".into()),
        ("bad_path", 400, "/a%ff".into()),
        ("conflict", 400, format!("/a.txt?cs={good}&cs={good}")),
        ("missing", 401, "/a.txt".into()),
        ("missing", 401, format!("/a.txt?CS={good}")),
        ("malformed", 403, "/a.txt?cs=".into()),
        ("malformed", 403, format!("/a.txt?cs={good}+")),
        (
            "malformed",
            403,
            format!("/a.txt?cs={}", good.replace("~exp", "%zzexp")),
        ),
        (
            "unsupported",
            403,
            target("/a.txt", &good.replacen('1', "2", 1)),
        ),
        ("unknown_key", 403, with(("k2", SECRET))),
        ("key_retired", 403, with(("old", OLD_SECRET))),
        ("bad_signature", 403, with(("k1", OLD_SECRET))),
        ("bad_signature", 403, target("/a.txt", &later)),
        ("bad_signature", 403, target("/b.txt", &good)),
        ("bad_signature", 403, target("/a.txt", &other_site)),
        ("lifetime", 403, changed(|terms| terms.exp = NOW + 3_631)),
        (
            "not_yet_valid",
            403,
            changed(|terms| terms.nbf = Some(NOW + 31)),
        ),
        ("expired", 403, changed(|terms| terms.exp = NOW)),
        (
            "path",
            403,
            changed(|terms| terms.path = vec!["/b/**".into()]),
        ),
        (
            "method",
            403,
            changed(|terms| terms.method = vec!["HEAD".into()]),
        ),
        (
            "ip",
            403,
            changed(|terms| terms.ip = vec!["192.0.2.0/24".into()]),
        ),
        ("geo", 403, changed(|terms| terms.geo = vec!["CH".into()])),
    ]
}

#[test]
fn every_reason_is_told_with_its_status() {
    let origin = Origin::media("max_ttl = \"1h\"", "");
    origin.put("a.txt", "hello");
    for (reason, status, target) in refused() {
        let answer = origin.get(&target);
        let told = (
            answer.code(),
            answer.status,
            answer.header("countersign-reason"),
        );
        assert_eq!(
            told,
            (reason.to_owned(), status, reason.to_owned()),
            "{target}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{target}");
        let problem = answer.problem();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("urn:countersign:problem:{reason}"));
        assert!(
            problem["request_id"]
                .as_str()
                .is_some_and(|id| id.len() == 24),
            "{problem}"
        );
        assert!(problem["detail"].is_string(), "{problem}");
        // A token's text is nobody's business, not even in the answer to it.
        assert!(!answer.text().contains("sig="), "{}", answer.text());
        assert_eq!(
            answer.has("www-authenticate"),
            reason == "missing",
            "{target}"
        );
    }
    let missing = origin.get("/a.txt").header("www-authenticate");
    assert_eq!(missing, "Countersign realm=\"media\"");
    // The boundaries from the other side.
    for good in [
        changed(|terms| terms.exp = NOW + 3_630),
        changed(|terms| terms.nbf = Some(NOW + 30)),
        changed(|terms| terms.exp = NOW + 1),
        changed(|terms| terms.ip = vec!["127.0.0.1".into()]),
        changed(|terms| terms.path = vec!["/*.txt".into()]),
    ] {
        assert_eq!(origin.get(&good).status, 200, "{good}");
    }
}

#[test]
fn a_token_ends_with_its_time() {
    let origin = Origin::media("", "");
    origin.put("a.txt", "hello");
    let target = signed("/a.txt");
    for (at, status) in [(NOW + 599, 200), (NOW + 600, 403), (NOW + 599, 200)] {
        origin.clock.set(at);
        assert_eq!(origin.get(&target).status, status);
    }
}

#[test]
fn nothing_there_is_told_only_to_whom_may_look() {
    let origin = Origin::media("", "");
    let answer = origin.get(&signed("/none.txt"));
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(origin.get("/none.txt").status, 401);
    // The file system keeps one version of a file only.
    origin.put("a.txt", "hello");
    let answer = origin.get(&changed(|terms| terms.ver = Some("3".into())));
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    // A folder is no object, nor is a pipe, nor what a link outside leads to.
    origin.put("folder/a.txt", "hello");
    let media = origin.folder().join("media");
    let made = Command::new("mkfifo").arg(media.join("pipe")).status();
    assert!(made.unwrap().success());
    symlink("/etc/hostname", media.join("link")).unwrap();
    symlink("../countersign.toml", media.join("config")).unwrap();
    for path in ["/folder", "/folder/", "/", "/pipe", "/link", "/config"] {
        assert_eq!(origin.get(&signed(path)).status, 404, "{path}");
    }
}

#[test]
fn a_site_may_map_reasons_and_keep_them_to_itself() {
    let origin = Origin::media(
        "",
        "[site.answers]\nshow_reasons = false\nreason_status = { missing = 404, expired = 410 }",
    );
    for (target, status, code) in [
        ("/a.txt".to_owned(), 404, "missing"),
        (changed(|terms| terms.exp = NOW - 1), 410, "expired"),
        (
            changed(|terms| terms.path = vec!["/b/**".into()]),
            403,
            "path",
        ),
    ] {
        let answer = origin.get(&target);
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
        assert!(!answer.has("countersign-reason"));
        assert_eq!(answer.problem()["status"], status);
        assert!(answer.problem()["detail"].is_null());
    }
}
