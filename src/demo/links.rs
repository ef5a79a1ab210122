//! The links of the page: some that open, and each way in which one does not.

use countersign_token::{CanonicalPath, Carrier, SignedFacts, Terms, sign, signing_key};
use serde_json::{Value, json};

use super::collections::Collection;
use super::media::{Kind, Shown};
use super::users::{OTHER_USER, USER};
use crate::link::link;
use crate::sites::Site;

/// How long links open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// As long as a person watches the photo's countdown; other links an hour.
    Countdown,
    /// An hour, for programs.
    Hour,
}

const COUNTDOWN_SECS: u64 = 90;
/// The longest life of a link here.
pub(super) const HOUR_SECS: u64 = 3_600;

/// Makes the links of one page.
pub(super) struct Links<'l> {
    pub(super) site: &'l Site,
    pub(super) base_url: &'l str,
    pub(super) now: u64,
    pub(super) shown: &'l [Shown],
    /// Whether the store holds the samples, with their two users.
    pub(super) samples: bool,
}

impl Links<'_> {
    /// Every link as the page and `--json` tell it.
    pub(super) fn all(&self, lifetime: Lifetime) -> Vec<Value> {
        let mut links: Vec<Value> = self
            .shown
            .iter()
            .map(|shown| self.opened(shown, lifetime))
            .collect();
        let hour = self.now + HOUR_SECS;
        let some = self.shown.first();
        let path = some.map_or("/nothing-here-yet.txt", |shown| shown.path.as_str());
        let open = some.is_some();
        links.extend(self.folder(path, hour, open));
        links.extend(self.samples.then(|| self.stream(hour)));
        let signed = |exp| self.signed(path, Vec::new(), exp, Carrier::Query);
        let expired = signed(self.now.saturating_sub(COUNTDOWN_SECS)).0;
        let says = "It was good until a little while ago.";
        links.push(refused("expired", &expired, 403, "expired", says));
        let (url, token) = signed(hour);
        let later = token.replace(&format!("exp={hour}"), &format!("exp={}", hour + HOUR_SECS));
        let tampered = url.replace(&token, &later);
        let says = "Somebody wrote a later end into it; the signature does not cover that.";
        links.push(refused("tampered", &tampered, 403, "bad_signature", says));
        let bare = self.url(path, "", Carrier::Header);
        links.push(refused(
            "no token",
            &bare,
            401,
            "missing",
            "The same object, without a token.",
        ));
        let twice = format!("{url}&cs={token}");
        let says = "Two tokens in one request: nobody may choose which one counts.";
        links.push(refused("two tokens", &twice, 400, "conflict", says));
        links.extend(self.other_users_folder(hour));
        links
    }

    fn opened(&self, shown: &Shown, lifetime: Lifetime) -> Value {
        let counted = shown.kind == Kind::Photo && lifetime == Lifetime::Countdown;
        let exp = self.now + if counted { COUNTDOWN_SECS } else { HOUR_SECS };
        let (url, _) = self.signed(&shown.path, Vec::new(), exp, Carrier::Query);
        let name = shown.kind.as_str();
        let says = format!("Opens {} and nothing else.", shown.path);
        json!({
            "name": name, "url": url, "expect": {"status": 200},
            "kind": name, "expires_at": exp, "says": says,
        })
    }

    /// A token for a whole folder, in the path, so that relative URLs inherit it.
    fn folder(&self, path: &str, exp: u64, open: bool) -> Option<Value> {
        let folder = &path[..=path.rfind('/')?];
        let pattern = format!("{}**", countersign_token::escape(folder));
        let (url, _) = self.signed(path, vec![pattern], exp, Carrier::Path);
        let says = format!(
            "One token in the path opens everything below {folder}, as a playlist needs it."
        );
        let status = if open { 200 } else { 404 };
        let mut expect = json!({ "status": status });
        if !open {
            expect["code"] = "not_found".into();
        }
        Some(json!({
            "name": "folder token", "url": url, "expect": expect,
            "kind": "folder", "expires_at": exp, "says": says,
        }))
    }

    /// A collection's entry, and the token that opens its whole folder.
    fn collection(&self, of: Collection, exp: u64, carrier: Carrier) -> (String, String) {
        let pattern = format!("{}**", countersign_token::escape(&of.folder()));
        self.signed(&of.entry(), vec![pattern], exp, carrier)
    }

    fn stream(&self, exp: u64) -> Value {
        let (url, _) = self.collection(Collection::Stream, exp, Carrier::Path);
        json!({
            "name": "stream", "url": url, "expect": {"status": 200},
            "kind": "stream", "expires_at": exp,
            "says": "An HLS playlist: its variants and segments inherit the token in the path.",
        })
    }

    /// The first user's folder token before the second user's photo.
    fn other_users_folder(&self, exp: u64) -> Option<Value> {
        let own = format!("/users/{USER}/photo.jpg");
        let pattern = format!("/users/{USER}/**");
        let (url, token) = self
            .samples
            .then(|| self.signed(&own, vec![pattern], exp, Carrier::Query))?;
        let other = url.replace(&own, &format!("/users/{OTHER_USER}/photo.jpg"));
        debug_assert!(other.contains(&token));
        let says = format!("{USER}'s token for her own folder, before {OTHER_USER}'s photo.");
        Some(refused("another folder", &other, 403, "path", &says))
    }

    /// The URL and its token.
    fn signed(
        &self,
        path: &str,
        patterns: Vec<String>,
        exp: u64,
        carrier: Carrier,
    ) -> (String, String) {
        let token = self.token(path, patterns, exp).unwrap_or_default();
        (self.url(path, &token, carrier), token)
    }

    fn token(&self, path: &str, patterns: Vec<String>, exp: u64) -> Option<String> {
        let config = &self.site.config;
        let key = signing_key(&config.keys.keys, self.now)?;
        let terms = Terms {
            exp,
            path: patterns,
            ..Terms::default()
        };
        let facts = SignedFacts {
            path: CanonicalPath::new(path).ok(),
            ..SignedFacts::default()
        };
        sign(&terms, &facts, &config.token, key, None).ok()
    }

    fn url(&self, path: &str, token: &str, carrier: Carrier) -> String {
        let param = self.site.config.token.param();
        CanonicalPath::new(path)
            .map(|path| link(self.base_url, &path, &[], token, carrier, param))
            .unwrap_or_default()
    }
}

fn refused(name: &str, url: &str, status: u16, code: &str, says: &str) -> Value {
    json!({
        "name": name, "url": url, "expect": {"status": status, "code": code},
        "kind": "refused", "expires_at": null, "says": says,
    })
}
