//! The program before a front of our own.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use s3_front::{Front, Objects};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::checker::{Known, Verdict};
use crate::client::{self, Got};
use crate::support::ops::{ask_ops, metrics_sum};
use crate::support::program::Program;
use crate::support::token::{SECRET, signed};

pub(crate) const MIB: u64 = 1 << 20;

/// What is fetched and kept at once.
pub(crate) const BLOCK: u64 = MIB;

/// For stores that stall: so long they are waited for.
pub(crate) const TWO_SECONDS: &str = "connect_timeout = \"1s\"\nread_timeout = \"2s\"";

/// Store and program; both end on drop.
pub(crate) struct Rig {
    pub(crate) front: Front,
    pub(crate) program: Program,
    pub(crate) delivery: SocketAddr,
    ops: SocketAddr,
    pub(crate) runtime: Runtime,
    _folder: TempDir,
}

/// What a test wants otherwise: lines of `[cache]` and of `[site.store]`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Own<'a> {
    pub(crate) cache: &'a str,
    pub(crate) store: &'a str,
}

impl Rig {
    /// What is kept stays fresh, and the store has as long as by default.
    pub(crate) fn start() -> Self {
        Self::with(Own::default())
    }

    /// One whose store has six tenths of a second.
    pub(crate) fn impatient() -> Self {
        Self::with(Own {
            store: "connect_timeout = \"300ms\"\nread_timeout = \"300ms\"",
            ..Own::default()
        })
    }

    /// One whose store has two seconds between bytes.
    pub(crate) fn hurried() -> Self {
        Self::with(Own {
            store: TWO_SECONDS,
            ..Own::default()
        })
    }

    pub(crate) fn with(own: Own<'_>) -> Self {
        Self::before(Front::alone(), own)
    }

    pub(crate) fn before(front: Front, own: Own<'_>) -> Self {
        Self::started_by(front, own, Program::serve)
    }

    /// One whose program is started so, in the folder of its configuration.
    pub(crate) fn started_by(
        front: Front,
        own: Own<'_>,
        start: impl FnOnce(&Path) -> Program,
    ) -> Self {
        let folder = TempDir::new().unwrap();
        let toml = toml(&front.endpoint(), own);
        fs::write(folder.path().join("countersign.toml"), toml).unwrap();
        let program = start(folder.path());
        Self {
            front,
            delivery: program.address("delivery"),
            ops: program.address("ops"),
            program,
            runtime: Runtime::new().unwrap(),
            _folder: folder,
        }
    }

    /// Makes objects, and says what version 1 of one of them is.
    pub(crate) fn object(&self, key: &str, len_bytes: u64) -> Known {
        let objects = Objects::new(key, len_bytes);
        self.front.put(objects.clone());
        Known::new(key, &objects, [1])
    }

    pub(crate) fn get(&self, key: &str, headers: &[(&str, &str)]) -> Got {
        let target = target(key);
        let asked = client::get(self.delivery, &target, headers);
        self.runtime.block_on(asked)
    }

    /// Asks for all of it, and judges the answer.
    pub(crate) fn ask(&self, known: &Known, key: &str) -> Verdict {
        known.judge(&self.get(key, &[]))
    }

    /// Whether the process says that it lives.
    pub(crate) fn is_live(&self) -> bool {
        ask_ops(self.ops, "/livez", &[]).status == 200
    }

    /// A metric's value, summed over the lines that start so.
    pub(crate) fn metric(&self, line: &str) -> f64 {
        metrics_sum(self.ops, line)
    }

    /// What the program holds now, without its code, of which a debug build has three times as much.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let path = format!("/proc/{}/status", self.program.id());
        let status = fs::read_to_string(path).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"));
        let kibibytes = line.unwrap().trim().trim_end_matches(" kB");
        kibibytes.parse::<u64>().unwrap() << 10
    }

    /// How many descriptors the program has open.
    pub(crate) fn open_files(&self) -> usize {
        let path = format!("/proc/{}/fd", self.program.id());
        fs::read_dir(path).unwrap().count()
    }
}

/// The target of a key, signed.
pub(crate) fn target(key: &str) -> String {
    signed(&format!("/{key}"))
}

fn toml(endpoint: &str, own: Own<'_>) -> String {
    let Own { cache, store } = own;
    let fresh = match cache.contains("fresh_for") {
        true => "",
        false => "fresh_for = \"1h\"",
    };
    format!(
        "[delivery]\nlisten = \"127.0.0.1:0\"\n[ops]\nlisten = \"127.0.0.1:0\"\n\
         [log]\naccess = false\n\
         [cache]\n{fresh}\n{cache}\n\
         [[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n\
         [site.store]\ntype = \"s3\"\nbucket = \"media\"\nendpoint = \"{endpoint}\"\n\
         region = \"us-east-1\"\npath_style = true\n\
         access_key_id = \"testing\"\nsecret_access_key = \"testing\"\n\
         {store}\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n"
    )
}
