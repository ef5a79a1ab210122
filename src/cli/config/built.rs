//! What a configuration comes to when it is built: stores that answer, names that can be served,
//! issuers and rules that work, certificates that are pairs, revocations that can be read. Nothing
//! listens, nothing is written.

use std::path::Path;

use countersign_token::CanonicalPath;

use crate::clock::Clock;
use crate::config::model::{Config, RevocationSettings, Site, TlsFiles};
use crate::config::{Finding, Place};
use crate::listen::Tls;
use crate::observe::AuditLog;
use crate::sign::Signing;
use crate::state::LocalRevocations;
use crate::store::{self, Probed, Store, unreachable_names};

/// How many names that no path can reach are told.
const MAX_TOLD_NAMES: usize = 5;

/// Faults and warnings of a configuration that is right in itself.
#[derive(Debug, Default)]
pub(super) struct Built {
    pub(super) faults: Vec<Finding>,
    pub(super) warnings: Vec<Finding>,
}

/// Builds everything, asks every store, and tells what it found.
pub(super) async fn build(config: &Config, clock: &Clock) -> Built {
    let mut built = Built::default();
    let signing_tls = config.signing.as_ref().and_then(|it| it.tls.as_ref());
    built.pair("delivery.tls", config.delivery.tls.as_ref());
    built.pair("signing.tls", signing_tls);
    built.revocations(&config.revocations, clock.now_unix_secs());
    let signing = config.signing.as_ref();
    built.audit_file(signing.and_then(|it| it.audit_file.as_deref()));
    for (place, site) in config.sites.iter().enumerate() {
        let setting = format!("site.{place}.store");
        match store::open(&site.store).await {
            Ok(store) => built.ask(site, &*store, &setting).await,
            Err(fault) => built.faults.push(finding(&setting, &fault)),
        }
    }
    if let Some(signing) = &config.signing
        && let Err(faults) = Signing::new(signing, Vec::new(), clock.clone())
    {
        built
            .faults
            .extend(faults.iter().map(|fault| finding("", fault)));
    }
    built
}

impl Built {
    fn pair(&mut self, table: &'static str, files: Option<&TlsFiles>) {
        let Some(files) = files else { return };
        if let Err(fault) = Tls::load(table, &files.cert_file, &files.key_file) {
            self.faults.push(finding("", &fault));
        }
    }

    /// The file itself is the running process's: it may be held, and need not be there yet.
    fn revocations(&mut self, settings: &RevocationSettings, now_unix_secs: u64) {
        const SETTING: &str = "revocations.file";
        if !self.has_folder(SETTING, settings.file.as_deref()) {
            return;
        }
        if let Err(fault) = LocalRevocations::check(settings, now_unix_secs) {
            let told = format!("{}: {}", fault.path.display(), fault.kind);
            self.faults.push(finding(SETTING, &told));
        }
    }

    fn audit_file(&mut self, file: Option<&Path>) {
        const SETTING: &str = "signing.audit.file";
        let Some(file) = file.filter(|file| self.has_folder(SETTING, Some(file))) else {
            return;
        };
        if let Err(fault) = AuditLog::check(file) {
            let told = format!("{}: {}", fault.path.display(), fault.error);
            self.faults.push(finding(SETTING, &told));
        }
    }

    /// Whether there is a file to come, and its folder.
    fn has_folder(&mut self, setting: &str, file: Option<&Path>) -> bool {
        let Some(folder) = file.and_then(Path::parent) else {
            return false;
        };
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return true;
        }
        let told = format!(
            "there is no folder {}; make it, writable for the user that runs this",
            folder.display()
        );
        self.faults.push(finding(setting, &told));
        false
    }

    async fn ask(&mut self, site: &Site, store: &dyn Store, setting: &str) {
        match store.probe().await {
            Err(fault) => return self.faults.push(finding(setting, &fault)),
            Ok(Probed::ListingDenied) => {
                let told = "the store denies listing, so S3 answers 403 for a missing object: set denied_is_not_found = true, or allow listing";
                return self.warnings.push(finding(setting, &told));
            }
            Ok(Probed::Readable) => {}
        }
        let prefix = &site.store_prefix;
        // A name that ends in "/" is a folder's mark, which nobody wants to read.
        let reachable = |name: &str| CanonicalPath::new(&format!("/{name}")).is_ok();
        let names = unreachable_names(store, prefix, MAX_TOLD_NAMES, reachable).await;
        for name in names.unwrap_or_default() {
            let told = format!(
                "the object {name:?} can never be served: a path has no empty, \".\" or \"..\" segment, \"\\\" or control character and has 1,024 bytes at most; rename it"
            );
            self.warnings.push(finding(setting, &told));
        }
    }
}

fn finding(setting: &str, message: &dyn std::fmt::Display) -> Finding {
    Finding {
        place: Place::Nowhere,
        setting: setting.to_owned(),
        message: message.to_string(),
    }
}
