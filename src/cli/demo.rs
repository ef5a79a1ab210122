//! `countersign demo`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use super::print;
use super::serve::check_clock;
use crate::clock::Clock;
use crate::config::model::S3Settings;
use crate::demo::{Demo, Options, Source};

const EXAMPLES: &str = "\
Examples:
  countersign demo                                  sample photo, film and document
  countersign demo --root ~/Pictures                your own folder, read only
  countersign demo --s3 my-bucket/holidays --region eu-central-1
  countersign demo --s3 my-bucket --endpoint http://127.0.0.1:9000 --path-style
  countersign demo --port 0 --json                  for programs: any free port, one JSON line

It listens on 127.0.0.1 only, with a random key that goes with it. With --s3, credentials come from
the usual AWS chain (environment, profile, role). Ctrl-C stops it.

--json prints one line when it is ready, and goes on serving:
  {\"page\": url, \"ops\": url, \"links\": [{\"name\", \"url\", \"expect\": {\"status\", \"code\"?}}, …],
   \"sign\": {\"url\", \"bearer\", \"body\"}}";

/// `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Serve this folder instead of the samples
    #[arg(long, value_name = "DIR", conflicts_with = "s3")]
    root: Option<PathBuf>,
    /// Serve this bucket (and prefix) instead of the samples
    #[arg(long, value_name = "BUCKET[/PREFIX]")]
    s3: Option<String>,
    /// The S3 endpoint, for stores other than AWS: http://127.0.0.1:9000
    #[arg(long, value_name = "URL", requires = "s3")]
    endpoint: Option<String>,
    /// The bucket's region
    #[arg(long, value_name = "REGION", requires = "s3")]
    region: Option<String>,
    /// Address the bucket in the path, as many stores other than AWS want it
    #[arg(long, requires = "s3")]
    path_style: bool,
    /// The page's port; 0 takes any free one
    #[arg(long, value_name = "N", default_value_t = 8080)]
    port: u16,
    /// Print one JSON line when ready
    #[arg(long)]
    json: bool,
}

impl Args {
    fn source(&self) -> Source {
        if let Some(root) = &self.root {
            return Source::Root(root.clone());
        }
        let Some(s3) = &self.s3 else {
            return Source::Samples;
        };
        let (bucket, prefix) = s3.split_once('/').unwrap_or((s3, ""));
        let prefix = match prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let settings = S3Settings {
            bucket: bucket.to_owned(),
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            path_style: self.path_style,
            credentials: None,
            connect_timeout: Duration::from_secs(3),
            read_timeout: Duration::from_secs(10),
            denied_is_not_found: false,
        };
        Source::S3(settings, prefix)
    }
}

/// Serves the demo until it is stopped.
pub fn run(args: &Args, clock: &Clock) -> ExitCode {
    if let Err(fault) = check_clock(clock) {
        return print::wrong_input(fault);
    }
    super::log::start("warn");
    let options = Options {
        source: args.source(),
        port: args.port,
    };
    super::block_on(async {
        let demo = match Demo::start(&options, clock.clone()).await {
            Ok(demo) => demo,
            Err(fault) => return print::wrong_input(fault),
        };
        if args.json {
            print::data(demo.json());
        } else {
            print::data(demo.welcome());
        }
        match demo.serve().await {
            Ok(()) => ExitCode::SUCCESS,
            Err(fault) => print::wrong_input(fault),
        }
    })
}
