//! From a request to a decision (ABI.md): the one function that host and native build share.

use core::cell::Cell;

use countersign_token::{
    CanonicalPath, Carrier, Onward, Reason, Scratch, Verdict, Verifier, named_parameters,
};

use crate::config::{Config, Configured};
use crate::fault::Fault;
use crate::output::Output;
use crate::request::{Asked, Lines, site_of};
#[cfg(feature = "explain")]
use crate::steps::Steps;
use crate::told;

/// How many numbers a decision starts with.
const WORDS: usize = 16;

/// Flag: the edge's cache may answer.
const SETTLED: u32 = 1;
/// Flag: the `Cookie` header is to be replaced, or taken out where the new one is empty.
const COOKIES: u32 = 2;

/// Reads a request, and writes what is to be done with it. Gives the length of the decision.
///
/// # Errors
/// [`Fault`]; then nothing was decided, and the request must not go on.
pub fn decide(
    config: &Config<'_>,
    input: &[u8],
    scratch: &mut Scratch,
    output: &mut [u8],
) -> Result<usize, Fault> {
    if config.is_empty() {
        return Err(Fault::NoConfig);
    }
    let site = site_of(input).ok_or(Fault::Request)?;
    let configured = config.of(site).ok_or(Fault::Site)?;
    let missed = Cell::new(false);
    let asked = Asked::read(input, configured.site.token.header(), &missed)?;
    let mut output = Output::new(output);
    output.push(&[0; WORDS * 4]);
    let verdict = verdict(&configured, &asked, scratch, &mut output);
    if missed.get() {
        return Err(Fault::Lines);
    }
    let json_len = output.len().saturating_sub(WORDS * 4);
    let mut decision = Decision {
        configured: &configured,
        asked: &asked,
        output,
        words: [0; WORDS],
    };
    decision.words[12] = json_len as u32;
    decision.write(&verdict);
    let Decision {
        mut output, words, ..
    } = decision;
    if output.is_full() {
        return Err(Fault::Output);
    }
    output.put_front(words);
    Ok(output.len())
}

/// The verdict; told, where that is wanted.
fn verdict<'r>(
    configured: &Configured<'_, '_>,
    asked: &Asked<'r>,
    scratch: &'r mut Scratch,
    output: &mut Output<'_>,
) -> Verdict<'r> {
    let verifier = Verifier {
        site: &configured.site.token,
        policy: configured.rules,
        keys: configured.keys,
        revocations: &configured.site.revoked,
    };
    let (request, now) = (&asked.request, asked.now);
    // One body for both, told or not: two would be an eighth of the module.
    #[cfg(feature = "explain")]
    let verdict = {
        let mut steps = Steps::begin(asked.steps.then_some(&mut *output));
        let verdict = verifier.explain_to(request, now, scratch, &mut steps);
        steps.end();
        verdict
    };
    #[cfg(not(feature = "explain"))]
    let verdict = verifier.verify(request, now, scratch);
    if asked.told || asked.steps {
        let is_first = !asked.steps || cfg!(not(feature = "explain"));
        told::verdict(&verdict, is_first, output);
    }
    verdict
}

/// A decision on its way to the output.
struct Decision<'d, 'o> {
    configured: &'d Configured<'d, 'd>,
    asked: &'d Asked<'d>,
    output: Output<'o>,
    words: [u32; WORDS],
}

impl Decision<'_, '_> {
    fn write(&mut self, verdict: &Verdict<'_>) {
        let (outcome, denial) = match verdict {
            Verdict::Granted(_) => (1, None),
            Verdict::Public(_) => (2, None),
            Verdict::Reported(_, denial) => (3, Some(denial)),
            Verdict::Denied(denial) => (4, Some(denial)),
        };
        self.words[0] = outcome;
        if let Some(denial) = denial {
            self.words[1] = number_of(denial.reason());
            self.words[2] = self.configured.site.status(denial.reason()).into();
            self.words[4] = carrier_number(denial.carrier());
        }
        match verdict {
            Verdict::Granted(grant) => {
                self.words[4] = carrier_number(Some(grant.carrier()));
                let left = grant.fields().exp().saturating_sub(self.asked.now);
                self.words[5] = left as u32;
                self.words[6] = (left >> 32) as u32;
                self.onward(verdict, grant.path());
            }
            Verdict::Public(path) | Verdict::Reported(path, _) => self.onward(verdict, *path),
            Verdict::Denied(_) => {}
        }
    }

    /// What is fetched, under which key a copy is kept, and what the origin gets to see.
    fn onward(&mut self, verdict: &Verdict<'_>, path: CanonicalPath<'_>) {
        let request = &self.asked.request;
        let site = self.configured.site;
        if verdict.is_settled_at_edge(request.method, site.revocation) {
            self.words[3] |= SETTLED;
        }
        let onward = Onward {
            site: &site.token,
            request,
        };
        self.target(&onward, path);
        self.cache_key();
        if let Verdict::Granted(grant) = verdict
            && grant.carrier() != Carrier::Cookie
        {
            self.output.push(grant.token().as_bytes());
            self.words[10] = grant.token().len() as u32;
        }
        if onward.has_own_cookies() {
            self.words[3] |= COOKIES;
            self.cookies(&onward, verdict);
        }
    }

    /// The path written back, and the query without the token.
    fn target(&mut self, onward: &Onward<'_, '_, &str, Lines<'_>>, path: CanonicalPath<'_>) {
        let from = self.output.len();
        path.write_url(&mut |piece| self.output.push(piece));
        self.words[7] = self.since(from);
        if let Some(pieces) = onward.query() {
            let mut before = b"?";
            for piece in pieces {
                self.output.push(before);
                self.output.push_query(piece);
                before = b"&";
            }
        }
        self.words[8] = self.since(from);
    }

    /// Never `.` or `..`, which a URL as key would lose, behind the first byte.
    fn cache_key(&mut self) {
        let site = self.configured.site;
        let from = self.output.len();
        let path_from = from - self.words[8] as usize;
        self.output.push(b"~");
        self.output.push(site.token.name().as_bytes());
        self.output
            .push_again(path_from, path_from + self.words[7] as usize);
        let mut before = b"?";
        for name in site.cache_names.iter() {
            for piece in named_parameters(self.asked.request.target, name) {
                self.output.push(before);
                self.output.push_query(piece);
                before = b"&";
            }
        }
        self.words[9] = self.since(from);
    }

    /// Those of others, and the one that was granted.
    fn cookies(&mut self, onward: &Onward<'_, '_, &str, Lines<'_>>, verdict: &Verdict<'_>) {
        let from = self.output.len();
        let mut before: &[u8] = b"";
        for cookie in onward.other_cookies() {
            self.output.push(before);
            self.output.push(cookie);
            before = b"; ";
        }
        if let Verdict::Granted(grant) = verdict
            && let Some(name) = onward.granted_cookie(grant)
        {
            for part in [before, name, b"=", grant.token().as_bytes()] {
                self.output.push(part);
            }
        }
        self.words[11] = self.since(from);
    }

    const fn since(&self, from: usize) -> u32 {
        (self.output.len() - from) as u32
    }
}

/// Its row in the table of §5, from 1.
fn number_of(reason: Reason) -> u32 {
    let place = Reason::ALL.iter().position(|&listed| listed == reason);
    place.map_or(0, |place| place as u32 + 1)
}

const fn carrier_number(carrier: Option<Carrier>) -> u32 {
    match carrier {
        None => 0,
        Some(Carrier::Path) => 1,
        Some(Carrier::Query) => 2,
        Some(Carrier::Header) => 3,
        Some(Carrier::Cookie) => 4,
    }
}
