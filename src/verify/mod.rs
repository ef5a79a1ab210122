//! From a request at a site to a decision over it. The token crate decides; here its verdict takes
//! the form that the rest of the request's way needs.

mod guard;
mod pass;
mod token;

use std::cell::RefCell;

use countersign_token::{Request, Revocations, Scratch, Verdict, Verifier};
use http::request::Parts;

pub use self::guard::{Guard, Guarded};
pub use self::pass::{Denied, Pass, is_the_same_in_urls};
pub use self::token::Token;
use crate::config::model;
use crate::request::{Client, Country, Lines};

/// The decision over one request.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Go on, to this path.
    Pass(Pass),
    /// Refused.
    Denied(Box<Denied>),
}

/// Verifies a request at `now`, for `client`.
pub fn decide(
    site: &model::Site,
    revocations: &impl Revocations,
    head: &Parts,
    client: &Client,
    now_unix_secs: u64,
) -> Decision {
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let request = Request {
        method: head.method.as_str(),
        target: target.as_bytes(),
        headers: Lines::Map(&head.headers),
        client: client.address,
        country: client.country.as_ref().map(Country::as_str),
    };
    decide_facts(site, revocations, &request, now_unix_secs)
}

/// [`decide`], of facts that another proxy has told.
pub fn decide_facts(
    site: &model::Site,
    revocations: &impl Revocations,
    request: &Request<'_, Lines<'_>>,
    now_unix_secs: u64,
) -> Decision {
    with_verdict(site, revocations, request, now_unix_secs, owned)
}

/// The token crate's verdict as it lies in this thread's memory, for `use_it`, which verifies nothing
/// more meanwhile.
pub fn with_verdict<T>(
    site: &model::Site,
    revocations: &impl Revocations,
    request: &Request<'_, Lines<'_>>,
    now_unix_secs: u64,
    use_it: impl FnOnce(Verdict<'_>) -> T,
) -> T {
    let verifier = Verifier {
        site: &site.token,
        policy: &site.policy,
        keys: &site.keys.keys,
        revocations,
    };
    thread_local! {
        // To make one costs more than to use it.
        static SCRATCH: RefCell<Scratch> = const { RefCell::new(Scratch::new()) };
    }
    SCRATCH.with_borrow_mut(|scratch| use_it(verifier.verify(request, now_unix_secs, scratch)))
}

/// A verdict in the form that outlives its request's bytes.
pub fn owned(verdict: Verdict<'_>) -> Decision {
    match verdict {
        Verdict::Granted(grant) => {
            let token = Token::of(grant.fields(), Some(grant.carrier()));
            Decision::Pass(Pass::granted(grant.path(), token))
        }
        Verdict::Public(path) => Decision::Pass(Pass::open(path, None)),
        Verdict::Reported(path, denial) => {
            Decision::Pass(Pass::open(path, Some(Denied::of(&denial))))
        }
        Verdict::Denied(denial) => Decision::Denied(Box::new(Denied::of(&denial))),
    }
}
