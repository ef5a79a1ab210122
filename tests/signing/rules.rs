//! What rules let callers sign.

use serde_json::{Value, json};

use crate::api::{API_KEY, Api, RULES};
use crate::jwt::good;

async fn as_user(api: &Api, sub: Value, path: &str) -> (u16, Value) {
    let token = good("hs", json!({ "sub": sub, "scope": "photos" }));
    let answer = api.sign_as(&token, &json!({ "path": path })).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn a_user_signs_its_own_photos_and_nobody_elses() {
    let api = Api::start().await;
    assert_eq!(
        as_user(&api, json!("ada"), "/users/ada/a b.jpg").await.0,
        200
    );
    for path in [
        "/users/bob/a.jpg",
        "/users/ada",
        "/users/adam/a",
        "/users/",
        "/",
        "/users/ada/private/x",
    ] {
        let (status, problem) = as_user(&api, json!("ada"), path).await;
        assert_eq!(
            (status, &problem["code"]),
            (403, &json!("not_allowed")),
            "{path}"
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("\"own photos\""), "{detail}");
        assert_eq!(problem["errors"][0]["pointer"], "/path");
    }
}

#[tokio::test]
async fn a_claim_never_becomes_more_than_one_segment() {
    let api = Api::start().await;
    for (sub, own) in [
        ("*", "/users/*/x"),
        ("**", "/users/**/x"),
        ("a!-b", "/users/a!-b/x"),
        ("%2F", "/users/%2F/x"),
        ("a~2F", "/users/a~2F/x"),
    ] {
        assert_eq!(as_user(&api, json!(sub), own).await.0, 200, "{sub}");
        for other in ["/users/bob/x", "/users/x", "/users/a/x", "/x"] {
            assert_eq!(
                as_user(&api, json!(sub), other).await.0,
                403,
                "{sub} {other}"
            );
        }
    }
    for sub in [
        json!(""),
        json!("."),
        json!(".."),
        json!("a/b"),
        json!("/"),
        json!("bob/../ada"),
        json!("a\\b"),
        json!("\u{0}"),
        json!("a\nb"),
        json!(7),
        json!(["ada"]),
        json!(null),
        json!(true),
    ] {
        for path in ["/users/ada/x", "/users/x", "/users/a/b/x", "/x"] {
            let (status, problem) = as_user(&api, sub.clone(), path).await;
            assert_eq!(status, 403, "{sub} {path}");
            assert_eq!(
                problem["detail"],
                "no rule lets this caller sign for this site"
            );
        }
    }
}

#[tokio::test]
async fn a_caller_without_a_rule_signs_nothing() {
    let api = Api::start().await;
    for scope in [
        json!("photo"),
        json!("photos2"),
        json!(["photo"]),
        json!(true),
    ] {
        let token = good("hs", json!({ "scope": scope }));
        let answer = api
            .sign_as(&token, &json!({ "path": "/users/ada/x" }))
            .await;
        assert_eq!(
            (answer.status, answer.text("code")),
            (403, "not_allowed"),
            "{scope}"
        );
    }
}

#[tokio::test]
async fn what_is_beyond_the_rule_is_refused_field_by_field() {
    let api = Api::start().await;
    let answer = api
        .sign_as_ada(json!({
            "path": "/users/ada/x", "paths": ["/users/ada/*", "/users/**", "/**"], "methods": ["PUT"],
            "sub": "bob", "download_as": "x", "content_type": "a/b", "version": "1", "max_bytes_per_sec": 2048,
        }))
        .await;
    assert_eq!(answer.status, 403);
    let expected = [
        "/content_type",
        "/download_as",
        "/max_bytes_per_sec",
        "/methods/0",
        "/paths/1",
        "/paths/2",
        "/sub",
        "/version",
    ];
    assert_eq!(answer.pointers(), expected);
    let answer = api
        .sign_as_ada(json!({ "path": "/users/ada/x", "expires_in": "3h" }))
        .await;
    assert_eq!(
        (answer.status, answer.pointers()),
        (403, vec!["/expires_in"])
    );
    assert!(answer.text("detail").contains("own photos"));
}

#[tokio::test]
async fn a_token_for_patterns_carries_the_rules_exclusions() {
    let api = Api::start().await;
    let answer = api
        .sign_as_ada(json!({ "path": "/users/ada/x", "paths": ["/users/ada/**"] }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.text("token");
    assert!(
        token.contains("~path=/users/ada/**!-/users/ada/private/**~"),
        "{token}"
    );
}

#[tokio::test]
async fn the_user_is_in_the_token_and_a_backend_names_any() {
    let api = Api::start().await;
    let answer = api.sign_as_ada(json!({ "path": "/users/ada/x" })).await;
    assert!(answer.text("token").contains("~sub=ada~"));
    let answer = api.sign(json!({ "path": "/x", "sub": "bob & co" })).await;
    assert!(answer.text("token").contains("~sub=bob~20~26~20co~"));
    let answer = api.sign(json!({ "path": "/x" })).await;
    assert!(answer.text("token").contains("~sub=shop~"));
    let token = good("hs", json!({ "sub": "x".repeat(129), "scope": "photos" }));
    let path = format!("/users/{}/x", "x".repeat(129));
    let answer = api.sign_as(&token, &json!({ "path": path })).await;
    assert_eq!((answer.status, answer.pointers()), (403, vec!["/sub"]));
}

#[tokio::test]
async fn a_bound_grant_is_for_the_callers_network() {
    let rules = RULES.replace(
        "backend = true",
        "backend = true\nbind_ip = { v4 = 24, v6 = 64 }",
    );
    let api = Api::with_rules(&rules).await;
    let answer = api.sign_as(API_KEY, &json!({ "path": "/x" })).await;
    assert!(
        answer.text("token").contains("~ip=127.0.0.0/24~"),
        "{}",
        answer.body
    );
    let answer = api.sign(json!({ "path": "/x", "ip": ["0.0.0.0/0"] })).await;
    assert_eq!((answer.status, answer.pointers()), (403, vec!["/ip"]));
    assert!(answer.text("detail").contains("\"backend\""));
}

#[tokio::test]
async fn behind_a_trusted_proxy_a_grant_is_bound_to_whom_it_names_and_to_nobody_else() {
    let proxies = "trusted_proxies = [\"127.0.0.1\"]\nclient_ip_header = \"X-Forwarded-For\"";
    let rules = RULES.replace("backend = true", "backend = true\nbind_ip = {}");
    let api = Api::with_top(proxies, &rules).await;
    let ask = async |lines: &[&str]| {
        let request = api.request("POST", "/v1/sign").bearer_auth(API_KEY);
        let with = |request: reqwest::RequestBuilder, line: &&str| {
            request.header("X-Forwarded-For", *line)
        };
        let request = lines.iter().fold(request, with);
        api.send(request.json(&json!({ "path": "/x" }))).await
    };
    let answer = ask(&["198.51.100.1, 192.0.2.7"]).await;
    assert!(
        answer.text("token").contains("~ip=192.0.2.7~"),
        "{}",
        answer.body
    );
    for unknown in [&[][..], &["192.0.2.7, unknown"], &["127.0.0.1"]] {
        assert_eq!(ask(unknown).await.status, 403, "{unknown:?}");
    }
}

#[tokio::test]
async fn a_rule_may_be_for_some_sites_only() {
    let key = |figure: &str| {
        format!(
            "[[site.key]]\nkid = \"k\"\nalg = \"HS256\"\nsecret = \"{}\"\n",
            figure.repeat(64)
        )
    };
    let sites = crate::api::site("one", "", &key("1")) + &crate::api::site("two", "", &key("2"));
    let rules = RULES.replace(
        "name = \"backend\"",
        "name = \"backend\"\nsites = [\"one\"]",
    );
    let api = Api::with(&sites, &rules).await;
    let answer = api.sign(json!({ "path": "/x", "site": "one" })).await;
    assert!(
        answer.text("url").starts_with("https://one.test/x?cs="),
        "{}",
        answer.body
    );
    assert_eq!(
        api.sign(json!({ "path": "/x", "site": "two" }))
            .await
            .status,
        403
    );
    for body in [
        json!({ "path": "/x" }),
        json!({ "path": "/x", "site": "three" }),
    ] {
        let answer = api.sign(body).await;
        assert_eq!((answer.status, answer.pointers()), (400, vec!["/site"]));
    }
}
