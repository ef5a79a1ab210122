//! What each key of each site does, so that an alert can say when one is about to end.

use std::collections::HashMap;

use countersign_token::KeyState;
use metrics::{Key, Label, Recorder};
use metrics_exporter_prometheus::PrometheusRecorder;

use super::METADATA;
use super::names::{KEY_STATE, KEY_UNTIL};

const STATES: [KeyState; 3] = [KeyState::Active, KeyState::Accept, KeyState::Retired];

type Named = (String, String);

/// The keys that have been told of, by site and `kid`, and whether each had an end: what is gone
/// after a reload is set to what no alert takes for a key.
#[derive(Debug, Default)]
pub(super) struct Told(HashMap<Named, bool>);

impl Told {
    /// Tells of the keys as they are now.
    pub(super) fn tell<'k, T: 'k>(
        &mut self,
        recorder: &PrometheusRecorder,
        keys: impl Iterator<Item = (&'k str, &'k countersign_token::Key<T>)>,
    ) {
        let mut gone = std::mem::take(&mut self.0);
        for (site, key) in keys {
            let named = (site.to_owned(), key.kid().to_owned());
            let had_end = gone.remove(&named).unwrap_or_default();
            set_state(recorder, &named, Some(key.state()));
            let until = key.until_unix_secs();
            if until.is_some() || had_end {
                set_until(recorder, &named, until);
            }
            self.0.insert(named, had_end || until.is_some());
        }
        for (named, had_end) in gone {
            set_state(recorder, &named, None);
            if had_end {
                set_until(recorder, &named, None);
            }
        }
    }
}

fn set_state(recorder: &PrometheusRecorder, named: &Named, now: Option<KeyState>) {
    for state in STATES {
        let mut labels = labels(named);
        labels.push(Label::new("state", state.as_str()));
        let gauge = recorder.register_gauge(&Key::from_parts(KEY_STATE, labels), &METADATA);
        gauge.set(if now == Some(state) { 1.0 } else { 0.0 });
    }
}

fn set_until(recorder: &PrometheusRecorder, named: &Named, until_unix_secs: Option<u64>) {
    let key = Key::from_parts(KEY_UNTIL, labels(named));
    #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
    let until = until_unix_secs.map_or(f64::NAN, |secs| secs as f64);
    recorder.register_gauge(&key, &METADATA).set(until);
}

fn labels((site, kid): &Named) -> Vec<Label> {
    vec![
        Label::new("site", site.clone()),
        Label::new("kid", kid.clone()),
    ]
}
