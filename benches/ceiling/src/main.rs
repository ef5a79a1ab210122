//! `bench-ceiling`: bare hyper on one thread, which checks the HMAC of a signed URL and serves
//! objects from memory, whole or one range of them, and nothing else: no log, no metrics, no limits,
//! no time-outs, no conditions.
//!
//! What a server built on hyper could reach at best. Of the token it reads what decides: `exp`, and
//! the HMAC over the bytes that docs/TOKEN.md §2 says, of a token in the query with `kid` and `exp`
//! alone.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use bytes::Bytes;
use clap::Parser;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

mod file;
mod serve;
mod tls;
mod token;

use self::token::Check;

/// Serves the files of a folder from memory to who brings a signed URL: bare hyper, as a ceiling.
#[derive(Parser)]
struct Flags {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The folder; read once, at the start
    #[arg(long)]
    root: PathBuf,
    /// The key's secret, in hex
    #[arg(long)]
    secret: String,
    /// The site's name, which is signed
    #[arg(long, default_value = "bench")]
    site: String,
    /// Certificates in PEM; with --key: TLS, and HTTP/2 where the client offers it
    #[arg(long, requires = "key")]
    cert: Option<PathBuf>,
    /// The private key in PEM
    #[arg(long, requires = "cert")]
    key: Option<PathBuf>,
    /// `http1`'s `max_buf_size`: what waits to be written, at most
    #[arg(long)]
    buffer_bytes: Option<usize>,
    /// `TCP_NOTSENT_LOWAT`
    #[arg(long)]
    unsent_bytes: Option<u32>,
    /// `SO_SNDBUF`; without it the kernel's own choice, which grows
    #[arg(long)]
    send_bytes: Option<usize>,
    /// Bodies in pieces of so many bytes, in place of whole ones
    #[arg(long)]
    piece_bytes: Option<usize>,
    /// Past hyper: bodies by `sendfile` from memory files, up to so many bytes a call
    #[arg(long)]
    file_bytes: Option<usize>,
    /// With --file-bytes: from the folder's files, that is from page cache
    #[arg(long)]
    from_disk: bool,
}

struct Served {
    flags: Flags,
    check: Check,
    tls: Option<TlsAcceptor>,
    /// By canonical path.
    objects: HashMap<String, Bytes>,
    /// The same and their lengths, where bodies are sent from there.
    files: HashMap<String, (OwnedFd, u64)>,
}

#[expect(clippy::print_stdout, reason = "whoever starts it reads its port")]
fn main() -> io::Result<()> {
    let flags = Flags::parse();
    let mut objects = HashMap::new();
    read(&flags.root, &flags.root, &mut objects)?;
    let files = match flags.file_bytes {
        Some(_) => file::all(&flags, &objects)?,
        None => HashMap::new(),
    };
    let check = Check::new(&flags.secret, &flags.site)
        .ok_or_else(|| io::Error::other("--secret is no hex"))?;
    let tls = match (&flags.cert, &flags.key) {
        (Some(cert), Some(key)) => Some(tls::acceptor(cert, key).map_err(io::Error::other)?),
        _ => None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let served = Rc::new(Served {
        flags,
        check,
        tls,
        objects,
        files,
    });
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async move {
        let listener = TcpListener::bind(served.flags.listen).await?;
        println!("ready http={}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::task::spawn_local(serve::connection(stream, Rc::clone(&served)));
        }
    })
}

fn read(root: &Path, folder: &Path, objects: &mut HashMap<String, Bytes>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, objects)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            objects.insert(format!("/{name}"), std::fs::read(&path)?.into());
        }
    }
    Ok(())
}
