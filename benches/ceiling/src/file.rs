//! Answers past hyper, whose bodies the kernel takes from files in place of copying them from this
//! process: what nginx does, and whether memory files gain by it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;

use bytes::Bytes;
use rustix::fs::{MemfdFlags, memfd_create, sendfile};
use rustix::net::{SendFlags, send};
use tokio::io::Interest;
use tokio::net::TcpStream;

use crate::{Flags, Served};

/// A file for each object, in memory or the one of the folder, and its length.
pub(crate) fn all(
    flags: &Flags,
    objects: &HashMap<String, Bytes>,
) -> io::Result<HashMap<String, (OwnedFd, u64)>> {
    let mut files = HashMap::new();
    for (path, bytes) in objects {
        let file = match flags.from_disk {
            true => File::open(flags.root.join(path.trim_start_matches('/')))?.into(),
            false => in_memory(bytes)?,
        };
        files.insert(path.clone(), (file, bytes.len() as u64));
    }
    Ok(files)
}

fn in_memory(bytes: &[u8]) -> io::Result<OwnedFd> {
    let mut file = File::from(memfd_create("object", MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    Ok(file.into())
}

/// Answers whole heads of `GET` requests, one behind the other.
pub(crate) async fn connection(
    stream: &TcpStream,
    served: &Served,
    most_bytes: usize,
) -> io::Result<()> {
    let mut came = Vec::with_capacity(8 << 10);
    loop {
        let Some(end) = came.windows(4).position(|four| four == b"\r\n\r\n") else {
            stream.readable().await?;
            match stream.try_read_buf(&mut came) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            continue;
        };
        let head = String::from_utf8_lossy(&came[..end]).into_owned();
        came.drain(..end + 4);
        answer(stream, served, most_bytes, &head).await?;
    }
}

async fn answer(
    stream: &TcpStream,
    served: &Served,
    most_bytes: usize,
    head: &str,
) -> io::Result<()> {
    let target = head.split(' ').nth(1).unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let file = match served.check.opens(path, query) {
        true => served.files.get(path),
        false => None,
    };
    let Some((file, len_bytes)) = file else {
        let refused = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
        stream.try_write(refused)?;
        return Ok(());
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\
         date: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: {len_bytes}\r\n\r\n"
    );
    let mut left = head.as_bytes();
    while !left.is_empty() {
        let sent = by(stream, || Ok(send(stream, left, SendFlags::MORE)?)).await?;
        left = &left[sent..];
    }
    let mut at = 0;
    while at < *len_bytes {
        by(stream, || {
            Ok(sendfile(stream, file, Some(&mut at), most_bytes)?)
        })
        .await?;
    }
    Ok(())
}

async fn by(stream: &TcpStream, mut send: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match stream.try_io(Interest::WRITABLE, &mut send) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.writable().await?,
            sent => return sent,
        }
    }
}
