//! Reading a configuration's bytes, one value after the other.

use crate::fault::What;

/// A value, or [`What::Layout`].
type Read<T> = Result<T, What>;

/// What is left to read. All numbers are little-endian; a text is its length in bytes (`u32`) and
/// then the bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'c> {
    rest: &'c [u8],
}

impl<'c> Reader<'c> {
    pub(crate) const fn new(bytes: &'c [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn bytes(&mut self, len: usize) -> Read<&'c [u8]> {
        self.rest.split_off(..len).ok_or(What::Layout)
    }

    #[inline(never)]
    pub(crate) fn u32(&mut self) -> Read<u32> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(What::Layout)?;
        self.rest = rest;
        Ok(u32::from_le_bytes(*bytes))
    }

    /// A length or a count.
    pub(crate) fn size(&mut self) -> Read<usize> {
        self.u32().map(|size| size as usize)
    }

    pub(crate) fn u64(&mut self) -> Read<u64> {
        let (low, high) = (self.u32()?, self.u32()?);
        Ok(u64::from(low) | u64::from(high) << 32)
    }

    /// A number that may be absent: 0, or 1 and the number.
    #[inline(never)]
    pub(crate) fn optional(&mut self) -> Read<Option<u64>> {
        match self.u32()? {
            0 => Ok(None),
            1 => self.u64().map(Some),
            _ => Err(What::Layout),
        }
    }

    #[inline(never)]
    pub(crate) fn text(&mut self) -> Read<&'c str> {
        let len = self.size()?;
        core::str::from_utf8(self.bytes(len)?).map_err(|_| What::Layout)
    }

    /// A count and so many texts.
    #[inline(never)]
    pub(crate) fn texts(&mut self) -> Read<Texts<'c>> {
        let count = self.u32()?;
        let all = *self;
        for _ in 0..count {
            self.text()?;
        }
        Ok(Texts { count, all })
    }
}

/// A list of texts that was read once, and is read again whenever it is needed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts<'c> {
    count: u32,
    all: Reader<'c>,
}

impl<'c> Texts<'c> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        let mut all = self.all;
        (0..self.count).map_while(move |_| all.text().ok())
    }

    pub(crate) fn holds(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| self.iter().any(|listed| listed == text))
    }
}
