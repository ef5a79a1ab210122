//! A verdict, owned: what answers and logs take from it.

use std::sync::Arc;

use countersign_token::{CanonicalPath, Carrier, Denial, Field, Fields, Identity, Reason};

/// A request that may go on. Only [`super::decide`] makes one.
#[derive(Clone, Debug)]
pub struct Pass {
    path: Arc<str>,
    url_path: Arc<str>,
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
        let is_url = text.bytes().all(is_the_same_in_urls);
        Self {
            url_path: match is_url {
                true => Arc::clone(&text),
                false => path.to_string().into(),
            },
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
    pub const fn url_path(&self) -> &Arc<str> {
        &self.url_path
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

/// What an authentic token says, but for what the verifier alone looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What brought it.
    pub carrier: Option<Carrier>,
    /// Its key.
    pub kid: String,
    /// When it expires, in Unix seconds.
    pub exp: u64,
    /// From when on it is valid, in Unix seconds.
    pub nbf: Option<u64>,
    /// When it was issued, in Unix seconds.
    pub iat: Option<u64>,
    /// Its id.
    pub jti: Option<String>,
    /// Its user.
    pub sub: Option<String>,
    /// Its session.
    pub sid: Option<String>,
    /// Opaque, for the log.
    pub data: Option<String>,
    /// `Content-Disposition`, as the token writes it.
    pub cd: Option<String>,
    /// `Content-Type`.
    pub ct: Option<String>,
    /// The store's version id.
    pub ver: Option<String>,
    /// How many distinct uses it grants.
    pub uses: Option<u64>,
    /// How many bytes a second an answer may have.
    pub bps: Option<u64>,
}

impl Token {
    /// Whether it has one of the fields under which the same path is answered in another way.
    pub const fn changes_answer(&self) -> bool {
        let represented = self.cd.is_some() || self.ct.is_some() || self.ver.is_some();
        represented || self.uses.is_some() || self.bps.is_some()
    }

    /// What it can be revoked by.
    pub fn identity(&self) -> Identity<'_> {
        Identity {
            kid: &self.kid,
            jti: self.jti.as_deref(),
            sub: self.sub.as_deref(),
            sid: self.sid.as_deref(),
            iat: self.iat,
        }
    }

    pub(super) fn of(fields: &Fields<'_>, carrier: Option<Carrier>) -> Self {
        let text = |field| {
            let plain = fields.word(field).filter(|text| !text.contains('~'));
            let plain = plain.map(str::to_owned);
            plain.or_else(|| fields.text(field).map(|text| text.to_string()))
        };
        Self {
            carrier,
            kid: fields.kid().to_owned(),
            exp: fields.exp(),
            nbf: fields.number(Field::Nbf),
            iat: fields.number(Field::Iat),
            jti: text(Field::Jti),
            sub: text(Field::Sub),
            sid: text(Field::Sid),
            data: text(Field::Data),
            cd: text(Field::Cd),
            ct: text(Field::Ct),
            ver: text(Field::Ver),
            uses: fields.number(Field::Uses),
            bps: fields.number(Field::Bps),
        }
    }
}

/// Whether a byte of a canonical path stands in a URL as it is, whatever else does.
const fn is_the_same_in_urls(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/')
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
        ] {
            let path = CanonicalPath::new(path).unwrap();
            let pass = Pass::open(path, None);
            assert_eq!(pass.path().as_ref(), path.as_str());
            assert_eq!(pass.url_path().as_ref(), path.to_string());
        }
    }
}
