//! TLS on a listener: certificate and key from files, read again when they change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{InconsistentKeys, ServerConfig};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{Accept, TlsAcceptor};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

/// Why a pair of files cannot serve. `table` is the table of settings that names them.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// A file cannot be read.
    #[error("{table}: {} cannot be read: {error}", path.display())]
    Read {
        /// The table.
        table: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's word.
        error: std::io::Error,
    },
    /// The file holds no certificates, or broken ones.
    #[error("{table}.cert_file: {} holds no certificate in PEM; write the server's own first, then the intermediate ones", path.display())]
    Certificate {
        /// The table.
        table: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The file holds no private key, or a broken one.
    #[error("{table}.key_file: {} holds no private key in PEM (PKCS #8, PKCS #1 or SEC 1), without a password", path.display())]
    Key {
        /// The table.
        table: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The two belong to different pairs.
    #[error("{table}: the key in {} is not the one of the certificate in {}", key.display(), cert.display())]
    Pair {
        /// The table.
        table: &'static str,
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// Anything else that the TLS library says.
    #[error("{table}: {error}")]
    Other {
        /// The table.
        table: &'static str,
        /// The library's word.
        error: rustls::Error,
    },
}

/// A pair that is whole.
#[derive(Debug)]
struct Pair {
    config: Arc<ServerConfig>,
    not_after_unix_secs: Option<i64>,
}

/// A listener's certificate and key. New connections get the last pair that was whole.
#[derive(Debug)]
pub struct Tls {
    table: &'static str,
    cert: PathBuf,
    key: PathBuf,
    in_force: ArcSwap<Pair>,
    /// The digest of what was last read, good or bad, so that a fault is told once.
    seen: Mutex<[u8; 32]>,
}

impl Tls {
    /// Reads the pair that the settings in `table` (`delivery.tls`) name.
    ///
    /// # Errors
    /// [`TlsFault`].
    pub fn load(table: &'static str, cert: &Path, key: &Path) -> Result<Self, TlsFault> {
        let files = Files::read(table, cert, key)?;
        Ok(Self {
            table,
            cert: cert.to_owned(),
            key: key.to_owned(),
            in_force: ArcSwap::from_pointee(files.pair(table, cert, key)?),
            seen: Mutex::new(files.digest()),
        })
    }

    /// Reads the files again: `true` where a new pair is in force from now on. Connections that
    /// are open keep theirs.
    ///
    /// # Errors
    /// [`TlsFault`]; the pair before stays in force. The same fault is told once.
    pub fn reload(&self) -> Result<bool, TlsFault> {
        // Held while it reads, so that of two readings at once the later one counts.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let files = Files::read(self.table, &self.cert, &self.key);
        let digest = match &files {
            Ok(files) => files.digest(),
            Err(fault) => Sha256::digest(fault.to_string()).into(),
        };
        if *seen == digest {
            return Ok(false);
        }
        *seen = digest;
        let pair = files?.pair(self.table, &self.cert, &self.key)?;
        self.in_force.store(Arc::new(pair));
        Ok(true)
    }

    /// The listener's name: `delivery`, `signing`.
    pub fn listener(&self) -> &'static str {
        self.table.strip_suffix(".tls").unwrap_or(self.table)
    }

    /// Until when the certificate in force is valid, in Unix seconds (`notAfter`, RFC 5280
    /// section 4.1.2.5). The server's own; those behind it are not looked at. `None` where the field
    /// cannot be read, which clients will not be able to either.
    pub fn not_after_unix_secs(&self) -> Option<i64> {
        self.in_force.load().not_after_unix_secs
    }

    /// The handshake of a new connection.
    pub(super) fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> Accept<S> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.in_force.load().config));
        acceptor.accept_with(stream, |session| {
            session.set_buffer_limit(Some(MOST_AT_ONCE_BYTES));
        })
    }
}

/// So much of an answer the TLS library takes at once, and holds where the socket takes less: a
/// chunk of an object with its head, which with the library's own 64 KiB would be two writes.
const MOST_AT_ONCE_BYTES: usize = 80 << 10;

/// The longest file of a certificate or key; a link to a device has no end.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Reads a regular file. A pipe is not opened, as a running server would wait for its writer.
fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, MAX_FILE_BYTES), &mut bytes)?;
    if bytes.len() as u64 == MAX_FILE_BYTES {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

struct Files {
    cert: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Files {
    fn read(table: &'static str, cert: &Path, key: &Path) -> Result<Self, TlsFault> {
        let read = |path: &Path| {
            read_file(path).map_err(|error| TlsFault::Read {
                table,
                path: path.to_owned(),
                error,
            })
        };
        Ok(Self {
            cert: read(cert)?,
            key: Zeroizing::new(read(key)?),
        })
    }

    fn digest(&self) -> [u8; 32] {
        let of = |bytes: &[u8]| -> [u8; 32] { Sha256::digest(bytes).into() };
        of(&[of(&self.cert), of(&self.key)].concat())
    }

    fn pair(&self, table: &'static str, cert: &Path, key: &Path) -> Result<Pair, TlsFault> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.cert).collect();
        let no_certificate = || TlsFault::Certificate {
            table,
            path: cert.to_owned(),
        };
        let chain = chain.map_err(|_| no_certificate())?;
        let not_after_unix_secs = not_after(chain.first().ok_or_else(no_certificate)?);
        let private = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| TlsFault::Key {
            table,
            path: key.to_owned(),
        })?;
        let fault = |error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsFault::Pair {
                table,
                cert: cert.to_owned(),
                key: key.to_owned(),
            },
            error => TlsFault::Other { table, error },
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(fault)?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(fault)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Pair {
            config: Arc::new(config),
            not_after_unix_secs,
        })
    }
}

fn not_after(certificate: &CertificateDer<'_>) -> Option<i64> {
    let (_, read) = X509Certificate::from_der(certificate).ok()?;
    Some(read.validity().not_after.timestamp())
}

#[cfg(test)]
mod tests;
