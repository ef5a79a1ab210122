//! The rules as lists, each entry with its reason.

/// The rooms of `src/` from left to right, and what each imports. A room imports only from rooms
/// that stand before it.
pub(crate) const ROOMS: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("keyed", &[]),
    ("seldom", &[]),
    ("link", &[]),
    ("vectors", &[]),
    ("told", &["vectors"]),
    ("cookie", &[]),
    ("config", &["cookie"]),
    ("request", &["config"]),
    ("verify", &["config", "request"]),
    ("store", &["config"]),
    ("state", &["config", "request"]),
    ("sites", &["config", "keyed", "store"]),
    ("cache", &["config", "keyed", "state", "store"]),
    ("answer", &["cache", "config", "request", "store", "verify"]),
    (
        "observe",
        &["config", "keyed", "request", "seldom", "store", "verify"],
    ),
    ("listen", &["config", "request", "seldom"]),
    (
        "app",
        &[
            "cache", "clock", "config", "listen", "observe", "request", "sites", "state", "verify",
        ],
    ),
    (
        "deliver",
        &[
            "answer", "app", "cache", "config", "listen", "observe", "request", "sites", "state",
            "store", "verify",
        ],
    ),
    (
        "sign",
        &[
            "answer", "clock", "config", "link", "observe", "request", "sites", "state", "told",
        ],
    ),
    ("ops", &["app", "config", "observe", "request", "verify"]),
    (
        "server",
        &[
            "app", "cache", "clock", "config", "deliver", "listen", "observe", "ops", "sign",
            "sites", "state", "store",
        ],
    ),
    (
        "reload",
        &["clock", "config", "listen", "observe", "server"],
    ),
    (
        "demo",
        &[
            "app", "clock", "config", "cookie", "deliver", "link", "listen", "observe", "server",
            "sites", "store",
        ],
    ),
    (
        "cli",
        &[
            "clock", "config", "cookie", "deliver", "demo", "link", "listen", "observe", "reload",
            "request", "server", "sign", "state", "store", "told", "vectors",
        ],
    ),
];

/// Rooms of a request's way; signing is not on it.
pub(crate) const DELIVERY: &[&str] = &[
    "answer", "app", "cache", "deliver", "observe", "request", "sites", "state", "store", "verify",
];

/// A word, the files (or folders) that may hold it, and why only they.
pub(crate) const OWNERS: &[(&str, &[&str], &str)] = &[
    (
        "moka",
        &["src/cache/"],
        "the cache library is the cache's own affair",
    ),
    ("aws_sdk_s3", S3, "the rest knows the store's trait, not S3"),
    ("aws_config", S3, "the rest knows the store's trait, not S3"),
    (
        "aws_smithy_checksums",
        S3,
        "the rest knows the store's trait, not S3",
    ),
    (
        "aws_credential_types",
        S3,
        "the rest knows the store's trait, not S3",
    ),
    (
        "cap_std",
        &["src/store/fs.rs", "src/store/fs/"],
        "files are read through the store",
    ),
    (
        "utoipa",
        &["src/sign/", "src/answer/problem.rs"],
        "the API that is described is the signing API",
    ),
    (
        "governor",
        &["src/sign/rate.rs"],
        "callers have a rate; what strangers do is bounded by the guard",
    ),
    ("jsonwebtoken", JWT, "JWTs end where the caller is known"),
    ("SystemTime::now", &["src/clock.rs"], "time is an argument"),
    (
        "std::env",
        &["src/config/"],
        "the environment is a layer of the configuration",
    ),
    (
        "metrics_exporter_prometheus",
        &["src/observe/"],
        "metrics are recorded through `Metrics`",
    ),
    (
        "\"countersign_",
        &["src/observe/"],
        "a metric's name stands once",
    ),
    (
        "clap",
        &["src/cli/", "src/main.rs"],
        "the command line ends where a command starts",
    ),
    (
        "opentelemetry_otlp",
        &["src/observe/"],
        "spans are sent by one outlet",
    ),
    (
        "tracing_subscriber",
        &["src/cli/", "src/config/schema/mod.rs"],
        "a library writes events; the configuration only checks `log.level`",
    ),
    ("rustls", LISTEN, "TLS ends where a connection starts"),
    ("tokio_rustls", LISTEN, "TLS ends where a connection starts"),
    ("x509_parser", LISTEN, "TLS ends where a connection starts"),
    (
        "listenfd",
        LISTEN,
        "reads `LISTEN_FDS`, which is no setting; what it finds are listeners",
    ),
    (
        "sd_notify",
        LISTEN,
        "reads `NOTIFY_SOCKET`, which is no setting; it is told what listeners do",
    ),
    (
        "axum",
        AXUM,
        "delivery is plain hyper: nothing between the request and the verdict",
    ),
];

pub(crate) const LISTEN: &[&str] = &["src/listen/"];
pub(crate) const S3: &[&str] = &["src/store/s3.rs", "src/store/s3/"];
pub(crate) const JWT: &[&str] = &[
    "src/sign/",
    "src/config/model/signing.rs",
    "src/config/schema/issuer.rs",
    "src/demo/",
];
pub(crate) const AXUM: &[&str] = &["src/sign/", "src/ops/", "src/server.rs", "src/server/"];
