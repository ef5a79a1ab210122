//! HTTP/2 over TLS, which is agreed on by ALPN (RFC 9113 §3.2, §9.2).

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use tempfile::TempDir;

use super::client::{Came, Client};
use super::row::{check, put_objects};
use super::wire::{get, hello};
use super::{framing, start};
use crate::support::http::connect;
use crate::support::origin::{Origin, TOP, site};

type Version = &'static SupportedProtocolVersion;

/// A server with a certificate of its own, and clients that trust it.
struct Secure {
    origin: Origin,
    roots: Arc<RootCertStore>,
    _files: TempDir,
}

impl Secure {
    fn start() -> Self {
        let files = TempDir::new().unwrap();
        let params = rcgen::CertificateParams::new(vec!["media.test".to_owned()]).unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap().pem();
        let mut tls = String::from("[delivery]\n");
        for (setting, text) in [("cert_file", &cert), ("key_file", &key.serialize_pem())] {
            let path = files.path().join(setting);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            tls.push_str(&format!("tls.{setting} = {path:?}\n"));
        }
        let top = TOP.replace("[delivery]\n", &tls);
        let origin = Origin::start(&format!("{top}{}", site("media", "", "")));
        put_objects(&origin);
        let mut roots = RootCertStore::empty();
        let cert = CertificateDer::from_pem_slice(cert.as_bytes()).unwrap();
        roots.add(cert).unwrap();
        Self {
            origin,
            roots: Arc::new(roots),
            _files: files,
        }
    }

    /// A connection that offers `alpn`, and what the server chose.
    fn open(&self, version: Version, alpn: &[&str]) -> (Client, Option<Vec<u8>>) {
        let address: SocketAddr = self.origin.addresses.delivery;
        let config = ClientConfig::builder_with_protocol_versions(&[version]);
        let mut config = config
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("media.test").unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream: TcpStream = connect(address);
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        let chosen = connection.alpn_protocol().map(<[u8]>::to_vec);
        (Client::over(StreamOwned::new(connection, stream)), chosen)
    }
}

#[test]
fn what_holds_in_clear_text_holds_over_tls() {
    let secure = Secure::start();
    let rows = [start::rows(), framing::rows()].concat();
    check(&rows, &|| secure.open(&TLS13, &["h2"]).0);
}

#[test]
fn http_2_is_agreed_on_by_alpn_alone() {
    let secure = Secure::start();
    for version in [&TLS12, &TLS13] {
        let (mut client, chosen) = secure.open(version, &["http/1.1", "h2"]);
        assert_eq!(chosen.as_deref(), Some(&b"h2"[..]));
        assert!(client.send(&hello()) && client.is_served(1));
    }
    // What was agreed on is not the other one, whatever is spoken.
    let (mut client, _) = secure.open(&TLS13, &["http/1.1"]);
    client.send(&[hello(), get(1)].concat());
    assert_eq!(client.next(), Came::Closed);
    let (mut client, _) = secure.open(&TLS13, &["h2"]);
    client.send(b"GET / HTTP/1.1\r\nHost: media.test\r\nConnection: close\r\n\r\n");
    let text = client.rest();
    assert!(
        !text.starts_with(b"HTTP/1"),
        "{}",
        String::from_utf8_lossy(&text)
    );
    let (mut client, chosen) = secure.open(&TLS13, &[]);
    assert_eq!(chosen, None);
    client.send(b"GET / HTTP/1.1\r\nHost: media.test\r\nConnection: close\r\n\r\n");
    assert!(client.rest().starts_with(b"HTTP/1.1 401 "));
}
