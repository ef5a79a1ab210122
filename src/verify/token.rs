//! What an authentic token says, owned: its texts in one place, its numbers beside them.

use countersign_token::{Carrier, Escaped, Field, Fields, Identity};

/// What an authentic token says, but for what the verifier alone looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What brought it.
    pub carrier: Option<Carrier>,
    /// When it expires, in Unix seconds.
    pub exp: u64,
    /// From when on it is valid, in Unix seconds.
    pub nbf: Option<u64>,
    /// When it was issued, in Unix seconds.
    pub iat: Option<u64>,
    /// How many distinct uses it grants.
    pub uses: Option<u64>,
    /// How many bytes a second an answer may have.
    pub bps: Option<u64>,
    /// One behind the other.
    texts: String,
    /// Where each of [`TEXTS`] stands. None is empty: an empty one is not there.
    places: [(u16, u16); TEXTS],
}

/// How many fields are texts.
const TEXTS: usize = 8;

/// Room for the texts of the usual token.
const TEXTS_BYTES: usize = 96;

impl Token {
    /// Its key.
    pub fn kid(&self) -> &str {
        self.text(Field::Kid).unwrap_or_default()
    }

    /// Its id.
    pub fn jti(&self) -> Option<&str> {
        self.text(Field::Jti)
    }

    /// Its user.
    pub fn sub(&self) -> Option<&str> {
        self.text(Field::Sub)
    }

    /// Its session.
    pub fn sid(&self) -> Option<&str> {
        self.text(Field::Sid)
    }

    /// The store's version id.
    pub fn ver(&self) -> Option<&str> {
        self.text(Field::Ver)
    }

    /// `Content-Disposition`, as the token writes it.
    pub fn cd(&self) -> Option<&str> {
        self.text(Field::Cd)
    }

    /// `Content-Type`.
    pub fn ct(&self) -> Option<&str> {
        self.text(Field::Ct)
    }

    /// Opaque, for the log.
    pub fn data(&self) -> Option<&str> {
        self.text(Field::Data)
    }

    /// Whether it has one of the fields under which the same path is answered in another way.
    pub fn changes_answer(&self) -> bool {
        let represented = [Field::Ver, Field::Cd, Field::Ct];
        let represented = represented
            .into_iter()
            .any(|text| self.text(text).is_some());
        represented || self.uses.is_some() || self.bps.is_some()
    }

    /// What it can be revoked by.
    pub fn identity(&self) -> Identity<'_> {
        Identity {
            kid: self.kid(),
            jti: self.jti(),
            sub: self.sub(),
            sid: self.sid(),
            iat: self.iat,
        }
    }

    #[inline]
    fn text(&self, field: Field) -> Option<&str> {
        let (from, to) = self.places[place_of(field)?];
        let text = self.texts.get(from.into()..to.into())?;
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn of(fields: &Fields<'_>, carrier: Option<Carrier>) -> Self {
        let mut token = Self {
            carrier,
            exp: fields.exp(),
            nbf: None,
            iat: None,
            uses: None,
            bps: None,
            texts: String::new(),
            places: [(0, 0); TEXTS],
        };
        let mut texts = Vec::with_capacity(TEXTS_BYTES);
        for field in fields.present() {
            match field {
                Field::Nbf => token.nbf = fields.number(field),
                Field::Iat => token.iat = fields.number(field),
                Field::Uses => token.uses = fields.number(field),
                Field::Bps => token.bps = fields.number(field),
                _ => {
                    let Some(place) = place_of(field) else {
                        continue;
                    };
                    let from = texts.len();
                    match fields.plain(field) {
                        Some(plain) => texts.extend_from_slice(plain),
                        None => {
                            texts.extend(fields.text(field).into_iter().flat_map(Escaped::bytes))
                        }
                    }
                    // A token has 2,048 bytes at most.
                    token.places[place] = (from as u16, texts.len() as u16);
                }
            }
        }
        // Each was checked to be UTF-8.
        token.texts = String::from_utf8(texts).unwrap_or_default();
        token
    }

    /// A token that has all of the texts, the same in each.
    #[cfg(test)]
    pub fn of_text(text: &str) -> Self {
        Self {
            carrier: None,
            exp: 1,
            nbf: None,
            iat: None,
            uses: None,
            bps: None,
            texts: text.to_owned(),
            places: [(0, text.len() as u16); TEXTS],
        }
    }
}

/// Where a text's place is kept; `None` for what is no text.
#[inline]
const fn place_of(field: Field) -> Option<usize> {
    Some(match field {
        Field::Kid => 0,
        Field::Jti => 1,
        Field::Sub => 2,
        Field::Sid => 3,
        Field::Ver => 4,
        Field::Cd => 5,
        Field::Ct => 6,
        Field::Data => 7,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use countersign_token::{
        CanonicalPath, Key, Names, Request, Scratch, SignedFacts, Site, Terms, Verdict, Verifier,
        sign,
    };

    use super::Token;

    fn token(terms: &Terms) -> Token {
        let site = Site::new("media", Names::<&str>::default()).unwrap();
        let keys = [Key::<&str>::hs256("k.1", &"0".repeat(64)).unwrap()];
        let facts = SignedFacts {
            path: CanonicalPath::new("/a").ok(),
            ..SignedFacts::default()
        };
        let token = sign(terms, &facts, &site, &keys[0], None).unwrap();
        let target = format!("/a?cs={token}");
        let request = Request {
            method: "GET",
            target: target.as_bytes(),
            headers: (),
            client: None,
            country: None,
        };
        let verifier = Verifier {
            site: &site,
            policy: &[],
            keys: &keys,
            revocations: &(),
        };
        let mut scratch = Scratch::new();
        match verifier.verify(&request, 100, &mut scratch) {
            Verdict::Granted(grant) => Token::of(grant.fields(), None),
            verdict => panic!("{verdict:?}"),
        }
    }

    #[test]
    fn what_a_token_says_is_kept_unescaped() {
        let text = |text: &str| Some(text.to_owned());
        let all = token(&Terms {
            exp: 200,
            nbf: Some(50),
            iat: Some(60),
            jti: text("j"),
            sub: text("\u{e4} ~*!"),
            sid: text("s"),
            uses: Some(3),
            ver: text("v 1"),
            cd: text("attachment:a b.pdf"),
            ct: text("text/plain; charset=utf-8"),
            bps: Some(2_048),
            data: text("d"),
            ..Terms::default()
        });
        assert_eq!((all.exp, all.nbf, all.iat), (200, Some(50), Some(60)));
        assert_eq!((all.uses, all.bps), (Some(3), Some(2_048)));
        assert_eq!(
            (all.kid(), all.jti(), all.sid()),
            ("k.1", Some("j"), Some("s"))
        );
        assert_eq!((all.sub(), all.data()), (Some("\u{e4} ~*!"), Some("d")));
        assert_eq!(
            (all.ver(), all.cd()),
            (Some("v 1"), Some("attachment:a b.pdf"))
        );
        assert_eq!(all.ct(), Some("text/plain; charset=utf-8"));
        assert!(all.changes_answer());
    }

    #[test]
    fn what_a_token_does_not_say_is_none() {
        let least = Terms {
            exp: 200,
            ..Terms::default()
        };
        let token = token(&least);
        let numbers = [token.nbf, token.iat, token.uses, token.bps];
        assert_eq!((token.exp, numbers), (200, [None; 4]));
        let texts = [token.jti(), token.sub(), token.sid(), token.ver()];
        assert_eq!((token.kid(), texts), ("k.1", [None; 4]));
        assert_eq!([token.cd(), token.ct(), token.data()], [None; 3]);
        assert!(!token.changes_answer());
    }
}
