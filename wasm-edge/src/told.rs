//! A verdict in the words that `countersign explain --json` has for it.

use core::fmt::{Display, Write};

use countersign_token::{Field, Fields, Outcome, Tell, Verdict};

use crate::output::Output;

/// From so many bytes on no step is told any more.
const MAX_STEPS_BYTES: usize = 96 << 10;

/// `{steps: […]`, step by step.
pub(crate) struct Steps<'s, 'o> {
    output: &'s mut Output<'o>,
    from: usize,
    is_first: bool,
    is_cut: bool,
}

impl<'s, 'o> Steps<'s, 'o> {
    pub(crate) fn begin(output: &'s mut Output<'o>) -> Self {
        let from = output.len();
        output.push_name(true, "steps");
        output.push(b"[");
        Self {
            output,
            from,
            is_first: true,
            is_cut: false,
        }
    }

    pub(crate) fn end(self) {
        self.output.push(b"]");
        if self.is_cut {
            self.output.push_name(false, "truncated");
            self.output.push(b"true");
        }
    }
}

impl Tell for Steps<'_, '_> {
    fn step(&mut self, name: &'static str, outcome: Outcome, note: &dyn Display) {
        let before = self.output.len();
        if self.is_cut {
            return;
        }
        if !self.is_first {
            self.output.push(b",");
        }
        self.output.push_name(true, "name");
        self.output.push_json(&name);
        let (word, reason) = match outcome {
            Outcome::Noted => ("noted", None),
            Outcome::Passed => ("passed", None),
            Outcome::Failed(reason) => ("failed", Some(reason.as_str())),
        };
        self.output.push_name(false, "outcome");
        self.output.push_json(&word);
        if let Some(reason) = reason {
            self.output.push_name(false, "reason");
            self.output.push_json(&reason);
        }
        self.output.push_name(false, "note");
        self.output.push_json(note);
        self.output.push(b"}");
        if self.output.is_full() || self.output.len() - self.from > MAX_STEPS_BYTES {
            self.output.take_back(before);
            self.is_cut = true;
        } else {
            self.is_first = false;
        }
    }
}

/// `{outcome, reason?, path?, carrier?, fields?}`; without its brace where steps stand before it.
pub(crate) fn verdict(verdict: &Verdict<'_>, is_first: bool, output: &mut Output<'_>) {
    let (word, denial) = match verdict {
        Verdict::Granted(_) => ("granted", None),
        Verdict::Public(_) => ("public", None),
        Verdict::Reported(_, denial) => ("reported", Some(denial)),
        Verdict::Denied(denial) => ("denied", Some(denial)),
    };
    output.push_name(is_first, "outcome");
    output.push_json(&word);
    if let Some(denial) = denial {
        output.push_name(false, "reason");
        output.push_json(&denial.reason().as_str());
    }
    let (path, carrier, said) = match verdict {
        Verdict::Granted(grant) => (
            Some(grant.path()),
            Some(grant.carrier()),
            Some(grant.fields()),
        ),
        Verdict::Public(path) | Verdict::Reported(path, _) => (Some(*path), None, None),
        Verdict::Denied(denial) => (denial.path(), None, denial.fields()),
    };
    if let Some(path) = path {
        output.push_name(false, "path");
        output.push_json(&path.as_str());
    }
    if let Some(carrier) = carrier {
        output.push_name(false, "carrier");
        output.push_json(&carrier.as_str());
    }
    if let Some(said) = said {
        output.push_name(false, "fields");
        fields(said, output);
    }
    output.push(b"}");
}

/// Every field but `path`, unescaped: numbers as numbers, lists as arrays.
fn fields(fields: &Fields<'_>, output: &mut Output<'_>) {
    let mut is_first = true;
    let there = |field: &Field| *field != Field::Path && fields.text(*field).is_some();
    for field in Field::ALL.into_iter().filter(there) {
        output.push_name(is_first, field.as_str());
        is_first = false;
        match field {
            Field::Exp | Field::Nbf | Field::Iat | Field::Uses | Field::Bps => {
                // A number is at most ten figures; what does not fit is seen by the output.
                let _ = write!(output, "{}", fields.number(field).unwrap_or_default());
            }
            Field::Ip | Field::Geo | Field::Method | Field::Qs | Field::Hdr => {
                output.push_list(fields.list(field).into_iter().flatten());
            }
            _ => {
                if let Some(text) = fields.text(field) {
                    output.push_json(&text);
                }
            }
        }
    }
    output.push(b"}");
}
