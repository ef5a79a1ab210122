//! `s3-front`: an S3 server for tests and benchmarks. `--help` says how to run it.

use std::io::Result;
use std::net::SocketAddr;

use clap::Parser;
use s3_front::{Front, Objects, Settings};

/// Serves objects of any size that it makes from nothing, and with --upstream stands in front of an
/// S3 server. Faults are set by JSON at --admin: POST /rules, POST /objects, GET /counts.
#[derive(Parser)]
struct Flags {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where rules are set
    #[arg(long, default_value = "127.0.0.1:0")]
    admin: SocketAddr,
    /// An S3 server behind it: http://ADDRESS:PORT
    #[arg(long)]
    upstream: Option<String>,
    /// Objects to make: PATTERN=BYTES, such as film/*=104857600
    #[arg(long = "objects", value_name = "PATTERN=BYTES", value_parser = objects)]
    objects: Vec<Objects>,
    /// Threads
    #[arg(long, default_value_t = 2)]
    workers: usize,
}

fn objects(text: &str) -> std::result::Result<Objects, String> {
    let (key, len_bytes) = text.rsplit_once('=').ok_or("is no PATTERN=BYTES")?;
    let len_bytes = len_bytes.parse().map_err(|_| "has no number of bytes")?;
    Ok(Objects::new(key, len_bytes))
}

#[expect(clippy::print_stdout, reason = "whoever starts it reads its ports")]
fn main() -> Result<()> {
    let flags = Flags::parse();
    let front = Front::start(&Settings {
        listen: flags.listen,
        admin: Some(flags.admin),
        upstream: flags.upstream,
        workers: flags.workers,
    })?;
    flags.objects.into_iter().for_each(|own| front.put(own));
    let admin = front.admin().map(|own| own.to_string()).unwrap_or_default();
    println!("ready s3={} admin={admin}", front.endpoint());
    loop {
        std::thread::park();
    }
}
