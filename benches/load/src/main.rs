//! `bench-load`: a load on one server, and what it was given, as one line of JSON. `--help` says how.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

mod connection;
mod cpu;
mod drive;
mod head;
mod plan;
mod report;

use self::drive::Drive;
use self::plan::Plan;

/// Sends the requests of a plan over keep-alive connections from one thread, checks every answer
/// and prints one line of JSON.
///
/// A plan has one request a line, with tabs between: target, expected status, expected length of the
/// body (`*`: any), where its bytes are known from (`file:PATH`, `s3:KEY` for an object of s3-front, or `-`),
/// the first byte of it, and the value of `Range` or `-`. Connections go through it in turns, again
/// and again.
///
/// Of every answer the status, the length, the bytes that came with the head and the last ones are
/// compared; the rest is dropped inside the kernel (`recv` with `MSG_TRUNC`), so that the reader is
/// not slower than the server. Every answer of `--whole-every` is read and compared whole.
#[derive(Parser)]
pub(crate) struct Flags {
    /// The server: ADDRESS:PORT
    #[arg(long)]
    connect: std::net::SocketAddr,
    /// The plan's file
    #[arg(long)]
    plan: std::path::PathBuf,
    /// `Host` of every request
    #[arg(long, default_value = "bench.test")]
    host: String,
    /// Keep-alive connections
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Measured time
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Time before it, not measured
    #[arg(long, default_value_t = 0.2)]
    warmup: f64,
    /// The plan once through, and no more; the time that took is measured
    #[arg(long)]
    once: bool,
    /// Requests a second, sent when they are due and not when a connection is free (open loop):
    /// latency counts from then
    #[arg(long)]
    rate: Option<f64>,
    /// Each so-many-th answer is read and compared whole; 1: each
    #[arg(long, default_value_t = 64)]
    whole_every: u64,
    /// Copy all bytes out of the kernel, into one buffer, as a client that uses them must
    #[arg(long)]
    copy: bool,
    /// Sleep where nothing comes, in place of asking again and again: for a core that is shared
    #[arg(long)]
    sleeps: bool,
    /// The first line of the plan that is sent; so that runs go on where the last one ended
    #[arg(long, default_value_t = 0)]
    from: usize,
    /// Further connections that are opened and say nothing
    #[arg(long, default_value_t = 0)]
    idle: usize,
    /// Processes of the server, whose time and memory are told
    #[arg(long = "pid")]
    pids: Vec<u32>,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "its report")]
fn main() -> ExitCode {
    let flags = Flags::parse();
    match run(&flags) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(flags: &Flags) -> Result<String, String> {
    let text = std::fs::read_to_string(&flags.plan)
        .map_err(|error| format!("{}: {error}", flags.plan.display()))?;
    let plan = Plan::read(&text, &flags.host)?;
    let drive = Drive {
        plan: &plan,
        server: flags.connect,
        connections: flags.connections,
        idle: flags.idle,
        warmup: Duration::from_secs_f64(flags.warmup),
        measured: Duration::from_secs_f64(flags.seconds),
        once: flags.once,
        rate: flags.rate,
        whole_every: flags.whole_every.max(1),
        copy: flags.copy,
        sleeps: flags.sleeps,
        from: flags.from,
        pids: &flags.pids,
    };
    let told = drive.run().map_err(|error| error.to_string())?;
    serde_json::to_string(&told).map_err(|error| error.to_string())
}
