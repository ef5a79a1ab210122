//! A verdict, owned: what answers and logs take from it.

use countersign_token::{CanonicalPath, Carrier, Denial, Field, Fields, Identity, Reason};

/// A request that may go on. Only [`super::decide`] makes one.
#[derive(Clone, Debug)]
pub struct Pass {
    path: String,
    url_path: String,
    token: Option<Token>,
    reported: Option<Denied>,
}

impl Pass {
    pub(super) fn granted(path: CanonicalPath<'_>, token: Token) -> Self {
        Self {
            token: Some(token),
            ..Self::open(path, None)
        }
    }

    pub(super) fn open(path: CanonicalPath<'_>, reported: Option<Denied>) -> Self {
        Self {
            path: path.as_str().to_owned(),
            url_path: path.to_string(),
            token: None,
            reported,
        }
    }

    /// The canonical path, decoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The canonical path, written back as a URL's.
    pub fn url_path(&self) -> &str {
        &self.url_path
    }

    /// The token that opened it; `None` where none was needed.
    pub const fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// The denial of a request whose token has no uses left; final, whatever other tokens there
    /// are (TOKEN.md §5).
    pub fn exhausted(&self) -> Denied {
        Denied {
            reason: Reason::Exhausted,
            path: Some(self.path.clone()),
            carrier: self.token.as_ref().and_then(|token| token.carrier),
            token: self.token.clone(),
            claimed_kid: None,
        }
    }

    /// The denial that the site only reports.
    pub const fn reported(&self) -> Option<&Denied> {
        self.reported.as_ref()
    }
}

/// A request that was refused.
#[derive(Clone, Debug)]
pub struct Denied {
    /// Why.
    pub reason: Reason,
    /// The canonical path, where there is one.
    pub path: Option<String>,
    /// What brought the token that was refused.
    pub carrier: Option<Carrier>,
    /// The token, where its signature held.
    pub token: Option<Token>,
    /// The `kid` that the token claims, where its signature did not hold.
    pub claimed_kid: Option<String>,
}

impl Denied {
    pub(super) fn of(denial: &Denial<'_>) -> Self {
        let token = denial
            .fields()
            .map(|fields| Token::of(fields, denial.carrier()));
        Self {
            reason: denial.reason(),
            carrier: denial.carrier(),
            path: denial.path().map(|path| path.as_str().to_owned()),
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
        let text = |field| fields.text(field).map(|text| text.to_string());
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
