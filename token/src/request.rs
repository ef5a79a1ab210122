//! The facts of a request that a verdict depends on, without any HTTP type.

use crate::address::ClientAddress;

/// A request as the verifier sees it. Whatever is unknown is `None`, and never guessed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r, H> {
    /// The method, in the case it was sent.
    pub method: &'r str,
    /// The target in origin form: path, and from the first `?` on the query.
    pub target: &'r [u8],
    /// The header lines.
    pub headers: H,
    /// The client's address, as the host makes it out.
    pub client: Option<ClientAddress>,
    /// The client's ISO 3166-1 country, as the host makes it out.
    pub country: Option<&'r str>,
}

/// Header lines of a request. Copied freely: implement it for a reference.
pub trait Headers<'r>: Copy {
    /// The values of the lines of that name, in their order. `name` is compared in any case.
    fn lines(self, name: &str) -> impl Iterator<Item = &'r [u8]>;
}

impl<'r> Headers<'r> for &'r [(&'r [u8], &'r [u8])] {
    fn lines(self, name: &str) -> impl Iterator<Item = &'r [u8]> {
        self.iter()
            .filter(move |(given, _)| given.eq_ignore_ascii_case(name.as_bytes()))
            .map(|&(_, value)| value)
    }
}

/// No header lines.
impl<'r> Headers<'r> for () {
    fn lines(self, _name: &str) -> impl Iterator<Item = &'r [u8]> {
        core::iter::empty()
    }
}
