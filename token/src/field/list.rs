//! A field that holds a list, `!` between its members.

/// The most members of a list.
pub const MAX_LIST: usize = 16;

/// The members of a list, still escaped.
pub(crate) fn members(value: &[u8]) -> Members<'_> {
    Members::of(Some(value))
}

#[derive(Clone)]
pub(crate) struct Members<'v> {
    rest: Option<&'v [u8]>,
}

impl<'v> Members<'v> {
    /// None of a list that is not there.
    pub(crate) const fn of(list: Option<&'v [u8]>) -> Self {
        Self { rest: list }
    }
}

impl<'v> Iterator for Members<'v> {
    type Item = &'v [u8];

    #[inline]
    fn next(&mut self) -> Option<&'v [u8]> {
        let rest = self.rest?;
        // Members are short but for patterns: a plain search is done before a fast one has begun.
        match rest.iter().position(|&byte| byte == b'!') {
            Some(end) => {
                self.rest = Some(&rest[end + 1..]);
                Some(&rest[..end])
            }
            None => self.rest.take(),
        }
    }
}

/// Whether each member is one that `allows` takes, and there are neither too many nor empty ones.
pub(super) fn list(value: &[u8], allows: impl Fn(&[u8]) -> bool) -> bool {
    let mut left = MAX_LIST;
    members(value).all(|member| {
        let within = left > 0 && !member.is_empty();
        left = left.saturating_sub(1);
        within && allows(member)
    })
}
