//! `GET /docs`: Swagger UI, from the program itself: no other host is asked, and none may be.

use std::sync::{Arc, LazyLock};

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, header};
use utoipa_swagger_ui::{Config, serve};

use crate::request::RequestId;
use crate::sign::refusal::Refusal;

/// The page's own scripts and calls to this API. Swagger UI sets styles in elements and draws with
/// `data:` images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::new(["/openapi.json"])
        .display_operation_id(true)
        .try_it_out_enabled(true)
        // A caller's token is not kept by the browser.
        .persist_authorization(false)
        .validator_url("none");
    Arc::new(config)
});

/// `/docs`, whose parts are below `/docs/`.
pub(in crate::sign) async fn to_page() -> Redirect {
    Redirect::permanent("/docs/")
}

/// The page.
pub(in crate::sign) async fn page() -> Response {
    part("index.html")
}

/// A part of it.
pub(in crate::sign) async fn asset(name: Result<Path<String>, PathRejection>) -> Response {
    // What is no text is the name of no part.
    part(
        &name
            .map(|Path(name)| name)
            .unwrap_or_else(|_| "?".to_owned()),
    )
}

fn part(name: &str) -> Response {
    let Ok(Some(file)) = serve(name, Arc::clone(&CONFIG)) else {
        return Refusal::NotFound.into_response(&RequestId::random().to_string());
    };
    let kind = HeaderValue::try_from(file.content_type);
    let mut response = file.bytes.into_owned().into_response();
    let headers = response.headers_mut();
    if let Ok(kind) = kind {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
