//! A token's fields without a key, for people who look at one. Nothing in them is proved.

use crate::fields::Fields;
use crate::reason::Reason;
use crate::scratch::Scratch;
use crate::text::judge;

impl<'t> Fields<'t> {
    /// Reads a text as TOKEN.md §1 judges it, and checks no signature: whoever wrote the text chose
    /// what it says. For showing it only; what opens a path is [`Verifier`](crate::Verifier)'s.
    ///
    /// # Errors
    /// [`Reason::Malformed`] or [`Reason::Unsupported`].
    pub fn unverified(text: &'t [u8], scratch: &'t mut Scratch) -> Result<Self, Reason> {
        judge(text, &mut scratch.layout)?;
        Ok(Self::new(text, &scratch.layout))
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::{Fields, Reason, Scratch};

    #[test]
    fn fields_are_read_where_the_text_is_sound_and_the_reason_is_told_where_it_is_not() {
        let sound = format!("1~kid=k~exp=7~sig={}", "A".repeat(43));
        let mut scratch = Scratch::new();
        let fields = Fields::unverified(sound.as_bytes(), &mut scratch).unwrap();
        assert_eq!((fields.kid(), fields.exp()), ("k", 7));
        let fault = |text: &str| Fields::unverified(text.as_bytes(), &mut Scratch::new()).err();
        assert_eq!(fault("1~kid=k~exp=7"), Some(Reason::Malformed));
        assert_eq!(fault("2~kid=k"), Some(Reason::Unsupported));
    }
}
