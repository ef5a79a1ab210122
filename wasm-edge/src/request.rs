//! A request as it is read from the input (ABI.md).

use core::cell::Cell;

use countersign_token::{ClientAddress, Headers, Request};

use crate::fault::Fault;

/// How many header lines there is room for.
pub const MAX_LINES: usize = 250;

/// How many bytes of text there is room for: method, target, facts and header lines together.
pub const MAX_TEXT_BYTES: usize = 64 << 10;

/// Where the text begins in the input, behind [`WORDS`] numbers and two for each line.
pub const TEXT_AT: usize = (WORDS + 2 * MAX_LINES) * 4;

/// The length of a fact that is unknown.
pub const NONE: u32 = u32::MAX;

/// How many numbers stand before those of the lines.
const WORDS: usize = 12;

/// Flag: tell the verdict as JSON.
const TOLD: u32 = 1;
/// Flag: with the steps that led to it.
const STEPS: u32 = 2;
/// Flag: the lines are those of the token's header and of cookies only.
const FEW: u32 = 4;

/// What is asked of a site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'r> {
    pub(crate) told: bool,
    pub(crate) steps: bool,
    pub(crate) now: u64,
    pub(crate) request: Request<'r, Lines<'r>>,
}

/// The number of the site that is asked.
pub(crate) fn site_of(input: &[u8]) -> Option<u32> {
    input.first_chunk().map(|word| u32::from_le_bytes(*word))
}

impl<'r> Asked<'r> {
    /// `header` is the token's, and `missed` is set where lines that were left out are asked for.
    ///
    /// # Errors
    /// [`Fault::Request`]: lengths that are not those of the text, or a method that is no text.
    pub(crate) fn read(
        input: &'r [u8],
        header: &'r str,
        missed: &'r Cell<bool>,
    ) -> Result<Self, Fault> {
        let (words, text) = input.split_at_checked(TEXT_AT).ok_or(Fault::Request)?;
        let words = words.as_chunks().0;
        let word = |place: usize| words.get(place).map_or(0, |word| u32::from_le_bytes(*word));
        let mut rest = text;
        let mut take = |place| match word(place) {
            NONE => None,
            len => Some(rest.split_off(..len as usize).ok_or(Fault::Request)),
        };
        let fact = |text: Option<Result<&'r [u8], Fault>>| text.transpose();
        let method = fact(take(4))?.ok_or(Fault::Request)?;
        let target = fact(take(5))?.ok_or(Fault::Request)?;
        let client = fact(take(6))?;
        let country = fact(take(7))?;
        let text = |bytes: &'r [u8]| core::str::from_utf8(bytes).ok();
        let lens = words
            .get(WORDS..WORDS + 2 * word(8) as usize)
            .ok_or(Fault::Request)?;
        let lines = Lines {
            lens,
            text: rest,
            few: (word(1) & FEW != 0).then_some((header, missed)),
        };
        if lines.total() != Some(rest.len()) {
            return Err(Fault::Request);
        }
        Ok(Self {
            told: word(1) & TOLD != 0,
            steps: word(1) & STEPS != 0,
            now: u64::from(word(2)) | u64::from(word(3)) << 32,
            request: Request {
                method: text(method).ok_or(Fault::Request)?,
                target,
                headers: lines,
                client: client.and_then(text).and_then(ClientAddress::parse),
                country: country.and_then(text),
            },
        })
    }
}

/// Header lines: the lengths of name and value of each, and the text of all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<'r> {
    lens: &'r [[u8; 4]],
    text: &'r [u8],
    /// Where lines were left out: the token's header, which was not, and whether another was
    /// asked for.
    few: Option<(&'r str, &'r Cell<bool>)>,
}

impl<'r> Lines<'r> {
    /// The length of all lines' text.
    fn total(&self) -> Option<usize> {
        let lens = self.lens.iter().map(|len| u32::from_le_bytes(*len));
        lens.map(|len| len as usize)
            .try_fold(0_usize, usize::checked_add)
    }
}

impl<'r> Headers<'r> for Lines<'r> {
    #[inline]
    fn lines(self, name: &str) -> impl Iterator<Item = &'r [u8]> {
        if let Some((header, missed)) = self.few
            && name != header
            && name != "cookie"
        {
            missed.set(true);
        }
        let mut rest = self.text;
        let pairs = self.lens.as_chunks::<2>().0.iter();
        pairs.filter_map(move |lens| {
            let [name_len, value_len] = lens.map(|len| u32::from_le_bytes(len) as usize);
            let given = rest.split_off(..name_len)?;
            let value = rest.split_off(..value_len)?;
            given.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
        })
    }
}
