//! Which requests have which fault.

use std::ops::Range;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::content::mix;
use crate::fault::Fault;
use crate::pattern::matches;
use crate::request::Request;

/// A fault, and which requests have it: all that every condition holds for. Of several rules that
/// hold, the first one counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What happens.
    pub fault: Fault,
    /// `GET` or `HEAD`; by default both.
    #[serde(default)]
    pub method: Option<String>,
    /// A pattern of keys (`pattern.rs`); by default all. Listings have no key.
    #[serde(default = "all")]
    pub key: String,
    /// Only requests for some byte of these: first and last.
    #[serde(default)]
    pub bytes: Option<(u64, u64)>,
    /// Of the requests for which the conditions above hold, so many are left alone first.
    #[serde(default)]
    pub after: u64,
    /// Of those behind them the first, and then each one after so many.
    #[serde(default = "one")]
    pub every: u64,
    /// Of those so large a part, from 0 to 1, as `seed` has it.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Of the probability; the same seed has the same outcome.
    #[serde(default)]
    pub seed: u64,
    /// It happens so often at most.
    #[serde(default)]
    pub times: Option<u64>,
    /// It happens for so long from when the rule was made.
    #[serde(default)]
    pub for_millis: Option<u64>,
}

fn all() -> String {
    "*".to_owned()
}

fn one() -> u64 {
    1
}

impl Rule {
    /// The fault for every request for an object.
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            method: None,
            key: all(),
            bytes: None,
            after: 0,
            every: 1,
            probability: None,
            seed: 0,
            times: None,
            for_millis: None,
        }
    }

    /// Only for these keys.
    pub fn key(self, pattern: &str) -> Self {
        let key = pattern.to_owned();
        Self { key, ..self }
    }

    /// Only for this method.
    pub fn method(self, method: &str) -> Self {
        let method = Some(method.to_owned());
        Self { method, ..self }
    }

    /// Only for requests for some byte of these (half-open).
    pub fn bytes(self, range: Range<u64>) -> Self {
        let bytes = Some((range.start, range.end.saturating_sub(1)));
        Self { bytes, ..self }
    }

    /// Leaves so many requests alone first.
    pub fn after(self, after: u64) -> Self {
        Self { after, ..self }
    }

    /// Every so-many-th request.
    pub fn every(self, every: u64) -> Self {
        Self { every, ..self }
    }

    /// For this part of the requests.
    pub fn probability(self, probability: f64, seed: u64) -> Self {
        let probability = Some(probability);
        Self {
            probability,
            seed,
            ..self
        }
    }

    /// So often at most.
    pub fn times(self, times: u64) -> Self {
        let times = Some(times);
        Self { times, ..self }
    }
}

/// A rule, and how often it held.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) rule: Rule,
    since: Instant,
    met: u64,
    happened: u64,
}

impl Active {
    pub(crate) fn new(rule: Rule) -> Self {
        Self {
            rule,
            since: Instant::now(),
            met: 0,
            happened: 0,
        }
    }

    /// Whether it happens to this request, which is then counted.
    pub(crate) fn happens(&mut self, request: &Request) -> bool {
        let rule = &self.rule;
        let Some(key) = &request.key else {
            return false;
        };
        let is_over = rule
            .for_millis
            .is_some_and(|millis| self.since.elapsed() >= Duration::from_millis(millis))
            || rule.times.is_some_and(|times| self.happened >= times);
        let is_method = rule
            .method
            .as_ref()
            .is_none_or(|own| *own == request.method);
        let is_bytes = rule.bytes.is_none_or(|bytes| request.wants(bytes));
        if is_over || !is_method || !is_bytes || !matches(&rule.key, key) {
            return false;
        }
        let place = self.met;
        self.met += 1;
        let is_turn = place >= rule.after && (place - rule.after).is_multiple_of(rule.every.max(1));
        let is_drawn = rule.probability.is_none_or(|part| {
            // 53 bits are what an f64 holds.
            let draw = mix(rule.seed ^ mix(place)) >> 11;
            (draw as f64) < part * (1_u64 << 53) as f64
        });
        let happens = is_turn && is_drawn;
        self.happened += u64::from(happens);
        happens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happens(rule: Rule, requests: &[Request]) -> Vec<bool> {
        let mut active = Active::new(rule);
        requests.iter().map(|own| active.happens(own)).collect()
    }

    fn get(key: &str, range: &str) -> Request {
        let head = format!("GET /bucket/{key} HTTP/1.1\r\nrange: {range}\r\n\r\n");
        Request::parse(head.as_bytes()).unwrap().unwrap().0
    }

    fn rule() -> Rule {
        Rule::new(Fault::BlackHole)
    }

    #[test]
    fn requests_are_told_apart_by_method_key_and_bytes() {
        let some = [get("a", "bytes=0-9"), get("b", "bytes=10-")];
        assert_eq!(happens(rule(), &some), [true, true]);
        assert_eq!(happens(rule().method("HEAD"), &some), [false, false]);
        assert_eq!(happens(rule().key("b*"), &some), [false, true]);
        assert_eq!(happens(rule().bytes(9..10), &some), [true, false]);
        assert_eq!(happens(rule().bytes(10..11), &some), [false, true]);
    }

    #[test]
    fn requests_are_counted_from_the_first_that_is_meant() {
        let mut some = vec![get("other", "")];
        some.extend((0..6).map(|_| get("a", "")));
        let turns = |rule: Rule| {
            let all = happens(rule.key("a"), &some);
            let places = all.iter().enumerate().filter(|(_, own)| **own);
            places.map(|(place, _)| place).collect::<Vec<_>>()
        };
        assert_eq!(turns(rule().after(1)), [2, 3, 4, 5, 6]);
        assert_eq!(turns(rule().every(3)), [1, 4]);
        assert_eq!(turns(rule().after(1).every(2).times(2)), [2, 4]);
        let over = Rule {
            for_millis: Some(0),
            ..rule()
        };
        assert_eq!(turns(over), [0; 0]);
    }

    #[test]
    fn a_probability_is_met_and_its_seed_repeats_it() {
        let some: Vec<Request> = (0..1_000).map(|_| get("a", "")).collect();
        let drawn = |seed| happens(rule().probability(0.3, seed), &some);
        let count = drawn(7).into_iter().filter(|own| *own).count();
        assert!((230..370).contains(&count), "{count}");
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }
}
