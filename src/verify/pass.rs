//! A verdict, owned: what answers and logs take from it.

use std::sync::Arc;

use countersign_token::{CanonicalPath, Carrier, Denial, Reason};

use super::token::Token;
use crate::request::none_is;

/// A request that may go on. Only [`super::decide`] makes one.
#[derive(Clone, Debug)]
pub struct Pass {
    path: Arc<str>,
    /// Where it is another text.
    url_path: Option<Arc<str>>,
    token: Option<Arc<Token>>,
    reported: Option<Box<Denied>>,
}

impl Pass {
    pub(super) fn granted(path: CanonicalPath<'_>, token: Token) -> Self {
        Self {
            token: Some(Arc::new(token)),
            ..Self::open(path, None)
        }
    }

    pub(super) fn open(path: CanonicalPath<'_>, reported: Option<Denied>) -> Self {
        let text = Arc::<str>::from(path.as_str());
        Self {
            url_path: (!is_the_same_in_urls(&text)).then(|| path.to_string().into()),
            path: text,
            token: None,
            reported: reported.map(Box::new),
        }
    }

    /// The canonical path, decoded.
    pub const fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The canonical path, written back as a URL's.
    pub fn url_path(&self) -> &Arc<str> {
        self.url_path.as_ref().unwrap_or(&self.path)
    }

    /// The token that opened it; `None` where none was needed.
    pub const fn token(&self) -> Option<&Arc<Token>> {
        self.token.as_ref()
    }

    /// The denial of a request whose token has no uses left; final, whatever other tokens there
    /// are (TOKEN.md §5).
    pub fn exhausted(&self) -> Denied {
        Denied {
            reason: Reason::Exhausted,
            path: Some(Arc::clone(&self.path)),
            carrier: self.token.as_ref().and_then(|token| token.carrier),
            token: self.token.clone(),
            claimed_kid: None,
        }
    }

    /// The denial that the site only reports.
    pub fn reported(&self) -> Option<&Denied> {
        self.reported.as_deref()
    }
}

/// A request that was refused.
#[derive(Clone, Debug)]
pub struct Denied {
    /// Why.
    pub reason: Reason,
    /// The canonical path, where there is one.
    pub path: Option<Arc<str>>,
    /// What brought the token that was refused.
    pub carrier: Option<Carrier>,
    /// The token, where its signature held.
    pub token: Option<Arc<Token>>,
    /// The `kid` that the token claims, where its signature did not hold.
    pub claimed_kid: Option<String>,
}

impl Denied {
    pub(super) fn of(denial: &Denial<'_>) -> Self {
        let token = denial
            .fields()
            .map(|fields| Arc::new(Token::of(fields, denial.carrier())));
        Self {
            reason: denial.reason(),
            carrier: denial.carrier(),
            path: denial.path().map(|path| path.as_str().into()),
            claimed_kid: denial
                .claimed_kid()
                .filter(|_| token.is_none())
                .map(Into::into),
            token,
        }
    }
}

/// Whether a canonical path stands in a URL as it is. False says only that it has to be written.
pub fn is_the_same_in_urls(path: &str) -> bool {
    none_is(path.as_bytes(), other)
}

/// Not 0 for a byte that may not stand in a URL.
#[inline(always)]
fn other(byte: u8) -> u8 {
    let is = |there: bool| u8::from(there);
    let letter = is((byte | 0x20).wrapping_sub(b'a') < 26);
    // `-`, `.`, `/` and figures stand in a row.
    let row = is(byte.wrapping_sub(b'-') < 13);
    1 ^ (letter | row | is(byte == b'_'))
}

#[cfg(test)]
mod tests {
    use countersign_token::CanonicalPath;

    use super::Pass;

    #[test]
    fn a_path_is_written_back_as_the_token_crate_writes_it() {
        for path in [
            "/",
            "/a/b-c_d.e",
            "/a b",
            "/a%b",
            "/\u{e4}",
            "/a~b",
            "/a+b;c=d,e:f@g!h",
            "/media/2031/a-long-way/to/photo-07.jpg",
            "/media/2031/a-long-way/to/photo 07.jpg",
            "/\u{e4}media/2031/a-long-way/photo-07.jpg",
            "/media/2031/a-long-way/photo-07.jpg~",
        ] {
            let path = CanonicalPath::new(path).unwrap();
            let pass = Pass::open(path, None);
            assert_eq!(pass.path().as_ref(), path.as_str());
            assert_eq!(pass.url_path().as_ref(), path.to_string());
        }
    }
}
