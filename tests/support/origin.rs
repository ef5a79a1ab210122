//! A server in this process, on ports of its own, from a configuration file.

use std::fs;
use std::path::Path;

use countersign::clock::Clock;
use countersign::config::{Config, Inputs};
use countersign::deliver::Delivery;
use countersign::listen::shutdown_signal;
use countersign::observe::AccessLog;
use countersign::server::{Addresses, Listeners, Server};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::http::{Answer, exchange, request};
use super::ops::{ask_ops, metric};
use super::token::{NOW, OLD_SECRET, SECRET};
use super::until;

/// Ports, and a cache of which every test sees the ends.
pub(crate) const TOP: &str = r#"
[delivery]
listen = "127.0.0.1:0"
[ops]
listen = "127.0.0.1:0"
[cache]
max_bytes = "16MiB"
block_bytes = "256KiB"
stale_if_error = "0s"
negative_for = "0s"
"#;

/// A site of the host `NAME.test` over the folder `NAME`; `own` goes into `[[site]]`, `tables` behind.
pub(crate) fn site(name: &str, own: &str, tables: &str) -> String {
    format!(
        "[[site]]\nname = \"{name}\"\nhosts = [\"{name}.test\"]\n{own}\n\
         [site.store]\ntype = \"fs\"\nroot = \"{name}\"\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n\
         [[site.key]]\nkid = \"old\"\nalg = \"HS256\"\nsecret = \"{OLD_SECRET}\"\nstate = \"retired\"\n\
         {tables}\n"
    )
}

/// The server; ends on drop.
pub(crate) struct Origin {
    runtime: Option<Runtime>,
    folder: TempDir,
    pub(crate) clock: Clock,
    pub(crate) addresses: Addresses,
}

impl Origin {
    /// One site, `media`.
    pub(crate) fn media(own: &str, tables: &str) -> Self {
        Self::start(&format!("{TOP}{}", site("media", own, tables)))
    }

    pub(crate) fn start(toml: &str) -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["media", "other"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let file = folder.path().join("countersign.toml");
        fs::write(&file, toml).unwrap();
        let inputs = Inputs {
            file: Some(file),
            ..Inputs::default()
        };
        let (config, _) = Config::load(&inputs).unwrap_or_else(|faults| panic!("{faults}"));
        let clock = Clock::fixed(NOW);
        let runtime = Runtime::new().unwrap();
        let addresses = runtime.block_on(async {
            let listeners = Listeners::bind(&config).await.unwrap();
            let addresses = listeners.addresses();
            let log = AccessLog::off();
            let server = Server::new(config, clock.clone(), log).await.unwrap();
            let shutdown = shutdown_signal().unwrap();
            tokio::spawn(server.serve(listeners, shutdown, Delivery::new));
            addresses
        });
        Self {
            runtime: Some(runtime),
            folder,
            clock,
            addresses,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts an object into the site `media`, at once for whoever reads.
    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.folder.path().join("media").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let new = self.folder.path().join("new");
        fs::write(&new, bytes).unwrap();
        fs::rename(new, path).unwrap();
    }

    /// Asks the site `media`.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("Host", "media.test")];
        all.extend(headers);
        self.raw(&request(method, target, &all))
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[])
    }

    /// Every answer of the delivery listener has two headers.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Answer {
        let answer = exchange(self.addresses.delivery, bytes);
        assert_eq!(
            answer.header("x-content-type-options"),
            "nosniff",
            "{answer:?}"
        );
        assert_eq!(
            answer.header("referrer-policy"),
            "no-referrer",
            "{answer:?}"
        );
        answer
    }

    /// Asks the ops listener.
    pub(crate) fn ops(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        ask_ops(self.addresses.ops, target, headers)
    }

    /// Waits until nothing is on its way into the cache: a block is kept a moment after its last
    /// bytes were handed on.
    pub(crate) fn has_kept_all(&self) {
        until("the blocks that are kept", || {
            let arriving = self.metric("countersign_cache_arriving_blocks");
            (arriving == Some(0.0)).then_some(())
        });
    }

    /// A metric's value; `None` where it has no line.
    pub(crate) fn metric(&self, line: &str) -> Option<f64> {
        metric(self.addresses.ops, line)
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
