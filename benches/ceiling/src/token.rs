//! The least that a signed URL needs: its end, and one HMAC.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What URLs are checked against.
pub(crate) struct Check {
    /// Already holds what every signed text begins with.
    begun: Hmac<Sha256>,
}

impl Check {
    /// `None` where `secret` is no hex.
    pub(crate) fn new(secret: &str, site: &str) -> Option<Self> {
        let secret: Option<Vec<u8>> = (0..secret.len() / 2)
            .map(|place| u8::from_str_radix(secret.get(2 * place..2 * place + 2)?, 16).ok())
            .collect();
        let mut begun = Hmac::new_from_slice(&secret?).ok()?;
        netstring(&mut begun, "countersign/1");
        netstring(&mut begun, site);
        Some(Self { begun })
    }

    /// Whether the query's token opens the path now.
    pub(crate) fn opens(&self, path: &str, query: &str) -> bool {
        self.opens_at(path, query, now_unix_secs())
    }

    fn opens_at(&self, path: &str, query: &str, now_unix_secs: u64) -> bool {
        let parts = query
            .strip_prefix("cs=")
            .and_then(|token| token.split_once("~sig="));
        let Some((text, signature)) = parts else {
            return false;
        };
        let exp = text
            .rsplit_once("~exp=")
            .and_then(|(_, exp)| exp.parse().ok());
        let mut given = [0; 32];
        let is_whole = URL_SAFE_NO_PAD.decode_slice(signature, &mut given) == Ok(given.len());
        if !is_whole || exp.is_none_or(|exp: u64| now_unix_secs >= exp) {
            return false;
        }
        let mut mac = self.begun.clone();
        netstring(&mut mac, text);
        netstring(&mut mac, path);
        mac.verify_slice(&given).is_ok()
    }
}

/// Length, `:`, text, `,`.
fn netstring(mac: &mut Hmac<Sha256>, text: &str) {
    let mut figures = [0; 20];
    let (mut left, mut from) = (text.len(), figures.len());
    loop {
        from -= 1;
        figures[from] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    mac.update(&figures[from..]);
    mac.update(b":");
    mac.update(text.as_bytes());
    mac.update(b",");
}

#[allow(clippy::disallowed_methods, reason = "this server has no other clock")]
fn now_unix_secs() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(u64::MAX, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use countersign_token::{CanonicalPath, Key, Names, SignedFacts, Site, Terms, sign};

    use super::Check;

    const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn what_the_token_crate_signs_opens_its_path_until_it_ends() {
        let key = Key::hs256("k1", SECRET).unwrap();
        let site = Site::new("bench", Names::default()).unwrap();
        let facts = SignedFacts {
            path: CanonicalPath::new("/a/b.bin").ok(),
            ..SignedFacts::default()
        };
        let terms = Terms {
            exp: 1_900_000_000,
            ..Terms::default()
        };
        let query = format!("cs={}", sign(&terms, &facts, &site, &key, None).unwrap());
        let check = Check::new(SECRET, "bench").unwrap();
        assert!(check.opens_at("/a/b.bin", &query, 1_899_999_999));
        assert!(!check.opens_at("/a/b.bin", &query, 1_900_000_000));
        assert!(!check.opens_at("/a/c.bin", &query, 1_899_999_999));
        assert!(!check.opens_at("/a/b.bin", &query[..query.len() - 2], 1_899_999_999));
        let other = Check::new(SECRET, "other").unwrap();
        assert!(!other.opens_at("/a/b.bin", &query, 1_899_999_999));
    }
}
