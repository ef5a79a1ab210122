//! Numbers, sizes, times and addresses out of a section.

use std::net::SocketAddr;
use std::time::Duration;

use super::kind::Kind;
use super::reader::Section;
use super::tree::Value;
use super::units;

/// The greatest number of seconds that a token can hold (ten figures).
const MOST_SECS: u64 = 9_999_999_999;

impl Section<'_> {
    /// `true` or `false`.
    pub(super) fn boolean(&self, name: &'static str) -> Option<bool> {
        self.holds(name, || Kind::Boolean);
        let node = self.find(name)?;
        match &node.value {
            Value::Boolean(yes) => return Some(*yes),
            Value::Text(text) if node.place.holds_text_only() => match text.as_str() {
                "true" => return Some(true),
                "false" => return Some(false),
                _ => {}
            },
            _ => {}
        }
        self.wrong_kind(name, node, "true or false, without quotes");
        None
    }

    /// A whole number between the two, inclusive.
    pub(super) fn integer(&self, name: &'static str, least: u64, most: u64) -> Option<u64> {
        self.holds(name, || Kind::Integer { least, most });
        let node = self.find(name)?;
        let number = match &node.value {
            Value::Integer(number) => u64::try_from(*number).ok(),
            Value::Text(text) if node.place.holds_text_only() => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let message = format!("must be a whole number from {least} to {most}");
            self.fault(name, message);
        }
        number
    }

    /// A size in bytes: a number, or text with a unit.
    pub(super) fn bytes(&self, name: &'static str) -> Option<u64> {
        self.holds(name, || Kind::Bytes);
        let node = self.find(name)?;
        if let Value::Integer(number) = node.value {
            let bytes = u64::try_from(number).ok();
            if bytes.is_none() {
                self.fault(name, "must not be negative");
            }
            return bytes;
        }
        let why = "is no size; write bytes with an optional unit, e.g. \"256MiB\"";
        self.parsed(name, |text| units::bytes(text).ok_or(why))
    }

    /// A duration with units. A number is refused, since its unit could only be guessed.
    pub(super) fn duration(&self, name: &'static str) -> Option<Duration> {
        self.holds(name, || Kind::Duration);
        let node = self.find(name)?;
        if let Value::Integer(number) = node.value {
            self.fault(
                name,
                format_args!("{number} has no unit; write \"{number}s\" for seconds"),
            );
            return None;
        }
        let why = "is no duration; write a number with a unit, e.g. \"90s\", \"15m\", \"7d\"";
        self.parsed(name, |text| {
            humantime::parse_duration(text).map_err(|_| why)
        })
    }

    /// A duration that must not be nought.
    pub(super) fn time_limit(&self, name: &'static str) -> Option<Duration> {
        let limit = self.duration(name)?;
        if limit.is_zero() {
            self.fault(name, "must be longer than 0s");
            return None;
        }
        Some(limit)
    }

    /// A duration of whole seconds, from `least` on.
    pub(super) fn whole_secs(&self, name: &'static str, least: u64) -> Option<u64> {
        let duration = self.duration(name)?;
        self.checked_secs(name, duration, least)
    }

    /// A key's lifetime limit: a duration, or seconds as a number, as TOKEN.md §8 has it.
    pub(super) fn secs_or_duration(&self, name: &'static str) -> Option<u64> {
        self.holds(name, || Kind::SecsOrDuration);
        let node = self.find(name)?;
        let secs = match &node.value {
            Value::Integer(number) => u64::try_from(*number).ok(),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        match secs {
            Some(secs) => self.checked_secs(name, Duration::from_secs(secs), 1),
            None => self.whole_secs(name, 1),
        }
    }

    fn checked_secs(&self, name: &str, duration: Duration, least: u64) -> Option<u64> {
        let secs = duration.as_secs();
        if duration.subsec_nanos() != 0 || !(least..=MOST_SECS).contains(&secs) {
            self.fault(
                name,
                format_args!("must be whole seconds, {least}s or more"),
            );
            return None;
        }
        Some(secs)
    }

    /// A moment in Unix seconds: a number, or RFC 3339 with or without quotes.
    pub(super) fn moment(&self, name: &'static str) -> Option<u64> {
        self.holds(name, || Kind::Moment);
        let node = self.find(name)?;
        let secs = match &node.value {
            Value::Integer(number) => u64::try_from(*number).ok(),
            Value::Text(text) => units::unix_secs(text),
            Value::Datetime(text) => units::unix_secs(text),
            _ => None,
        };
        let secs = secs.filter(|secs| (1..=MOST_SECS).contains(secs));
        if secs.is_none() {
            let why =
                "must be a moment: Unix seconds, or RFC 3339 such as \"2030-01-31T12:00:00Z\"";
            self.fault(name, why);
        }
        secs
    }

    /// An address to listen on.
    pub(super) fn address(&self, name: &'static str) -> Option<SocketAddr> {
        self.parsed(name, |text| {
            let shown = match text.strip_prefix(':') {
                Some(port) => format!("0.0.0.0:{port}"),
                None => "127.0.0.1:8080".to_owned(),
            };
            text.parse().map_err(|_| {
                format!("is no address; write an IP address and a port, e.g. \"{shown}\"")
            })
        })
    }
}
