//! `GET /v1/keys`.

use serde_json::json;

use crate::api::{API_KEY, Api, RULES, site};

/// RFC 8032 §7.1, test 2.
const RETIRED: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

#[tokio::test]
async fn keys_are_listed_without_their_secrets() {
    let secret = "4".repeat(64);
    let private = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let keys = format!(
        "[[site.key]]\nkid = \"h1\"\nalg = \"HS256\"\nstate = \"accept\"\nsecret = \"{secret}\"\nfrom = 5\n\
         until = 9999999999\nmax_ttl = \"1h\"\npaths = [\"/a/**\", \"-/a/b\"]\n\
         [[site.key]]\nkid = \"e1\"\nalg = \"EdDSA\"\nprivate = \"{private}\"\n\
         [[site.key]]\nkid = \"e0\"\nalg = \"EdDSA\"\nstate = \"retired\"\npublic = \"{RETIRED}\"\n"
    );
    let api = Api::with(&site("media", "", &keys), RULES).await;
    let answer = api
        .send(api.request("GET", "/v1/keys").bearer_auth(API_KEY))
        .await;
    assert_eq!(answer.status, 200);
    let expected = json!({ "sites": { "media": {
        "keys": [
            { "kid": "h1", "alg": "HS256", "state": "accept", "from": 5, "until": 9_999_999_999_u64,
              "max_ttl_secs": 3_600, "paths": ["/a/**", "-/a/b"] },
            { "kid": "e1", "alg": "EdDSA", "state": "active" },
            { "kid": "e0", "alg": "EdDSA", "state": "retired" },
        ],
        "jwks": { "keys": [{
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "e1",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }] },
    } } });
    assert_eq!(answer.body, expected);
}
