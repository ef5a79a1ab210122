//! The sentences of an explanation.

use core::fmt::{self, Display, Formatter, from_fn};

use crate::carrier::Carrier;
use crate::field::Field;
use crate::fields::Fields;
use crate::key::Key;
use crate::path::CanonicalPath;
use crate::reason::Reason;
use crate::site::Mode;
use crate::text::MAX_TOKEN_BYTES;
use crate::verify::max_ttl_secs;
use crate::watch::{Facts, Feed};

pub(super) fn path(path: CanonicalPath<'_>) -> impl Display {
    from_fn(move |f| write!(f, "canonical path {:?}, as a URL {path}", path.as_str()))
}

pub(super) const fn located(reason: Reason) -> &'static str {
    match reason {
        Reason::Conflict => {
            "more than one explicit token: a request brings one, in path, query or header, and the parameter once"
        }
        _ => {
            "the path has no canonical form: it starts with \"/\", has no empty, \".\" or \"..\" segment, no \"\\\", no escaped \"/\", no bare \"#\", no control character, only whole escapes and UTF-8, and at most 1,024 bytes"
        }
    }
}

pub(super) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Required => "required: only a token that passes opens it",
        Mode::Optional => "optional: open without a token; an explicit one must pass",
        Mode::Public => "public: open, and tokens are not looked at",
        Mode::Report => "report: a denial is reported and not enforced",
    }
}

pub(super) fn token(carrier: Carrier, text: Option<&[u8]>) -> impl Display {
    let len = text.map(<[u8]>::len);
    let carrier = carrier.as_str();
    from_fn(move |f| match len {
        None => write!(
            f,
            "{carrier}: its value has a bad escape, stands in two lines, or is too long"
        ),
        Some(len) => write!(f, "{carrier}: {len} of at most {MAX_TOKEN_BYTES} bytes"),
    })
}

pub(super) fn fields<'t>(fields: &'t Fields<'t>) -> impl Display {
    from_fn(move |f| {
        let there = |field: Field| Some((field.as_str(), fields.raw(field)?));
        for (place, (name, value)) in Field::ALL.into_iter().filter_map(there).enumerate() {
            let blank = if place == 0 { "" } else { " " };
            write!(f, "{blank}{name}={}", printable(value))?;
        }
        Ok(())
    })
}

pub(super) const fn text(text: Option<&[u8]>, reason: Reason) -> &'static str {
    match (text, reason) {
        (None, _) => UNREADABLE,
        (_, Reason::Unsupported) => {
            "of another version, or with a field that this version does not know"
        }
        _ => "not a token, or it signs the site's own parameter or header",
    }
}

pub(super) const UNREADABLE: &str = "cannot be read";

pub(super) fn unknown_key(kid: &str) -> impl Display {
    from_fn(move |f| write!(f, "no key is called {kid:?} at this site"))
}

pub(super) fn key<T>(kid: &str, key: &Key<T>) -> impl Display {
    from_fn(move |f| {
        let (alg, state) = (key.algorithm().as_str(), key.state().as_str());
        write!(f, "{kid:?}, {alg}, {state}")?;
        for (name, time) in [
            ("from", key.from_unix_secs()),
            ("until", key.until_unix_secs()),
        ] {
            if let Some(time) = time {
                write!(f, ", {name} {time}")?;
            }
        }
        Ok(())
    })
}

/// The signed bytes.
pub(super) fn signed(feed: Feed<'_>) -> impl Display {
    from_fn(move |f| {
        let mut printer = Printer::new(f);
        let mut printed = Ok(());
        feed(&mut |bytes| printed = printed.and_then(|()| printer.push(bytes)));
        printed.and_then(|()| printer.finish())
    })
}

fn printable(bytes: &[u8]) -> impl Display {
    from_fn(move |f| {
        let mut printer = Printer::new(f);
        printer.push(bytes)?;
        printer.finish()
    })
}

/// Prints UTF-8 as it is; where it is none, or has controls, those bytes as `\xXX`.
struct Printer<'p, 'f> {
    out: &'p mut Formatter<'f>,
    /// The start of a character.
    held: [u8; 4],
    len: usize,
}

impl<'p, 'f> Printer<'p, 'f> {
    fn new(out: &'p mut Formatter<'f>) -> Self {
        Self {
            out,
            held: [0; 4],
            len: 0,
        }
    }

    fn push(&mut self, bytes: &[u8]) -> fmt::Result {
        bytes.iter().try_for_each(|&byte| self.push_byte(byte))
    }

    fn push_byte(&mut self, byte: u8) -> fmt::Result {
        let held = [self.held[0], self.held[1], self.held[2], self.held[3]];
        let (before, with) = (&held[..self.len], self.len + 1);
        self.held[self.len] = byte;
        match core::str::from_utf8(&self.held[..with]) {
            Ok(text) if !text.chars().any(char::is_control) => {
                self.out.write_str(text)?;
                self.len = 0;
            }
            Ok(_) => {
                hex(&self.held[..with], self.out)?;
                self.len = 0;
            }
            // A character that is not whole yet.
            Err(fault) if fault.error_len().is_none() => self.len = with,
            // What was held is none; the byte may start one, or be none by itself.
            Err(_) if before.is_empty() => hex(&[byte], self.out)?,
            Err(_) => {
                hex(before, self.out)?;
                self.len = 0;
                self.push_byte(byte)?;
            }
        }
        Ok(())
    }

    fn finish(self) -> fmt::Result {
        hex(&self.held[..self.len], self.out)
    }
}

fn hex(bytes: &[u8], out: &mut Formatter<'_>) -> fmt::Result {
    bytes
        .iter()
        .try_for_each(|byte| write!(out, "\\x{byte:02X}"))
}

pub(super) const fn check_name(reason: Reason) -> &'static str {
    match reason {
        Reason::KeyRetired => "key in use",
        Reason::Conflict => "signed values",
        Reason::BadSignature => "signature",
        Reason::Lifetime => "lifetime",
        Reason::NotYetValid => "not before",
        Reason::Expired => "expiry",
        Reason::Path => "path granted",
        Reason::Method => "method",
        Reason::Ip => "client address",
        Reason::Geo => "country",
        Reason::Revoked => "revocation",
        _ => "check",
    }
}

pub(super) fn check<'f, T: AsRef<str>>(
    reason: Reason,
    facts: &'f Facts<'f, T>,
    passed: bool,
) -> impl Display {
    from_fn(move |f| {
        match reason {
        Reason::KeyRetired => in_use(facts, passed, f),
        Reason::Conflict if passed => {
            f.write_str("every signed parameter and header has one plain value")
        }
        Reason::Conflict => f.write_str(
            "a signed parameter stands twice or has a bad escape, or a signed header has a byte outside printable ASCII",
        ),
        Reason::BadSignature if passed => f.write_str("holds"),
        Reason::BadSignature => f.write_str(
            "does not hold over the signed bytes above: another secret, site, path or signed value was signed, or the token was changed",
        ),
        Reason::Lifetime => lifetime(facts, passed, f),
        Reason::NotYetValid => not_before(facts, passed, f),
        Reason::Expired => expiry(facts, passed, f),
        Reason::Path => granted_path(facts, f),
        Reason::Method => granted(facts, Field::Method, "GET (and HEAD)", &facts.method, f),
        Reason::Ip => match facts.client {
            Some(client) => granted(facts, Field::Ip, "any client", &client.ip(), f),
            None => granted(facts, Field::Ip, "any client", &"unknown", f),
        },
        Reason::Geo => {
            let country = facts.country.unwrap_or("unknown");
            granted(facts, Field::Geo, "any country", &country, f)
        }
        Reason::Revoked if passed => f.write_str("not revoked"),
        _ => f.write_str(
            "its jti, sub, sid or kid is revoked, or it was issued before a time that is (a token without iat is older than any)",
        ),
    }
    })
}

fn in_use<T: AsRef<str>>(facts: &Facts<'_, T>, passed: bool, f: &mut Formatter<'_>) -> fmt::Result {
    if passed {
        return f.write_str("the key verifies at this time");
    }
    let (now, skew_secs) = (facts.now, facts.site.skew_secs());
    write!(
        f,
        "now is {now}; the key must not be retired, and now must be from its \"from\" (less {skew_secs} s) on and before its \"until\""
    )
}

fn lifetime<T: AsRef<str>>(
    facts: &Facts<'_, T>,
    passed: bool,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let exp = facts.exp;
    let left = exp.saturating_sub(facts.now);
    let skew_secs = facts.site.skew_secs();
    let most = max_ttl_secs(facts.site, facts.key);
    match (most, facts.key.until_unix_secs()) {
        (_, Some(until)) if !passed && exp > until => {
            write!(f, "exp {exp} lies behind the key's end, {until}")
        }
        (Some(most), _) => {
            write!(
                f,
                "{left} s left of at most {most} s (and {skew_secs} s forgiven)"
            )
        }
        (None, _) => write!(f, "{left} s left, without a limit"),
    }
}

fn not_before<T: AsRef<str>>(
    facts: &Facts<'_, T>,
    passed: bool,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let (now, skew_secs) = (facts.now, facts.site.skew_secs());
    match facts.fields.number(Field::Nbf) {
        None => f.write_str("no nbf: valid from the start"),
        Some(nbf) if passed => write!(f, "nbf {nbf}, now {now}"),
        Some(nbf) => {
            let left = nbf.saturating_sub(now);
            write!(
                f,
                "valid in {left} s: nbf {nbf}, now {now}, {skew_secs} s forgiven"
            )
        }
    }
}

fn expiry<T>(facts: &Facts<'_, T>, passed: bool, f: &mut Formatter<'_>) -> fmt::Result {
    let (now, exp) = (facts.now, facts.exp);
    let apart = now.abs_diff(exp);
    if passed {
        write!(f, "expires in {apart} s: exp {exp}, now {now}")
    } else {
        write!(
            f,
            "expired {apart} s ago: exp {exp}, now {now}; exp must be above now"
        )
    }
}

fn granted_path<T: AsRef<str>>(facts: &Facts<'_, T>, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{:?} of ", facts.path.as_str())?;
    match facts.fields.raw(Field::Path) {
        Some(token) => write!(f, "{}", printable(token))?,
        None => f.write_str("exactly the signed path")?,
    }
    match facts.key.paths() {
        None => Ok(()),
        Some(key) => write!(f, ", and of the key's {}", key.as_str()),
    }
}

fn granted<T>(
    facts: &Facts<'_, T>,
    field: Field,
    default: &str,
    given: &dyn Display,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    match facts.fields.raw(field) {
        Some(list) => write!(f, "{given} of {}", printable(list)),
        None => write!(f, "{given} of {default}"),
    }
}
