//! `[revocations]` and `[uses]`.

use std::time::Duration;

use crate::config::model::{RevocationSettings, UseSettings};
use crate::config::reader::Section;

/// More would be looked through at start for minutes.
const MOST_ENTRIES: u64 = 10_000_000;

pub(super) fn revocations(section: &Section<'_>) -> RevocationSettings {
    let default = RevocationSettings::default();
    RevocationSettings {
        file: section.path("file"),
        max_entries: count(section, "max_entries").unwrap_or(default.max_entries),
    }
}

pub(super) fn uses(section: &Section<'_>) -> UseSettings {
    let default = UseSettings::default();
    UseSettings {
        window: section
            .whole_secs("window", 1)
            .map_or(default.window, Duration::from_secs),
        max_tokens: count(section, "max_tokens").unwrap_or(default.max_tokens),
    }
}

fn count(section: &Section<'_>, name: &'static str) -> Option<usize> {
    let number = section.integer(name, 1, MOST_ENTRIES)?;
    usize::try_from(number).ok()
}
