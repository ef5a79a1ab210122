//! What callers send. The parsers in [`super::super::request`] and beside the calls read bodies by
//! hand, to point at every fault at once; these types are their description, and the tests hold each
//! request that is granted to it.

#![expect(dead_code, reason = "described, never made")]

use std::collections::BTreeMap;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// A lifetime of at least one second.
#[derive(ToSchema)]
#[serde(untagged)]
pub(in crate::sign) enum Lifetime {
    /// `15m`, `1h 30m`, `7d`
    #[schema(example = "15m")]
    Words(String),
    /// Seconds
    Secs(u64),
}

/// A moment, to the second.
#[derive(ToSchema)]
#[serde(untagged)]
pub(in crate::sign) enum Time {
    /// RFC 3339
    #[schema(example = "2030-03-17T17:46:40Z")]
    Text(String),
    /// Unix seconds
    UnixSecs(u64),
}

/// The token's id: the caller's own, or true for a random one.
#[derive(ToSchema)]
#[serde(untagged)]
pub(in crate::sign) enum TokenId {
    /// 1 to 64 of A-Z a-z 0-9 . _ -
    Own(String),
    /// A random one
    Random(bool),
}

/// Where the token stands.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::sign) enum Carrier {
    /// `?cs=…`
    Query,
    /// A first path segment, for players that resolve relative URLs
    Path,
    /// The client sends `token` in the header `Countersign`
    Header,
}

/// What shall be signed.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "path": "/users/ada/photo 1.jpg", "expires_in": "15m" }))]
pub(in crate::sign) struct SignRequest {
    /// The decoded path
    path: String,
    /// The site's name; may be left out where there is one
    site: Option<String>,
    /// Default: the smallest of 1 h and the longest life that rule, site and key allow
    expires_in: Option<Lifetime>,
    /// In place of expires_in
    expires_at: Option<Time>,
    /// Not good before this time
    not_before: Option<Time>,
    /// Patterns that the token opens, for playlists and their segments; path must be among them
    #[schema(min_items = 1, max_items = 16, example = json!(["/films/7/**"]))]
    paths: Option<Vec<String>>,
    /// Addresses or networks of clients
    #[schema(min_items = 1, example = json!(["203.0.113.0/24"]))]
    ip: Option<Vec<String>>,
    /// Countries, or all but some
    #[schema(min_items = 1, example = json!(["DE", "AT"]))]
    geo: Option<Vec<String>>,
    /// Default GET, which HEAD goes with
    #[schema(min_items = 1, example = json!(["GET"]))]
    methods: Option<Vec<String>>,
    /// How many distinct uses; brings a random jti unless one is given
    #[schema(minimum = 1, maximum = 1_000_000)]
    uses: Option<u64>,
    jti: Option<TokenId>,
    /// The user; the caller's own unless its rule is a backend's
    sub: Option<String>,
    /// The session
    sid: Option<String>,
    /// The file name under which a browser saves it
    download_as: Option<String>,
    /// The answer's Content-Type
    content_type: Option<String>,
    /// The object's version
    version: Option<String>,
    /// The answer's speed, in bytes a second
    max_bytes_per_sec: Option<u64>,
    /// Parameters that the request must have with exactly these values; null: must not have
    #[schema(example = json!({ "w": "800", "h": null }))]
    qs: Option<BTreeMap<String, Option<String>>>,
    /// Headers, likewise
    hdr: Option<BTreeMap<String, Option<String>>>,
    /// Opaque, for the access log; readable by who holds the URL
    data: Option<String>,
    /// Default query
    carrier: Option<Carrier>,
    /// The same URL for a quarter of its life. Default true unless uses, jti or expires_at is given
    stable: Option<bool>,
}

/// What a cookie shall open: a [`SignRequest`] without what is for URLs.
pub(in crate::sign) struct CookieRequest;

impl PartialSchema for CookieRequest {
    fn schema() -> RefOr<Schema> {
        let mut schema = SignRequest::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.description = Some("What the cookie shall open".to_owned());
            for name in ["carrier", "stable"] {
                object.properties.remove(name);
            }
            // Beside `paths` it may be left out.
            object.required.retain(|name| name != "path");
        }
        schema
    }
}

impl ToSchema for CookieRequest {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        SignRequest::schemas(schemas);
    }
}

/// Many at once.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::sign) struct BatchRequest {
    /// Each is answered by itself
    #[schema(min_items = 1, max_items = 1000)]
    requests: Vec<SignRequest>,
}

/// A request to the delivery listener, to be explained.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "url": "/users/ada/1.jpg?cs=1~kid=k1~exp=1900000000~sig=AAAA" }))]
pub(in crate::sign) struct ExplainRequest {
    /// As the client sends it, whole or from its path on; nothing is normalised
    url: String,
    /// The site's name; may be left out where there is one
    site: Option<String>,
    /// Default GET
    method: Option<String>,
    /// Names and values
    headers: Option<BTreeMap<String, String>>,
    /// The client's address; default unknown
    client_ip: Option<String>,
    /// The client's country; default unknown
    country: Option<String>,
    /// Default now
    at: Option<Time>,
}

/// What shall be revoked: one of jti, sub, sid, kid and issued_before, or sub with issued_before.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "sub": "ada", "note": "left the company", "expires_in": "30d" }))]
pub(in crate::sign) struct RevocationRequest {
    /// The site's name; may be left out where there is one
    site: Option<String>,
    /// One token
    jti: Option<String>,
    /// Every token of a user
    sub: Option<String>,
    /// Every token of a session
    sid: Option<String>,
    /// Every token of a key
    kid: Option<String>,
    /// Every token issued before this time, and those that do not say when
    issued_before: Option<Time>,
    /// Until when; default for good
    expires_in: Option<Lifetime>,
    /// In place of expires_in
    expires_at: Option<Time>,
    /// For people
    #[schema(max_length = 256)]
    note: Option<String>,
}

/// What the cache shall forget: one of path, prefix and all.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "prefix": "/photos/" }))]
pub(in crate::sign) struct PurgeRequest {
    /// The site's name; may be left out where there is one
    site: Option<String>,
    /// One object's decoded path
    path: Option<String>,
    /// What decoded paths start with
    prefix: Option<String>,
    /// Every object of the site
    all: Option<bool>,
}

/// Which site.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::sign) struct SiteQuery {
    /// The site's name; may be left out where there is one
    site: Option<String>,
}

/// Which page of revocations.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::sign) struct PageQuery {
    /// The site's name; may be left out where there is one
    site: Option<String>,
    /// The id after which the page begins: `next` of the page before
    after: Option<String>,
    /// Entries of the page
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u16>,
}
