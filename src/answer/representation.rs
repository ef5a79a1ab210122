//! What kind of thing is sent: its type, how a browser is to treat it, and the protection that the
//! type calls for.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::active::is_active;
use super::disposition::{self, Kind};
use crate::store::ObjectMeta;

/// The type of what has none.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// What a token says of the answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'t> {
    /// `ct`.
    pub content_type: Option<&'t str>,
    /// `cd`.
    pub disposition: Option<&'t str>,
}

impl Wishes<'_> {
    /// Whether the object is answered as it is.
    pub const fn is_none(&self) -> bool {
        self.content_type.is_none() && self.disposition.is_none()
    }
}

/// Adds the representation's headers. `allow_active` is the site's word alone: neither `ct` nor
/// `cd` lifts the protection.
pub fn apply(meta: &ObjectMeta, wishes: Wishes<'_>, allow_active: bool, headers: &mut HeaderMap) {
    let content_type = content_type(meta, wishes);
    let protected = is_active(content_type.to_str().unwrap_or(UNKNOWN_TYPE)) && !allow_active;
    headers.insert(header::CONTENT_TYPE, content_type);
    if protected {
        let sandbox = HeaderValue::from_static("sandbox; default-src 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, sandbox);
    }
    let disposition = match wishes.disposition.map(disposition::of_token) {
        Some((kind, name)) => {
            let kind = if protected { Kind::Attachment } else { kind };
            Some(disposition::value(kind, name))
        }
        None if protected => Some(attachment(meta.content_disposition.as_deref())),
        None => meta.content_disposition.clone(),
    };
    let mut put = |name: HeaderName, text: Option<&str>| {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(text).ok()) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_DISPOSITION, disposition.as_deref());
    put(header::CONTENT_ENCODING, meta.content_encoding.as_deref());
    put(header::CONTENT_LANGUAGE, meta.content_language.as_deref());
}

/// The type that is sent: the token's, else the object's own.
pub fn content_type(meta: &ObjectMeta, wishes: Wishes<'_>) -> HeaderValue {
    let own_type = meta.content_type.as_deref();
    let content_type = wishes.content_type.or(own_type).unwrap_or(UNKNOWN_TYPE);
    // What cannot be sent as a header is not sent as a type either.
    HeaderValue::from_str(content_type).unwrap_or(HeaderValue::from_static(UNKNOWN_TYPE))
}

/// The object's own disposition where it saves already; else the bare word.
fn attachment(own: Option<&str>) -> String {
    let saves = |text: &&str| {
        let kind = text.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("attachment")
    };
    own.filter(saves).unwrap_or("attachment").to_owned()
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{Wishes, apply};
    use crate::answer::test_meta;

    fn headers(own_type: Option<&str>, wishes: Wishes<'_>, allow_active: bool) -> HeaderMap {
        let mut meta = test_meta();
        meta.content_type = own_type.map(Into::into);
        let mut headers = HeaderMap::new();
        apply(&meta, wishes, allow_active, &mut headers);
        headers
    }

    #[test]
    fn an_active_type_is_sandboxed_and_saved_whatever_the_token_says() {
        for (own, ct) in [
            (Some("text/html"), None),
            (Some("image/png"), Some("text/html")),
            (None, None),
        ] {
            let wishes = Wishes {
                content_type: ct,
                disposition: Some("inline:a.html"),
            };
            let headers = headers(own, wishes, false);
            assert!(
                headers["content-security-policy"]
                    .to_str()
                    .unwrap()
                    .starts_with("sandbox")
            );
            assert_eq!(
                headers["content-disposition"],
                "attachment; filename=\"a.html\""
            );
        }
    }

    #[test]
    fn the_type_that_is_finally_sent_decides() {
        let wishes = Wishes {
            content_type: Some("text/plain"),
            disposition: None,
        };
        let plain = headers(Some("text/html"), wishes, false);
        assert!(!plain.contains_key("content-security-policy"));
        assert_eq!(plain["content-type"], "text/plain");
        assert!(
            !headers(Some("image/png"), Wishes::default(), false)
                .contains_key("content-disposition")
        );
    }

    #[test]
    fn the_site_may_lift_the_protection() {
        let lifted = headers(Some("text/html"), Wishes::default(), true);
        assert!(!lifted.contains_key("content-security-policy"));
        assert!(!lifted.contains_key("content-disposition"));
    }

    #[test]
    fn a_type_that_no_header_can_carry_is_unknown() {
        let odd = headers(Some("image/png\r\nx: y"), Wishes::default(), false);
        assert_eq!(odd["content-type"], "application/octet-stream");
        assert!(odd.contains_key("content-security-policy"));
    }
}
