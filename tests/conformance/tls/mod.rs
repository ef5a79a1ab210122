//! TLS (RFC 8446, 5246, 7301, 6066): what a client may begin with, what is agreed on, and pairs of
//! certificate and key that are replaced while clients come.

mod agreed;
mod begun;
mod hello;
mod renegotiation;
mod swap;

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use crate::start::put;

/// A certificate for two hosts, of which one is no site's, and its key.
struct Pair {
    cert_pem: String,
    key_pem: String,
    cert: CertificateDer<'static>,
}

impl Pair {
    fn new() -> Self {
        let names = ["media.test", "other.test"].map(str::to_owned);
        let params = rcgen::CertificateParams::new(names).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        Self {
            cert_pem: cert.pem(),
            key_pem: key.serialize_pem(),
            cert: cert.der().clone(),
        }
    }

    fn put(&self, folder: &Path) {
        put(folder, "tls.crt", &self.cert_pem);
        put(folder, "tls.key", &self.key_pem);
    }
}

/// A client that trusts these certificates and offers these protocols.
fn client<'p>(pairs: impl IntoIterator<Item = &'p Pair>, alpn: &[&str]) -> Arc<ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    for pair in pairs {
        roots.add(pair.cert.clone()).unwrap();
    }
    let config = ClientConfig::builder().with_root_certificates(roots);
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}
