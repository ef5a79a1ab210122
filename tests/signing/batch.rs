//! `POST /v1/sign/batch`.

use serde_json::{Value, json};

use crate::api::{API_KEY, Answer, Api};
use crate::jwt;

async fn batch(api: &Api, bearer: &str, body: Value) -> Answer {
    let request = api.request("POST", "/v1/sign/batch").bearer_auth(bearer);
    api.send(request.json(&body)).await
}

#[tokio::test]
async fn each_request_is_answered_in_its_place_as_it_would_be_alone() {
    let api = Api::start().await;
    let ada = jwt::good("hs", json!({ "sub": "ada", "scope": "photos" }));
    let requests = json!([
        { "path": "/users/ada/1.jpg" },
        { "path": "/users/bob/1.jpg" },
        { "path": "/users/ada/2.jpg", "expires_in": "soon" },
        7,
        { "path": "/users/ada/3.jpg" },
    ]);
    let answer = batch(&api, &ada, json!({ "requests": requests })).await;
    assert_eq!(answer.status, 200);
    let results = answer.body["results"].as_array().unwrap();
    let statuses: Vec<_> = results.iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, [200, 403, 400, 400, 200]);
    for place in [0, 4] {
        let alone = api.sign_as(&ada, &requests[place]).await;
        assert_eq!(results[place]["grant"], alone.body);
        assert_eq!(results[place]["problem"], Value::Null);
    }
    assert_eq!(results[1]["problem"]["code"], "not_allowed");
    let pointer = &results[2]["problem"]["errors"][0]["pointer"];
    assert_eq!(pointer, "/expires_in");
}

#[tokio::test]
async fn a_thousand_are_signed_and_one_more_is_refused() {
    let api = Api::start().await;
    let requests = |count: usize| json!({ "requests": vec![json!({ "path": "/a" }); count] });
    let answer = batch(&api, API_KEY, requests(1_000)).await;
    assert_eq!(answer.status, 200);
    let results = answer.body["results"].as_array().unwrap();
    assert_eq!(results.len(), 1_000);
    assert!(results.iter().all(|result| result["status"] == 200));
    for body in [
        requests(1_001),
        requests(0),
        json!({}),
        json!({ "requests": {} }),
    ] {
        let answer = batch(&api, API_KEY, body).await;
        assert_eq!((answer.status, answer.pointers()), (400, vec!["/requests"]));
    }
    let answer = batch(&api, "wrong", requests(1)).await;
    assert_eq!(answer.status, 401);
}
