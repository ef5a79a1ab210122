//! What docs/SIGNING.md shows works as it stands.

use crate::api::Api;

const PAGE: &str = include_str!("../../docs/SIGNING.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    PAGE.split(fence.as_str())
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect()
}

#[tokio::test]
async fn the_bodies_of_the_page_are_signed() {
    let api = Api::start().await;
    let bodies = blocks("json");
    assert_eq!(bodies.len(), 2);
    for body in bodies {
        let answer = api.sign(serde_json::from_str(body).unwrap()).await;
        assert_eq!(answer.status, 200, "{body} {}", answer.body);
    }
}

#[tokio::test]
async fn the_rules_of_the_page_are_rules() {
    let rules: Vec<_> = blocks("toml")
        .into_iter()
        .filter_map(|block| block.find("[[signing.rule]]").map(|at| &block[at..]))
        .collect();
    assert_eq!(rules.len(), 2);
    let api = Api::with_rules(&rules.concat()).await;
    let answer = api
        .sign_as_ada(serde_json::json!({ "path": "/users/ada/1.jpg" }))
        .await;
    assert!(
        answer.text("token").contains("~ip=127.0.0.1~"),
        "{}",
        answer.body
    );
}
