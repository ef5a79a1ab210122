//! `countersign health`: asks a running process, for a container's health check.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::Empty;
use hyper_util::rt::TokioIo;
use serde_json::json;

use super::print;

const EXAMPLES: &str = "\
Examples:
  countersign health                                 is it ready? (/readyz at 127.0.0.1:9090)
  countersign health --live                          does it run? (/livez)
  countersign health --ops 127.0.0.1:9191 --json

Exit code 0: yes; 1: no, or nobody answers within --timeout.";

/// `health`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The ops listener (the setting ops.listen)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9090")]
    ops: SocketAddr,
    /// Ask whether it runs, not whether it is ready
    #[arg(long)]
    live: bool,
    /// How long to wait, in seconds
    #[arg(long, value_name = "SECS", default_value_t = 3)]
    timeout: u64,
    /// Print JSON: {ok, status?, error?}
    #[arg(long)]
    json: bool,
}

/// Asks and tells.
pub fn run(args: &Args) -> ExitCode {
    let path = if args.live { "/livez" } else { "/readyz" };
    super::block_on(async {
        let timeout = Duration::from_secs(args.timeout);
        let asked = match tokio::time::timeout(timeout, ask(args.ops, path)).await {
            Ok(Ok(status)) => Ok(status),
            Ok(Err(error)) => Err(format!("{} does not answer: {error}", args.ops)),
            Err(_) => Err(format!(
                "{} did not answer within {} s",
                args.ops, args.timeout
            )),
        };
        told(args.json, path, &asked)
    })
}

fn told(as_json: bool, path: &str, asked: &Result<StatusCode, String>) -> ExitCode {
    let ok = *asked == Ok(StatusCode::OK);
    let printed = match (asked, as_json) {
        (Ok(status), true) => print::json(&json!({"ok": ok, "status": status.as_u16()})),
        (Err(error), true) => print::json(&json!({"ok": false, "error": error})),
        (Ok(status), false) => print::data(format_args!("{path}: {status}")),
        (Err(error), false) => print::wrong_input(error),
    };
    print::checked(ok, printed)
}

async fn ask(
    ops: SocketAddr,
    path: &str,
) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
    let stream = tokio::net::TcpStream::connect(ops).await?;
    let (mut client, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(path)
        .header(header::HOST, ops.to_string())
        .body(Empty::<Bytes>::new())?;
    Ok(client.send_request(request).await?.status())
}
