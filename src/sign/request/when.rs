//! Lifetimes and times as people and machines write them.

use serde_json::Value;

use crate::config;

pub(in crate::sign) const LIFETIME: &str =
    "must be a lifetime of at least one second, such as \"15m\", \"1h 30m\" or 900";
pub(in crate::sign) const TIME: &str =
    "must be a time, such as 1900000000 (Unix seconds) or \"2030-03-17T17:46:40Z\"";

/// Whole seconds, at least one.
pub(in crate::sign) fn lifetime_secs(value: &Value) -> Option<u64> {
    let secs = match value {
        Value::String(text) => {
            let duration = humantime::parse_duration(text).ok()?;
            (duration.subsec_nanos() == 0).then_some(duration.as_secs())?
        }
        value => value.as_u64()?,
    };
    (secs > 0).then_some(secs)
}

/// Unix seconds, as such or in RFC 3339.
pub(in crate::sign) fn unix_secs(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => config::unix_secs(text),
        value => value.as_u64(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{lifetime_secs, unix_secs};

    #[test]
    fn a_lifetime_is_words_or_seconds() {
        assert_eq!(lifetime_secs(&json!("15m")), Some(900));
        assert_eq!(lifetime_secs(&json!("1h 30m")), Some(5_400));
        assert_eq!(lifetime_secs(&json!(900)), Some(900));
        for value in [
            json!(0),
            json!("0s"),
            json!("15"),
            json!("soon"),
            json!("1500ms"),
            json!(-1),
            json!(1.5),
            json!(null),
        ] {
            assert_eq!(lifetime_secs(&value), None, "{value}");
        }
    }

    #[test]
    fn a_time_is_unix_seconds_or_rfc_3339() {
        for value in [
            json!(1_900_000_000),
            json!("2030-03-17T17:46:40Z"),
            json!("2030-03-17T19:46:40+02:00"),
            json!("2030-03-17T12:16:40-05:30"),
        ] {
            assert_eq!(unix_secs(&value), Some(1_900_000_000), "{value}");
        }
        for value in [
            json!("2030-03-17"),
            json!("2030-03-17T17:46:40"),
            json!("2030-03-17T17:46:40+2:00"),
            json!("2030-03-17T17:46:40+24:00"),
            json!("1969-12-31T23:59:59Z"),
            json!("1970-01-01T00:00:00+01:00"),
            json!("é+02:00"),
            json!(1.5),
            json!(true),
        ] {
            assert_eq!(unix_secs(&value), None, "{value}");
        }
    }
}
