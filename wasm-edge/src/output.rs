//! Writing to the output, which has an end.

use core::fmt;

/// Bytes written from the front of a buffer on. What does not fit is left out, and remembered.
#[derive(Debug)]
pub(crate) struct Output<'o> {
    buffer: &'o mut [u8],
    len: usize,
    is_full: bool,
}

impl<'o> Output<'o> {
    pub(crate) const fn new(buffer: &'o mut [u8]) -> Self {
        Self {
            buffer,
            len: 0,
            is_full: false,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Whether something did not fit.
    pub(crate) const fn is_full(&self) -> bool {
        self.is_full
    }

    #[inline]
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        match self.buffer.get_mut(self.len..end) {
            Some(place) if !self.is_full => {
                place.copy_from_slice(bytes);
                self.len = end;
            }
            _ => self.is_full = true,
        }
    }

    /// Takes back what was written since the output had that length.
    pub(crate) fn take_back(&mut self, len: usize) {
        self.len = self.len.min(len);
        self.is_full = false;
    }

    /// Writes over the start.
    pub(crate) fn put_front<const N: usize>(&mut self, words: [u32; N]) {
        let places = self.buffer.as_chunks_mut().0;
        for (place, word) in places.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
    }

    /// Text of a URL: what is no visible ASCII is escaped.
    pub(crate) fn push_url(&mut self, mut text: &[u8]) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        while let [first, behind @ ..] = text {
            let visible = text
                .iter()
                .take_while(|byte| byte.is_ascii_graphic())
                .count();
            if visible > 0 {
                let (run, behind) = text.split_at(visible);
                self.push(run);
                text = behind;
                continue;
            }
            let figure = |bits: u8| HEX[usize::from(bits & 15)];
            self.push(&[b'%', figure(first >> 4), figure(*first)]);
            text = behind;
        }
    }

    /// Pieces with something between them.
    pub(crate) fn push_joined<'p>(
        &mut self,
        pieces: impl Iterator<Item = &'p [u8]>,
        between: &[u8],
        push: impl Fn(&mut Self, &[u8]),
    ) {
        for (place, piece) in pieces.enumerate() {
            if place > 0 {
                self.push(between);
            }
            push(self, piece);
        }
    }
}

impl fmt::Write for Output<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        if self.is_full {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}
