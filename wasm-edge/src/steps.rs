//! The steps of a verification as JSON.

use core::fmt::{self, Display, Write};

use countersign_token::{Outcome, Tell};

use crate::output::Output;

/// From so many bytes on no step is told any more.
const MAX_STEPS_BYTES: usize = 96 << 10;

/// The longest note, in bytes; of a longer one the start, and `…`.
const MAX_NOTE_BYTES: usize = 8 << 10;

/// `{steps: […]`, step by step; nothing where nobody asks.
pub(crate) struct Steps<'s, 'o> {
    output: Option<&'s mut Output<'o>>,
    from: usize,
    is_first: bool,
    is_cut: bool,
}

impl<'s, 'o> Steps<'s, 'o> {
    pub(crate) fn begin(mut output: Option<&'s mut Output<'o>>) -> Self {
        let from = output.as_ref().map_or(0, |output| output.len());
        if let Some(output) = &mut output {
            output.push_name(true, "steps");
            output.push(b"[");
        }
        Self {
            output,
            from,
            is_first: true,
            is_cut: false,
        }
    }

    pub(crate) fn end(self) {
        let Some(output) = self.output else { return };
        output.push(b"]");
        if self.is_cut {
            output.push_name(false, "truncated");
            output.push(b"true");
        }
    }
}

impl Tell for Steps<'_, '_> {
    fn step(&mut self, name: &'static str, outcome: Outcome, note: &dyn Display) {
        let Some(output) = self.output.as_mut().filter(|_| !self.is_cut) else {
            return;
        };
        let before = output.len();
        if !self.is_first {
            output.push(b",");
        }
        output.push_member(true, "name", name);
        let (word, reason) = match outcome {
            Outcome::Noted => ("noted", None),
            Outcome::Passed => ("passed", None),
            Outcome::Failed(reason) => ("failed", Some(reason.as_str())),
        };
        output.push_member(false, "outcome", word);
        if let Some(reason) = reason {
            output.push_member(false, "reason", reason);
        }
        output.push_name(false, "note");
        output.push(b"\"");
        let mut text = Note {
            output,
            left: MAX_NOTE_BYTES,
        };
        // It ends early where it is too long, which shows in what was written.
        let _ = write!(text, "{note}");
        output.push(b"\"}");
        if output.is_full() || output.len() - self.from > MAX_STEPS_BYTES {
            output.take_back(before);
            self.is_cut = true;
        } else {
            self.is_first = false;
        }
    }
}

/// A note on its way into a string, as far as there is room for it.
struct Note<'n, 'o> {
    output: &'n mut Output<'o>,
    left: usize,
}

impl Write for Note<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (told, rest) = text.split_at(text.floor_char_boundary(self.left));
        self.left -= told.len();
        told.bytes()
            .for_each(|byte| self.output.push_text_byte(byte));
        if rest.is_empty() {
            return Ok(());
        }
        self.output.push("…".as_bytes());
        Err(fmt::Error)
    }
}
