//! `countersign sign`: a URL from a key file, offline.

mod args;
mod explain_fault;
mod grant;

use std::process::ExitCode;

use countersign_token::{Carrier, Names};
use serde_json::json;

pub use self::args::{Args, CarrierArg};
pub(super) use self::args::{GrantArgs, base_url};
pub(super) use self::grant::{Signed, pairs, sign};
use super::print;
use super::validate;
use crate::clock::Clock;
use crate::link::link;

/// Signs, and prints the URL, the header or the token; and fetches it where that is asked for.
pub fn run(args: Args, clock: &Clock) -> ExitCode {
    let text = |text: &str| text.to_owned().into_boxed_str();
    let names = Names {
        param: text(&args.param),
        header: text(&args.header),
        cookie: text("cs"),
    };
    let signed = match sign(&args.grant, names, args.base_url.as_deref(), clock) {
        Ok(signed) => signed,
        Err(fault) => return print::wrong_input(fault),
    };
    signed.warnings.iter().for_each(print::warning);
    let url = url(&args, &signed);
    let header =
        (args.carrier == CarrierArg::Header).then(|| (args.header.clone(), signed.token.clone()));
    let validated = args.validate.validate.then(|| {
        let presented = args.grant.presented(url.clone(), header);
        validate::fetch(presented, &args.validate)
    });
    let opens = validated.as_ref().is_none_or(|answer| answer.opens());
    let printed = if args.json {
        let mut told = json!({
            "url": url,
            "token": signed.token,
            "path": args.grant.path,
            "expires_at": signed.expires_unix_secs,
            "kid": signed.kid,
        });
        if let Some(answer) = &validated {
            told["validated"] = answer.json();
        }
        print::json(&told)
    } else {
        let printed = match (args.carrier, url) {
            (CarrierArg::Header, _) => {
                print::data(format_args!("{}: {}", args.header, signed.token))
            }
            (_, Some(url)) => print::data(url),
            (_, None) => print::data(signed.token),
        };
        validated.iter().for_each(print::note);
        printed
    };
    print::checked(opens, printed)
}

fn url(args: &Args, signed: &Signed) -> Option<String> {
    let base_url = args.base_url.as_deref()?.trim_end_matches('/');
    let path = args.grant.canonical_path().ok().flatten()?;
    let query = pairs(&args.grant.qs);
    let carrier = Carrier::from(args.carrier);
    let link = link(base_url, &path, &query, &signed.token, carrier, &args.param);
    Some(link)
}
