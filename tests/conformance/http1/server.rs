//! The three listeners, and what each serves to everybody.

use std::net::SocketAddr;

use serde::Deserialize;

use crate::support::origin::{Origin, TOP, site};
use crate::support::token::signed;

pub(super) const HOST: &str = "media.test";

/// A signing API with one backend, whose key is `key`, and room for every fault of the tables.
const MORE: &str = "
[delivery.guard]
max_failures = 100000
[signing]
listen = \"127.0.0.1:0\"
[[signing.api_key]]
name = \"shop\"
sha256 = \"2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683\"
[[signing.rule]]
name = \"all\"
paths = [\"/**\"]
max_ttl = \"1h\"
";

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum At {
    Delivery,
    Signing,
    Ops,
}

impl At {
    pub(super) fn all() -> Vec<Self> {
        vec![Self::Delivery, Self::Signing, Self::Ops]
    }
}

pub(super) struct Listener {
    pub(super) at: At,
    pub(super) address: SocketAddr,
    /// `GET` of it is 200.
    pub(super) ok: String,
}

impl Listener {
    /// A good request, the connection's last.
    pub(super) fn probe(&self) -> Vec<u8> {
        let ok = &self.ok;
        format!("GET {ok} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n").into_bytes()
    }
}

pub(super) fn start() -> (Origin, [Listener; 3]) {
    let public = "public_url = \"https://media.test\"";
    let origin = Origin::start(&format!("{TOP}{MORE}{}", site("media", public, "")));
    origin.put("a.txt", "hello");
    let addresses = &origin.addresses;
    let listener = |at, address, ok: &str| Listener {
        at,
        address,
        ok: ok.to_owned(),
    };
    let listeners = [
        listener(At::Delivery, addresses.delivery, &signed("/a.txt")),
        listener(At::Signing, addresses.signing.unwrap(), "/openapi.json"),
        listener(At::Ops, addresses.ops, "/livez"),
    ];
    (origin, listeners)
}
