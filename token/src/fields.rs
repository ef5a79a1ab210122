//! Access to the values of a token whose text passed.

use core::fmt;

use crate::escape::Escaped;
use crate::field::{Field, members};
use crate::pattern::Patterns;
use crate::text::Layout;

/// A token's fields. What they say is true only where a [`Grant`](crate::Grant), or a denial that
/// came after the signature was checked, holds them.
#[derive(Clone, Copy)]
pub struct Fields<'t> {
    text: &'t [u8],
    layout: &'t Layout,
}

impl<'t> Fields<'t> {
    #[inline]
    pub(crate) const fn new(text: &'t [u8], layout: &'t Layout) -> Self {
        Self { text, layout }
    }

    /// The token's whole text.
    pub(crate) fn whole(&self) -> &'t str {
        core::str::from_utf8(self.text).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn raw(&self, field: Field) -> Option<&'t [u8]> {
        self.layout.value(self.text, field)
    }

    pub(crate) fn signed(&self) -> &'t [u8] {
        self.layout.signed(self.text)
    }

    pub(crate) fn signature(&self) -> &'t [u8] {
        self.layout.signature()
    }

    /// The fields that are there, in their order.
    #[inline]
    pub fn present(&self) -> impl Iterator<Item = Field> + use<> {
        self.layout.present()
    }

    /// The value of a field in which nothing is escaped.
    #[inline]
    pub fn plain(&self, field: Field) -> Option<&'t [u8]> {
        self.raw(field).filter(|_| !self.layout.is_escaped(field))
    }

    /// The value of a field that is one text or word.
    pub fn text(&self, field: Field) -> Option<Escaped<'t>> {
        self.raw(field).map(Escaped::new)
    }

    /// The value of a field that needs no escapes: `kid`, `jti`, `sid`.
    pub fn word(&self, field: Field) -> Option<&'t str> {
        self.raw(field)
            .and_then(|value| core::str::from_utf8(value).ok())
    }

    /// The value of a field that is a number.
    #[inline]
    pub fn number(&self, field: Field) -> Option<u64> {
        self.layout.number(field)
    }

    /// The members of a field that is a list.
    pub fn list(&self, field: Field) -> Option<impl Iterator<Item = Escaped<'t>> + Clone> {
        self.raw(field)
            .map(|value| members(value).map(Escaped::new))
    }

    /// `kid`.
    pub fn kid(&self) -> &'t str {
        self.word(Field::Kid).unwrap_or_default()
    }

    /// `exp`, in Unix seconds.
    #[inline]
    pub fn exp(&self) -> u64 {
        self.number(Field::Exp).unwrap_or_default()
    }

    /// `path`, where the token has it.
    pub fn patterns(&self) -> Option<Patterns<&'t str>> {
        let text = core::str::from_utf8(self.raw(Field::Path)?).ok()?;
        Patterns::parse(text).ok()
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for field in Field::ALL {
            if let Some(value) = self.text(field) {
                map.entry(&field.as_str(), &value);
            }
        }
        map.finish()
    }
}
