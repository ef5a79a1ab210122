//! Lines that are written whole, or made good: where a full disk took a part of one, the next line
//! begins on a line of its own.

use std::io::{self, ErrorKind, Write};

/// Takes lines for `out`.
#[derive(Debug)]
pub(super) struct WholeLines<W> {
    pub(super) out: W,
    /// The last line has no end.
    torn: bool,
}

impl<W: Write> WholeLines<W> {
    /// `torn`: what `out` holds already ends within a line.
    pub(super) const fn new(out: W, torn: bool) -> Self {
        Self { out, torn }
    }

    /// Writes what is left of `rest`, in as few calls as `out` allows; a torn line before it is ended
    /// first, so that it spoils no other.
    ///
    /// # Errors
    /// Those of `out`; `rest` is then what was not written.
    pub(super) fn write(&mut self, rest: &mut &[u8]) -> io::Result<()> {
        if self.torn {
            self.out.write_all(b"\n")?;
            self.torn = false;
        }
        while !rest.is_empty() {
            match self.out.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => {
                    let (written, left) = rest.split_at(taken.min(rest.len()));
                    self.torn = written.last() != Some(&b'\n');
                    *rest = left;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
