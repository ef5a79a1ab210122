//! What an answer takes from the site's settings for this path and from the token.

use countersign_token::CanonicalPath;

use crate::answer::cache_control::Times;
use crate::answer::object::Terms;
use crate::answer::representation::Wishes;
use crate::config::model::{CacheRule, EdgeRevocation};
use crate::sites::Site;
use crate::verify::Pass;

/// How long a browser may keep what is only reported: it is for nobody else, as it will be refused
/// once the site enforces.
const REPORTED_SECS: u64 = 60;

/// The terms of an answer at `now_unix_secs`.
pub(super) fn of<'t>(site: &Site, pass: &'t Pass, now_unix_secs: u64) -> Terms<'t> {
    let token = pass.token();
    let left_secs = token.map(|token| token.exp.saturating_sub(now_unix_secs));
    let reported = pass.reported().is_some();
    let usual = usual(site, pass.path(), left_secs);
    Terms {
        wishes: Wishes {
            content_type: token.and_then(|token| token.ct()),
            disposition: token.and_then(|token| token.cd()),
        },
        left_secs: left_secs.or(reported.then_some(REPORTED_SECS)),
        edge_verifies: usual.edge_verifies && !reported,
        is_own: token.is_some_and(|token| token.changes_answer()),
        ..usual
    }
}

/// The terms of an answer with this path, for a token that has so long left and changes nothing in
/// the answer; `None`: none was needed.
pub(super) fn usual(site: &Site, path: &str, left_secs: Option<u64>) -> Terms<'static> {
    let answers = &site.config.answers;
    let lifted = answers.allow_active_types.as_ref();
    let rule = cache_rule(site, path);
    // A copy at an edge would outlive a revocation of the token that it was served for.
    let origin_is_asked = site.config.serving.edge_revocation == EdgeRevocation::Origin;
    let edge_settles = left_secs.is_none() || !origin_is_asked;
    Terms {
        wishes: Wishes::default(),
        left_secs,
        times: Times {
            browser_secs: rule.and_then(|rule| rule.browser_secs),
            edge_secs: rule.and_then(|rule| rule.edge_secs),
        },
        allow_active: lifted
            .is_some_and(|list| CanonicalPath::new(path).is_ok_and(|path| list.covers(&path))),
        edge_verifies: answers.edge_verifies && edge_settles,
        is_own: false,
    }
}

/// What the site says of caching this path.
pub(super) fn cache_rule<'s>(site: &'s Site, path: &str) -> Option<&'s CacheRule> {
    // Most sites have none, and need no path to find it.
    if site.config.serving.cache_rules.is_empty() {
        return None;
    }
    let path = CanonicalPath::new(path).ok()?;
    site.config.serving.cache_rule(&path)
}
