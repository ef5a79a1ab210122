//! `countersign cookie`: a signed cookie from a key file, offline.

mod attributes;

use std::process::ExitCode;

use countersign_token::Names;
use serde_json::json;

use self::attributes::Attributes;
use super::print;
use super::sign::{self, GrantArgs, base_url};
use super::validate::{self, ValidateArgs};
use crate::clock::Clock;
use crate::link::link;

const EXAMPLES: &str = "\
Examples:
  A gallery of thumbnails for an hour, one cookie for all of them:
    countersign cookie --keys keys.toml --site media.example --paths '/gallery/7/**' --expires 1h

  For all hosts below a domain, in a page of another site:
    countersign cookie --keys keys.toml --site media.example --paths '/hls/7/**' --expires 4h \\
      --domain media.example --same-site none --partitioned

  Two grants in one browser need two names (cs- and anything):
    countersign cookie --keys keys.toml --site media.example --paths '/a/**' --expires 1h --name cs-a

  Try it:
    countersign cookie --keys keys.toml --site media.example --paths '/gallery/7/**' --expires 1h \\
      --path /gallery/7/1.jpg --base-url https://media.example --curl

The result is a Set-Cookie line; --header and --curl print the request's side of it. Browsers send a
cookie to its Path only: it is the folder that all of --paths lie in, or --path itself.
Exit code 0: signed, and with --validate it opens; 1: it does not; 2: wrong input.";

/// `cookie`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    grant: GrantArgs,
    #[command(flatten)]
    attributes: Attributes,
    /// Print the request's line, Cookie: NAME=TOKEN
    #[arg(long, conflicts_with_all = ["curl", "json"])]
    header: bool,
    /// Print a curl command that presents the cookie; needs --path and --base-url
    #[arg(long, requires_all = ["path", "base_url"], conflicts_with = "json")]
    curl: bool,
    /// Where --curl and --validate ask: https://media.example
    #[arg(long, value_name = "URL", value_parser = base_url)]
    base_url: Option<String>,
    #[command(flatten)]
    validate: ValidateArgs,
    /// Print JSON: {name, value, set_cookie, cookie, path, max_age, expires_at, kid, validated?}
    #[arg(long)]
    json: bool,
}

/// Signs, and prints the line that was asked for.
pub fn run(args: &Args, clock: &Clock) -> ExitCode {
    let now = clock.now_unix_secs();
    let made = args.attributes.check().and_then(|()| {
        let signed = sign::sign(
            &args.grant,
            Names::default(),
            args.base_url.as_deref(),
            clock,
        )?;
        let path = args.attributes.path(&args.grant)?;
        Ok((signed, path))
    });
    let (signed, path) = match made {
        Ok(made) => made,
        Err(fault) => return print::wrong_input(fault),
    };
    signed.warnings.iter().for_each(print::warning);
    let max_age_secs = signed.expires_unix_secs.saturating_sub(now);
    let set_cookie = args.attributes.line(&signed.token, &path, max_age_secs);
    let cookie = format!("{}={}", args.attributes.name, signed.token);
    let url = url(args);
    let validated = args.validate.validate.then(|| {
        let header = ("Cookie".to_owned(), cookie.clone());
        let presented = args.grant.presented(url.clone(), Some(header));
        validate::fetch(presented, &args.validate)
    });
    let opens = validated.as_ref().is_none_or(|answer| answer.opens());
    let printed = if args.json {
        let mut told = json!({
            "name": args.attributes.name,
            "value": signed.token,
            "set_cookie": set_cookie,
            "cookie": cookie,
            "path": path,
            "max_age": max_age_secs,
            "expires_at": signed.expires_unix_secs,
            "kid": signed.kid,
        });
        if let Some(answer) = &validated {
            told["validated"] = answer.json();
        }
        print::json(&told)
    } else {
        let printed = match url.filter(|_| args.curl) {
            // Neither a token nor a written path holds a quote.
            Some(url) => print::data(format_args!("curl -H 'Cookie: {cookie}' '{url}'")),
            None if args.header => print::data(format_args!("Cookie: {cookie}")),
            None => print::data(format_args!("Set-Cookie: {set_cookie}")),
        };
        validated.iter().for_each(print::note);
        printed
    };
    print::checked(opens, printed)
}

/// The URL without the token.
fn url(args: &Args) -> Option<String> {
    let base_url = args.base_url.as_deref()?.trim_end_matches('/');
    let path = args.grant.canonical_path().ok().flatten()?;
    let query = sign::pairs(&args.grant.qs);
    let carrier = countersign_token::Carrier::Cookie;
    Some(link(base_url, &path, &query, "", carrier, ""))
}
