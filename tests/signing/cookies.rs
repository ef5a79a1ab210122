//! `POST` and `DELETE /v1/cookies`.

use serde_json::{Value, json};

use crate::api::{API_KEY, Answer, Api, NOW, RULES, site};

const KEY: &str = "[[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\"\n";

async fn ask(api: &Api, body: Value) -> Answer {
    let request = api.request("POST", "/v1/cookies").bearer_auth(API_KEY);
    api.send(request.json(&body)).await
}

async fn clear(api: &Api, query: &str) -> Answer {
    let request = api.request("DELETE", &format!("/v1/cookies{query}"));
    api.send(request.bearer_auth(API_KEY)).await
}

#[tokio::test]
async fn a_grant_comes_as_a_cookie_with_secure_attributes() {
    let api = Api::start().await;
    let body = json!({ "path": "/a/1.jpg", "paths": ["/a/**"], "expires_in": 600, "jti": "x" });
    let answer = ask(&api, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.text("token");
    let line = format!("cs={token}; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(answer.header("set-cookie"), line);
    assert_eq!(
        answer.body,
        json!({
            "cookie": { "name": "cs", "value": token, "set_cookie": line },
            "token": token, "path": "/a/1.jpg", "expires_at": NOW + 600, "kid": "k1", "jti": "x",
        })
    );
}

#[tokio::test]
async fn attributes_and_prefix_are_the_sites_and_the_end_has_them_too() {
    let settings = "cookie = { prefix = \"__Secure-\", domain = \"Media.test\", path = \"/a b/\", \
                    same_site = \"none\", partitioned = true, http_only = false }\n\
                    names = { cookie = \"gate\" }";
    let sites = [site("media", settings, KEY), site("other", "", KEY)].concat();
    let api = Api::with(&sites, RULES).await;
    let body = json!({ "path": "/a b/1", "site": "media", "expires_in": 60 });
    let answer = ask(&api, body).await;
    let start = format!("__Secure-gate={}; ", answer.text("token"));
    let scope = "Path=/a%20b/; Domain=media.test; ";
    let flags = "; Secure; SameSite=None; Partitioned";
    let line = format!("{start}{scope}Max-Age=60{flags}");
    assert_eq!(answer.header("set-cookie"), line);
    let ended = clear(&api, "?site=media").await;
    let line = format!("__Secure-gate=; {scope}Max-Age=0{flags}");
    assert_eq!(ended.header("set-cookie"), line);
    let cookie = json!({ "name": "__Secure-gate", "value": "", "set_cookie": line });
    assert_eq!(ended.body, json!({ "cookie": cookie }));
    for query in ["", "?site=", "?site=no", "?name=cs", "?site=media&a=b"] {
        let answer = clear(&api, query).await;
        assert_eq!((answer.status, answer.pointers()), (400, vec!["/site"]));
        assert_eq!(answer.header("set-cookie"), "");
    }
    let beside = json!({ "path": "/b", "site": "media" });
    assert_eq!(ask(&api, beside).await.pointers(), ["/path"]);
}

#[tokio::test]
async fn patterns_alone_make_a_cookie_that_opens_them() {
    let settings = "cookie = { path = \"/a/\" }";
    let rules = RULES.replacen(
        "backend = true",
        "backend = true\npermissions = [\"explain\"]",
        1,
    );
    let api = Api::with(&site("media", settings, KEY), &rules).await;
    let body = json!({ "paths": ["/a/**"], "expires_in": 600 });
    let answer = ask(&api, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body.get("path"), None);
    assert_eq!(answer.body.get("url"), None);
    assert_eq!(answer.body["cookie"]["value"], answer.body["token"]);
    for (path, outcome) in [("/a/b/c.jpg", "granted"), ("/b", "denied")] {
        let headers = json!({ "Cookie": format!("cs={}", answer.text("token")) });
        let request = api.request("POST", "/v1/explain").bearer_auth(API_KEY);
        let told = request.json(&json!({ "url": path, "headers": headers }));
        assert_eq!(api.send(told).await.text("outcome"), outcome, "{path}");
    }
    // A URL has a path.
    let request = api.request("POST", "/v1/sign").bearer_auth(API_KEY);
    let answer = api.send(request.json(&json!({ "paths": ["/a/**"] }))).await;
    assert_eq!((answer.status, answer.pointers()), (400, vec!["/path"]));
    for (body, pointer) in [
        (json!({}), "/path"),
        (json!({ "paths": [] }), "/paths"),
        (json!({ "paths": ["/b/**", "-/a/c"] }), "/paths"),
        (json!({ "paths": ["-/a/c"] }), "/paths"),
    ] {
        let answer = ask(&api, body).await;
        assert_eq!((answer.status, answer.pointers()), (400, vec![pointer]));
        assert_eq!(answer.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn patterns_alone_stay_inside_the_rule_and_get_its_exclusions() {
    let rules = "[[signing.rule]]\nname = \"own\"\npaths = [\"/a/**\", \"-/a/private/**\"]\nmax_ttl = \"1h\"\n";
    let api = Api::with(&site("media", "", KEY), rules).await;
    let answer = ask(&api, json!({ "paths": ["/a/*", "/b/*", "/**"] })).await;
    assert_eq!(
        (answer.status, answer.pointers()),
        (403, vec!["/paths/1", "/paths/2"])
    );
    let answer = ask(&api, json!({ "paths": ["/a/private/**"] })).await;
    assert_eq!((answer.status, answer.pointers()), (400, vec!["/paths"]));
    let answer = ask(&api, json!({ "paths": ["/a/**"] })).await;
    assert!(
        answer.text("token").contains("~path=/a/**!-/a/private/**~"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn what_is_refused_sets_no_cookie() {
    let api = Api::start().await;
    let bodies = [
        (
            json!({ "path": "/a", "carrier": "query", "stable": true, "x": 1 }),
            400,
            vec!["/carrier", "/stable", "/x"],
        ),
        (json!({ "path": "/a", "site": "no" }), 400, vec!["/site"]),
        (
            json!({ "path": "/a", "expires_in": "9999d" }),
            403,
            vec!["/expires_in"],
        ),
    ];
    for (body, status, pointers) in bodies {
        let answer = ask(&api, body).await;
        assert_eq!((answer.status, answer.pointers()), (status, pointers));
        assert_eq!(answer.header("set-cookie"), "");
    }
    for method in ["POST", "DELETE"] {
        let request = api.request(method, "/v1/cookies");
        let answer = api.send(request.json(&json!({ "path": "/a" }))).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, ""));
    }
}
