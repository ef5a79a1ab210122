//! The API's description by OpenAPI 3.1, made from the code, and the page to read and try it.

pub(super) mod answers;
pub(super) mod bodies;
mod page;

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::{Value, json};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

pub(super) use self::page::{asset, page, to_page};
use super::handlers;
use crate::answer::problem::Problem;

/// What the code says of itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countersign signing API",
        description = "Signs URLs and cookies that open private files, for app backends and signed-in users. \
                       Which paths, for how long and to whom is in the server's rules.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        handlers::sign,
        handlers::sign_batch,
        handlers::set_cookie,
        handlers::clear_cookie,
        handlers::explain_request,
        handlers::revoke,
        handlers::list_revocations,
        handlers::lift,
        handlers::purge_cache,
        handlers::list_keys,
    ),
    components(schemas(Problem)),
    modifiers(&Bearer),
    servers((url = "/", description = "The signing listener that this description is from")),
    security(("bearer" = [])),
    tags(
        (name = "sign", description = "URLs and cookies"),
        (name = "operate", description = "For operators, by permissions of their rules"),
    ),
)]
struct Description;

/// How callers say who they are.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut http = Http::new(HttpAuthScheme::Bearer);
        http.description = Some(
            "A JWT of a configured issuer, or an API key, of at most 8 KiB (RFC 6750 §2.1)"
                .to_owned(),
        );
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(http));
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut document = serde_json::to_value(Description::openapi()).unwrap_or_default();
    absent_is_not_null(&mut document);
    tell_rate_limit(&mut document);
    format!("{document:#}")
});

/// The description as JSON.
pub fn openapi_json() -> &'static str {
    &DOCUMENT
}

/// `GET /openapi.json`, for everybody: it says nothing of this server's configuration.
pub(super) async fn document() -> Response {
    let kind = "application/openapi+json;version=3.1";
    ([(header::CONTENT_TYPE, kind)], openapi_json()).into_response()
}

/// Who is signed in is told what is left in every answer.
fn tell_rate_limit(document: &mut Value) {
    let text = |description| json!({ "description": description, "schema": { "type": "string" } });
    document["components"]["headers"] = json!({
        "RateLimit": text("What the caller has left, and the seconds until all of it is back"),
        "RateLimit-Policy": text("The burst, and the seconds in which it fills up"),
    });
    let paths = document["paths"].as_object_mut().into_iter();
    let operations = paths
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut);
    let responses = operations.flat_map(|path| {
        path.values_mut()
            .filter_map(|operation| operation["responses"].as_object_mut())
    });
    for (status, response) in responses.flatten() {
        if status != "401" {
            for name in ["RateLimit", "RateLimit-Policy"] {
                response["headers"][name] =
                    json!({ "$ref": format!("#/components/headers/{name}") });
            }
        }
    }
}

/// A member that may be left out is described as nullable, which none is: `null` is refused, and
/// never sent.
fn absent_is_not_null(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                properties.values_mut().for_each(not_null);
            }
            members.values_mut().for_each(absent_is_not_null);
        }
        Value::Array(members) => members.iter_mut().for_each(absent_is_not_null),
        _ => {}
    }
}

fn not_null(schema: &mut Value) {
    let is_null = |kind: &Value| kind == "null" || kind["type"] == "null";
    for list in ["type", "oneOf"] {
        let Some(Value::Array(kinds)) = schema.get_mut(list) else {
            continue;
        };
        kinds.retain(|kind| !is_null(kind));
        let [only] = &mut kinds[..] else { continue };
        let only = only.take();
        match only {
            Value::Object(members) => {
                if let Some(schema) = schema.as_object_mut() {
                    schema.remove(list);
                    schema.extend(members);
                }
            }
            only => schema[list] = only,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{not_null, openapi_json};

    #[test]
    fn members_that_may_be_left_out_are_not_null() {
        for (schema, expected) in [
            (
                json!({ "type": ["string", "null"] }),
                json!({ "type": "string" }),
            ),
            (
                json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/a", "description": "d" }] }),
                json!({ "$ref": "#/a", "description": "d" }),
            ),
            (
                json!({ "oneOf": [{ "a": 1 }, { "b": 1 }] }),
                json!({ "oneOf": [{ "a": 1 }, { "b": 1 }] }),
            ),
        ] {
            let mut found = schema;
            not_null(&mut found);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn it_is_of_version_3_1_and_has_an_id_for_each_operation() {
        let document: Value = serde_json::from_str(openapi_json()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let paths = document["paths"].as_object().unwrap();
        let operations = paths
            .values()
            .flat_map(|path| path.as_object().unwrap().values());
        let ids: Vec<_> = operations
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), 10);
    }
}
