//! The only place that writes to standard output and standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use super::{EXIT_CHECK_FAILED, EXIT_WRONG_INPUT};

/// Writes a command's result. A reader that has gone (`| head`) is no failure.
pub(super) fn data(text: impl Display) -> ExitCode {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            wrong_input(format_args!("standard output cannot be written: {error}"))
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Writes a result as indented JSON.
pub(super) fn json(value: &serde_json::Value) -> ExitCode {
    data(format_args!("{value:#}"))
}

/// Says something that is no part of the result, on standard error.
pub(super) fn note(text: impl Display) {
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says what works and should be changed.
pub(super) fn warning(text: impl Display) {
    note(format_args!("warning: {text}"));
}

/// The exit code of a check whose result was printed: a failed one's is [`EXIT_CHECK_FAILED`].
pub(super) fn checked(passed: bool, printed: ExitCode) -> ExitCode {
    match passed {
        true => printed,
        false => ExitCode::from(EXIT_CHECK_FAILED),
    }
}

/// Says what is wrong and what to do, and ends with [`EXIT_WRONG_INPUT`].
pub(super) fn wrong_input(text: impl Display) -> ExitCode {
    note(format_args!("error: {text}"));
    ExitCode::from(EXIT_WRONG_INPUT)
}
