//! The certificates that listeners prove themselves with, so that an alert can say when one is about
//! to expire, and when its successor was refused.

use metrics::{Key, Label, Recorder};

use super::names::{TLS_NOT_AFTER, TLS_RELOAD_OK, TLS_RELOADS};
use super::{METADATA, Metrics, ReloadResult};

impl Metrics {
    /// The certificate in force at a listener expires at this Unix time; `None`: it cannot be told.
    pub fn certificate(&self, listener: &'static str, not_after_unix_secs: Option<i64>) {
        #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let not_after = not_after_unix_secs.map_or(f64::NAN, |secs| secs as f64);
        self.set_of(TLS_NOT_AFTER, listener, not_after);
    }

    /// A listener's changed pair of files was taken or refused; `None`: the first one is in force.
    pub fn certificate_read(&self, listener: &'static str, result: Option<ReloadResult>) {
        let labels = [Label::new("listener", listener)];
        self.attempted(TLS_RELOADS, &labels, result);
        let ok = result != Some(ReloadResult::Failure);
        self.set_of(TLS_RELOAD_OK, listener, f64::from(u8::from(ok)));
    }

    fn set_of(&self, name: &'static str, listener: &'static str, value: f64) {
        let key = Key::from_parts(name, vec![Label::new("listener", listener)]);
        self.recorder.register_gauge(&key, &METADATA).set(value);
    }
}
