//! `[site.store]`.

use std::time::Duration;

use crate::config::model::{FetchLimits, S3Credentials, S3Settings, StoreSettings};
use crate::config::reader::Section;
use crate::config::units::is_origin;

#[derive(Clone, Copy)]
enum Kind {
    Fs,
    S3,
}

/// The store, the prefix of its keys, and how much it is asked at once.
pub(super) fn store(section: &Section<'_>) -> Option<(StoreSettings, String, FetchLimits)> {
    section.required("type", "\"fs\" or \"s3\"");
    let kind = section.word("type", &[("fs", Kind::Fs), ("s3", Kind::S3)]);
    let prefix = prefix(section);
    let limits = fetch_limits(section);
    let root = section.path("root");
    let s3 = s3(section);
    let settings = match kind? {
        Kind::Fs => {
            refuse(section, &S3_ONLY, "s3");
            if section.find("root").is_none() {
                section.fault(
                    "root",
                    "is missing; write the folder: root = \"/srv/media\"",
                );
            }
            StoreSettings::Fs { root: root? }
        }
        Kind::S3 => {
            refuse(section, &["root"], "fs");
            if section.find("bucket").is_none() {
                section.fault(
                    "bucket",
                    "is missing; write the bucket's name: bucket = \"media\"",
                );
            }
            StoreSettings::S3(s3?)
        }
    };
    Some((settings, prefix, limits))
}

fn fetch_limits(section: &Section<'_>) -> FetchLimits {
    let defaults = FetchLimits::default();
    let max_fetches = section.integer("max_fetches", 1, 10_000);
    FetchLimits {
        max_fetches: max_fetches
            .and_then(|max| u32::try_from(max).ok())
            .unwrap_or(defaults.max_fetches),
        max_wait: section.time_limit("max_wait").unwrap_or(defaults.max_wait),
    }
}

const S3_ONLY: [&str; 10] = [
    "bucket",
    "endpoint",
    "region",
    "path_style",
    "access_key_id",
    "secret_access_key",
    "secret_access_key_file",
    "connect_timeout",
    "read_timeout",
    "denied_is_not_found",
];

fn refuse(section: &Section<'_>, names: &[&'static str], kind: &str) {
    for name in names.iter().filter(|name| section.find(name).is_some()) {
        section.fault(
            name,
            format_args!("is for type = {kind:?} only; take it out"),
        );
    }
}

fn prefix(section: &Section<'_>) -> String {
    let prefix = section.text("prefix").unwrap_or_default();
    if prefix.starts_with('/')
        || prefix
            .split('/')
            .any(|segment| [".", ".."].contains(&segment))
    {
        let message = "must not start with \"/\" or hold \".\" or \"..\"; write it as object keys \
                       start, e.g. \"media/\"";
        section.fault("prefix", message);
    } else if !prefix.is_empty() && !prefix.ends_with('/') {
        let message = format!(
            "does not end in \"/\", so the path /a.jpg is read from {:?}; write \"{prefix}/\" if \
             that is not meant",
            format!("{prefix}a.jpg")
        );
        section.warn("prefix", message);
    }
    prefix
}

fn s3(section: &Section<'_>) -> Option<S3Settings> {
    let bucket = section.parsed("bucket", |text| {
        let why = "is no bucket name; write the name alone, without s3:// and without a path";
        let ok = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        text.bytes().all(ok).then(|| text.to_owned()).ok_or(why)
    });
    let endpoint = section.text("endpoint").map(|text| {
        let url = text.strip_suffix('/').unwrap_or(&text);
        if !is_origin(url) {
            let message = "must be scheme and host only, e.g. \"http://127.0.0.1:9000\"";
            section.fault("endpoint", message);
        }
        url.to_owned()
    });
    let settings = S3Settings {
        bucket: bucket.clone().unwrap_or_default(),
        endpoint,
        region: section.text("region"),
        path_style: section.boolean("path_style").unwrap_or(false),
        credentials: credentials(section),
        connect_timeout: section
            .time_limit("connect_timeout")
            .unwrap_or(Duration::from_secs(3)),
        read_timeout: section
            .time_limit("read_timeout")
            .unwrap_or(Duration::from_secs(10)),
        denied_is_not_found: section.boolean("denied_is_not_found").unwrap_or(false),
    };
    bucket.map(|_| settings)
}

fn credentials(section: &Section<'_>) -> Option<S3Credentials> {
    let id = section.text("access_key_id");
    let secret = section.secret("secret_access_key", "secret_access_key_file");
    let has_id = section.find("access_key_id").is_some();
    let has_secret = section.find("secret_access_key").is_some()
        || section.find("secret_access_key_file").is_some();
    let other = "or leave both out for the AWS credential chain (environment, profile, role)";
    if has_id && !has_secret {
        let message = format!("is missing beside access_key_id; write it, {other}");
        section.fault("secret_access_key", message);
    }
    if has_secret && !has_id {
        let message = format!("is missing beside secret_access_key; write it, {other}");
        section.fault("access_key_id", message);
    }
    Some(S3Credentials {
        access_key_id: id?,
        secret_access_key: secret?,
    })
}
