//! Writing to the output, which has an end.

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

    #[inline(never)]
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

    /// Once more what was written between two lengths.
    pub(crate) fn push_again(&mut self, from: usize, to: usize) {
        let end = self.len.saturating_add(to - from);
        if end <= self.buffer.len() && !self.is_full {
            self.buffer.copy_within(from..to, self.len);
            self.len = end;
        } else {
            self.is_full = true;
        }
    }

    /// Takes back what was written since the output had that length.
    #[cfg(feature = "explain")]
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

    /// Text of a query: what is no visible ASCII is escaped.
    pub(crate) fn push_query(&mut self, text: &[u8]) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let mut visible_from = 0;
        for (at, &byte) in text.iter().enumerate() {
            if byte.is_ascii_graphic() {
                continue;
            }
            let figure = |bits: u8| HEX[usize::from(bits & 15)];
            self.push(&text[visible_from..at]);
            self.push(&[b'%', figure(byte >> 4), figure(byte)]);
            visible_from = at + 1;
        }
        self.push(&text[visible_from..]);
    }
}
