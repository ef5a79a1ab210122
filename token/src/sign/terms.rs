//! What to sign, and its text.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::escape::escape_into;
use crate::field::Field;
use crate::fields::Fields;
use crate::sign::SignFault;
use crate::site::Site;

/// A token's fields before they are signed: unescaped values, patterns as in a token. An empty list
/// is an absent field. `kid` is the key's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Valid while now < exp; Unix seconds.
    pub exp: u64,
    /// Valid from then on; Unix seconds.
    pub nbf: Option<u64>,
    /// When it was issued; Unix seconds.
    pub iat: Option<u64>,
    /// Patterns in token form; none: exactly the request's path.
    pub path: Vec<String>,
    /// Addresses and networks.
    pub ip: Vec<String>,
    /// Countries, all plain or all with a leading `-`.
    pub geo: Vec<String>,
    /// Methods; none: `GET`.
    pub method: Vec<String>,
    /// Names of signed parameters.
    pub qs: Vec<String>,
    /// Names of signed headers.
    pub hdr: Vec<String>,
    /// Token id.
    pub jti: Option<String>,
    /// User.
    pub sub: Option<String>,
    /// Session.
    pub sid: Option<String>,
    /// How many distinct uses; needs `jti`.
    pub uses: Option<u64>,
    /// The store's version id.
    pub ver: Option<String>,
    /// `inline` or `attachment`, either with `:` and a file name.
    pub cd: Option<String>,
    /// Media type.
    pub ct: Option<String>,
    /// Bytes a second.
    pub bps: Option<u64>,
    /// Opaque, for the access log.
    pub data: Option<String>,
}

impl Terms {
    /// The token's text up to the signature; each value is held against the table.
    pub(super) fn write(&self, kid: &str) -> Result<String, SignFault> {
        let mut text = String::from("1");
        for field in Field::ALL {
            let from = text.len();
            text.push('~');
            text.push_str(field.as_str());
            text.push('=');
            let value_from = text.len();
            if self.write_value(field, kid, &mut text)? {
                if !field.allows(&text.as_bytes()[value_from..]) {
                    return Err(SignFault::Value { field });
                }
            } else {
                text.truncate(from);
            }
        }
        Ok(text)
    }

    /// Whether the field is there.
    fn write_value(&self, field: Field, kid: &str, out: &mut String) -> Result<bool, SignFault> {
        let text = match field {
            Field::Kid => Some(kid),
            Field::Jti => self.jti.as_deref(),
            Field::Sub => self.sub.as_deref(),
            Field::Sid => self.sid.as_deref(),
            Field::Ver => self.ver.as_deref(),
            Field::Cd => self.cd.as_deref(),
            Field::Ct => self.ct.as_deref(),
            Field::Data => self.data.as_deref(),
            Field::Exp | Field::Nbf | Field::Iat | Field::Uses | Field::Bps => {
                return Ok(self
                    .number(field)
                    .map(|number| out.push_str(&number.to_string()))
                    .is_some());
            }
            Field::Path | Field::Ip | Field::Geo | Field::Method | Field::Qs | Field::Hdr => {
                return self.write_list(field, out);
            }
        };
        Ok(text.map(|text| escape_into(text, out)).is_some())
    }

    fn number(&self, field: Field) -> Option<u64> {
        match field {
            Field::Exp => Some(self.exp),
            Field::Nbf => self.nbf,
            Field::Iat => self.iat,
            Field::Uses => self.uses,
            _ => self.bps,
        }
    }

    fn write_list(&self, field: Field, out: &mut String) -> Result<bool, SignFault> {
        let list = match field {
            Field::Path => &self.path,
            Field::Ip => &self.ip,
            Field::Geo => &self.geo,
            Field::Method => &self.method,
            Field::Qs => &self.qs,
            _ => &self.hdr,
        };
        for (place, member) in list.iter().enumerate() {
            if place > 0 {
                out.push('!');
            }
            match field {
                // A pattern is in token form already, where `!` would start another.
                Field::Path if member.contains('!') => return Err(SignFault::Value { field }),
                Field::Path => out.push_str(member),
                _ => escape_into(member, out),
            }
        }
        Ok(!list.is_empty())
    }
}

/// The site's own parameter and header hold the signature, so they are never signed.
pub(super) fn check_own_names<T: AsRef<str>>(
    fields: &Fields<'_>,
    site: &Site<T>,
) -> Result<(), SignFault> {
    let is = |field, name: &str| {
        let mut names = fields.list(field).into_iter().flatten();
        names.any(|member| {
            member
                .bytes()
                .eq(name.bytes().map(|byte| byte.to_ascii_lowercase()))
        })
    };
    let mut own = fields.list(Field::Qs).into_iter().flatten();
    if own.any(|member| member.bytes().eq(site.param().bytes())) {
        Err(SignFault::Value { field: Field::Qs })
    } else if is(Field::Hdr, site.header()) {
        Err(SignFault::Value { field: Field::Hdr })
    } else {
        Ok(())
    }
}
