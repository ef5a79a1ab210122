//! From the signing API's cookie to the object.

use serde_json::Value;

use crate::support::http::{Answer, exchange};
use crate::support::origin::{Origin, TOP, site};

/// The digest is that of the word `test`.
const SIGNING: &str = r#"
[signing]
listen = "127.0.0.1:0"
[[signing.api_key]]
name = "app"
sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
[[signing.rule]]
name = "all"
paths = ["/**"]
max_ttl = "1h"
"#;

fn ask(origin: &Origin, method: &str, body: &str) -> Answer {
    let length = body.len();
    let text = format!(
        "{method} /v1/cookies HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\
         Authorization: Bearer test\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    exchange(origin.addresses.signing.unwrap(), text.as_bytes())
}

/// What a browser sends back.
fn kept(answer: &Answer) -> String {
    let line = answer.header("set-cookie");
    line.split(';').next().unwrap().to_owned()
}

#[test]
fn the_cookie_of_the_signing_api_opens_its_folder_until_it_is_ended() {
    let media = site("media", "", "[site.cookie]\nprefix = \"__Host-\"");
    let origin = Origin::start(&format!("{TOP}{SIGNING}{media}"));
    origin.put("a/1.txt", "one");
    origin.put("a/2.txt", "two");
    origin.put("b.txt", "other");
    let body = r#"{"path": "/a/1.txt", "paths": ["/a/**"], "expires_in": 60}"#;
    let answer = ask(&origin, "POST", body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(told["cookie"]["name"], "__Host-cs");
    let cookie = kept(&answer);
    let get = |path: &str, cookie: &str| origin.send("GET", path, &[("Cookie", cookie)]);
    for (path, object) in [("/a/1.txt", "one"), ("/a/2.txt", "two")] {
        assert_eq!(get(path, &cookie).text(), object);
    }
    assert_eq!(get("/b.txt", &cookie).status, 403);
    let ended = ask(&origin, "DELETE", "");
    assert_eq!(kept(&ended), "__Host-cs=");
    assert!(ended.header("set-cookie").contains("; Max-Age=0;"));
    assert_eq!(get("/a/1.txt", &kept(&ended)).code(), "missing");
}
