//! Netstrings on their way to a key (TOKEN.md §2), and those that every token of a site starts with.

/// The longest name of a site.
const MAX_SITE_BYTES: usize = 64;

/// What the signed bytes of every token of a site start with: version and site.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Start {
    bytes: [u8; Self::MAX_BYTES],
    len: u8,
}

impl Start {
    const MAX_BYTES: usize = "13:countersign/1,64:,".len() + MAX_SITE_BYTES;

    /// `site` is a site's name, of at most 64 bytes.
    pub(crate) fn new(site: &str) -> Self {
        let mut bytes = [0; Self::MAX_BYTES];
        let mut len = 0;
        let mut sink = |part: &[u8]| len = part.len();
        let mut out = Gather::new(&mut bytes, &mut sink);
        out.netstring(b"countersign/1");
        out.netstring(site.as_bytes());
        out.flush();
        Self {
            bytes,
            len: len as u8,
        }
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl core::fmt::Debug for Start {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Start({})", self.as_bytes().escape_ascii())
    }
}

/// Bytes on their way to the key.
pub(crate) struct Gather<'b, 's> {
    buffer: &'b mut [u8],
    len: usize,
    sink: &'s mut dyn FnMut(&[u8]),
}

// Natively each is put where it is called: calls are what gathering would cost. In a module for edges
// size comes first.
impl<'b, 's> Gather<'b, 's> {
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn new(buffer: &'b mut [u8], sink: &'s mut dyn FnMut(&[u8])) -> Self {
        let len = 0;
        Self { buffer, len, sink }
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn start(&mut self, start: &Start) {
        self.push_front_of(&start.bytes, usize::from(start.len));
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn netstring(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.push(bytes);
        self.push_front_of(b",", 1);
    }

    /// The decimal length and `:`.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn length(&mut self, len: usize) {
        // Put together in a register: bytes stored one by one are slow to read as one word.
        let figure = |value: usize| u32::from(b'0') + (value % 10) as u32;
        let colon = u32::from(b':');
        let (word, width) = match len {
            0..10 => (figure(len) | colon << 8, 2),
            10..100 => (figure(len / 10) | figure(len) << 8 | colon << 16, 3),
            100..1_000 => {
                let last = figure(len) << 16 | colon << 24;
                (figure(len / 100) | figure(len / 10) << 8 | last, 4)
            }
            _ => return self.long_length(len),
        };
        let text = word.to_le_bytes();
        self.push_front_of(&text, width);
    }

    /// The first `len` of `bytes`. A copy of fixed length costs less than one of the right length.
    #[inline]
    fn push_front_of<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        match self
            .buffer
            .get_mut(self.len..)
            .and_then(<[u8]>::first_chunk_mut)
        {
            Some(place) => {
                *place = *bytes;
                self.len += len;
            }
            None => self.push(&bytes[..len]),
        }
    }

    #[inline(never)]
    fn long_length(&mut self, len: usize) {
        // Enough figures for any usize, filled from the right.
        let mut text = [b':'; 21];
        let mut from = text.len() - 1;
        let mut left = len;
        while left > 0 {
            from -= 1;
            text[from] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        self.push(&text[from..]);
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if let Some(place) = self.buffer.get_mut(self.len..self.len + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        } else {
            self.flush();
            (self.sink)(bytes);
        }
    }

    pub(crate) fn flush(&mut self) {
        (self.sink)(&self.buffer[..self.len]);
        self.len = 0;
    }
}
