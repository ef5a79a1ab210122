//! Reading a configuration's bytes, one value after the other.

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

    pub(crate) fn bytes(&mut self, len: usize) -> Option<&'c [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    /// A length or a count.
    pub(crate) fn size(&mut self) -> Option<usize> {
        self.u32().map(|size| size as usize)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u64::from_le_bytes(*bytes))
    }

    /// A number that may be absent: 0, or 1 and the number.
    pub(crate) fn optional(&mut self) -> Option<Option<u64>> {
        match self.u32()? {
            0 => Some(None),
            1 => self.u64().map(Some),
            _ => None,
        }
    }

    pub(crate) fn text(&mut self) -> Option<&'c str> {
        let len = self.size()?;
        core::str::from_utf8(self.bytes(len)?).ok()
    }

    /// A count and so many texts.
    pub(crate) fn texts(&mut self) -> Option<Texts<'c>> {
        let count = self.u32()?;
        let all = *self;
        for _ in 0..count {
            self.text()?;
        }
        Some(Texts { count, all })
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
        (0..self.count).map_while(move |_| all.text())
    }

    pub(crate) fn holds(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| self.iter().any(|listed| listed == text))
    }
}
