//! An object of two versions, which are put in place as they are, so that each keeps its entity tag
//! and its date.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use super::axes::{Version, Versions};
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::signed;

const NAME: &str = "film.mp4";

pub(super) struct Store {
    origin: Origin,
    target: String,
    old: Version,
    new: Version,
}

impl Store {
    /// What is read stays fresh for so long. Neither version is in place.
    pub(super) fn new(fresh_for: &str) -> Self {
        let top = format!("{TOP}fresh_for = \"{fresh_for}\"\n");
        let site = site("media", "cache_key_params = [\"v\"]", "");
        let origin = Origin::start(&format!("{top}{site}"));
        let mut store = Self {
            target: signed(&format!("/{NAME}")),
            old: version(
                &origin,
                "old",
                2_000,
                1_000_000_000,
                "Sun, 09 Sep 2001 01:46:40 GMT",
            ),
            new: version(
                &origin,
                "new",
                3_000,
                1_100_000_000,
                "Tue, 09 Nov 2004 11:33:20 GMT",
            ),
            origin,
        };
        store.place_old();
        store.old.etag = store.etag("&v=old");
        store.place_new();
        store.new.etag = store.etag("&v=new");
        store.remove();
        store
    }

    fn etag(&self, parameter: &str) -> String {
        let answer = self.origin.get(&format!("{}{parameter}", self.target));
        assert_eq!(answer.status, 200);
        answer.header("etag")
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.origin.addresses.delivery
    }

    /// Each number is cached for itself.
    pub(super) fn target(&self, number: usize) -> String {
        format!("{}&v={number}", self.target)
    }

    /// As they are while the new one is in place.
    pub(super) fn versions(&self) -> Versions<'_> {
        Versions {
            current: &self.new,
            other: &self.old,
        }
    }

    pub(super) fn place_old(&self) {
        self.place("old");
    }

    pub(super) fn place_new(&self) {
        self.place("new");
    }

    fn place(&self, version: &str) {
        let folder = self.origin.folder();
        let link = folder.join("link");
        fs::hard_link(folder.join(version), &link).unwrap();
        fs::rename(&link, folder.join("media").join(NAME)).unwrap();
        // A link to what is in place already stays where it was.
        let _ = fs::remove_file(link);
    }

    pub(super) fn remove(&self) {
        fs::remove_file(self.origin.folder().join("media").join(NAME)).unwrap();
    }

    /// How many reads were misses, the two that found the entity tags apart.
    pub(super) fn misses(&self) -> f64 {
        let line = "countersign_cache_outcomes_total{site=\"media\",outcome=\"miss\"}";
        self.origin.metric(line).unwrap_or_default() - 2.0
    }
}

fn version(
    origin: &Origin,
    name: &str,
    len: usize,
    modified_unix_secs: u64,
    modified: &'static str,
) -> Version {
    let path = origin.folder().join(name);
    let bytes: Vec<u8> = (0..len).map(|place| (place * 7 / 3 + len) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(modified_unix_secs);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    Version {
        etag: String::new(),
        modified,
        bytes,
    }
}
