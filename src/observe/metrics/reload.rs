//! What became of the configuration's changes.

use metrics::{Key, Label, Recorder};

use super::names::{RELOAD_OK, RELOAD_TIME, RELOADS};
use super::{METADATA, Metrics};

/// What became of a changed configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadResult {
    /// It is in force.
    Success,
    /// It has faults, and the one before stays in force.
    Failure,
}

impl ReloadResult {
    const ALL: [Self; 2] = [Self::Success, Self::Failure];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

impl Metrics {
    /// A changed configuration was taken or refused at `now_unix_secs`; `None`: the first one is in
    /// force.
    pub fn reloaded(&self, result: Option<ReloadResult>, now_unix_secs: u64) {
        self.attempted(RELOADS, &[], result);
        let gauge = |name| {
            let key = Key::from_static_name(name);
            self.recorder.register_gauge(&key, &METADATA)
        };
        let ok = result != Some(ReloadResult::Failure);
        gauge(RELOAD_OK).set(f64::from(u8::from(ok)));
        if ok {
            #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
            gauge(RELOAD_TIME).set(now_unix_secs as f64);
        }
    }

    /// Counts an attempt under its result; `None` only shows the counters.
    pub(super) fn attempted(
        &self,
        name: &'static str,
        labels: &[Label],
        result: Option<ReloadResult>,
    ) {
        for known in ReloadResult::ALL {
            let mut labels = labels.to_vec();
            labels.push(Label::new("result", known.as_str()));
            let counter = Key::from_parts(name, labels);
            let counter = self.recorder.register_counter(&counter, &METADATA);
            counter.increment(u64::from(result == Some(known)));
        }
    }
}
