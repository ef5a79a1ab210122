//! Revocations kept by this process, and in a file where one is named.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use super::journal::{Journal, Line};
use super::{Known, NewRevocation, Revocation, RevocationFault, RevocationFigures, Revocations};
use crate::config::model::RevocationSettings;
use crate::state::{StateFault, StateFaultKind};

/// So many lines more than entries and the file is written anew.
const MAX_SPARE_LINES: usize = 1_024;

/// This process's revocations.
pub struct LocalRevocations(Arc<Inner>);

struct Inner {
    known: Known,
    max_entries: usize,
    full: AtomicU64,
    not_kept: AtomicU64,
    /// One change at a time.
    writer: Mutex<Writer>,
}

struct Writer {
    journal: Option<Journal>,
    next_id: u64,
}

impl LocalRevocations {
    /// What the file holds; without one, nothing.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn open(settings: &RevocationSettings, now_unix_secs: u64) -> Result<Self, StateFault> {
        let Some(path) = &settings.file else {
            return Ok(Self::in_memory(settings));
        };
        let fault = |kind| StateFault {
            path: path.clone(),
            kind,
        };
        let (journal, lines) = Journal::open(path)?;
        let (known, next_id) = replay(lines, settings.max_entries, now_unix_secs).map_err(fault)?;
        let mut writer = Writer {
            journal: Some(journal),
            next_id,
        };
        let tidied = writer.tidy(&known);
        tidied.map_err(|error| fault(StateFaultKind::Io(error.to_string())))?;
        Ok(Self::with(known, settings, writer))
    }

    /// Whether [`Self::open`] could make sense of the file, for who must leave it as it is. One that
    /// is not there yet is right.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn check(settings: &RevocationSettings, now_unix_secs: u64) -> Result<(), StateFault> {
        Self::look(settings, now_unix_secs).map(drop)
    }

    /// What the file of a running process holds that is in force; it is left as it is. Nothing where
    /// there is no file.
    ///
    /// # Errors
    /// [`StateFault`].
    pub fn look(
        settings: &RevocationSettings,
        now_unix_secs: u64,
    ) -> Result<Vec<Revocation>, StateFault> {
        let Some(path) = &settings.file else {
            return Ok(Vec::new());
        };
        let lines = Journal::look(path)?;
        let replayed = replay(lines, settings.max_entries, now_unix_secs);
        let known = replayed.map(|(known, _)| known.all());
        known.map_err(|kind| StateFault {
            path: path.clone(),
            kind,
        })
    }

    /// None, and the end of the process is the end of those to come.
    pub fn in_memory(settings: &RevocationSettings) -> Self {
        let (journal, next_id) = (None, 1);
        Self::with(Known::new(), settings, Writer { journal, next_id })
    }

    /// A disk may take its time, and no request waits for it but the one that asked.
    fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, RevocationFault> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, RevocationFault>> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let own = Arc::clone(&inner);
            let done = tokio::task::spawn_blocking(move || work(&own)).await;
            let done = done.unwrap_or(Err(RevocationFault::NotKept));
            if let Err(fault) = &done {
                inner.count(*fault);
            }
            done
        })
    }

    fn with(known: Known, settings: &RevocationSettings, writer: Writer) -> Self {
        Self(Arc::new(Inner {
            known,
            max_entries: settings.max_entries,
            full: AtomicU64::new(0),
            not_kept: AtomicU64::new(0),
            writer: Mutex::new(writer),
        }))
    }
}

/// What the lines come to, and the least id that was never given.
fn replay(
    lines: Vec<Line>,
    max_entries: usize,
    now_unix_secs: u64,
) -> Result<(Known, u64), StateFaultKind> {
    let known = Known::new();
    let mut next_id = 1;
    for line in lines {
        match line {
            Line::Revoke(entry) => {
                next_id = next_id.max(entry.id.saturating_add(1));
                known.insert(entry);
            }
            Line::Lift(id) => known.remove(id),
            Line::Next(id) => next_id = next_id.max(id),
        }
    }
    known.expire(now_unix_secs);
    let entries = known.len();
    if entries > max_entries {
        return Err(StateFaultKind::TooMany { entries });
    }
    Ok((known, next_id))
}

impl Writer {
    fn append(&mut self, line: &Line) -> Result<(), RevocationFault> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        journal.append(line).map_err(|error| {
            tracing::error!(%error, "a change to the revocations could not be kept");
            RevocationFault::NotKept
        })
    }

    /// Writes the file anew where most of it is over.
    fn tidy(&mut self, known: &Known) -> std::io::Result<()> {
        match &mut self.journal {
            Some(journal) if journal.lines > known.len() + MAX_SPARE_LINES => {
                let mut lines = vec![Line::Next(self.next_id)];
                lines.extend(known.all().into_iter().map(Line::Revoke));
                journal.rewrite(&lines)
            }
            _ => Ok(()),
        }
    }
}

impl Inner {
    fn count(&self, fault: RevocationFault) {
        let counter = match fault {
            RevocationFault::Full => &self.full,
            RevocationFault::NotKept => &self.not_kept,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn revoke(&self, new: NewRevocation, now: u64) -> Result<Revocation, RevocationFault> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if self.known.len() >= self.max_entries {
            self.known.expire(now);
        }
        if self.known.len() >= self.max_entries {
            return Err(RevocationFault::Full);
        }
        let entry = Revocation {
            id: writer.next_id,
            site: new.site,
            subject: new.subject,
            created_at: now,
            until: new.until,
            note: new.note,
            by: new.by,
        };
        writer.append(&Line::Revoke(entry.clone()))?;
        writer.next_id += 1;
        self.known.insert(entry.clone());
        self.tidy(&mut writer);
        Ok(entry)
    }

    fn lift(&self, site: &str, id: u64) -> Result<bool, RevocationFault> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.known.has(site, id) {
            return Ok(false);
        }
        writer.append(&Line::Lift(id))?;
        self.known.remove(id);
        self.tidy(&mut writer);
        Ok(true)
    }

    /// The file that is too long is still right.
    fn tidy(&self, writer: &mut Writer) {
        if let Err(error) = writer.tidy(&self.known) {
            tracing::warn!(%error, "the file of revocations could not be written anew");
        }
    }
}

impl Revocations for LocalRevocations {
    fn known(&self) -> &Known {
        &self.0.known
    }

    fn revoke(
        &self,
        new: NewRevocation,
        now_unix_secs: u64,
    ) -> BoxFuture<'_, Result<Revocation, RevocationFault>> {
        self.change(move |inner| inner.revoke(new, now_unix_secs))
    }

    fn lift<'a>(&'a self, site: &'a str, id: u64) -> BoxFuture<'a, Result<bool, RevocationFault>> {
        let site = site.to_owned();
        self.change(move |inner| inner.lift(&site, id))
    }

    fn figures(&self, now_unix_secs: u64) -> RevocationFigures {
        RevocationFigures {
            in_force: self.0.known.in_force(now_unix_secs),
            max_entries: self.0.max_entries,
            full: self.0.full.load(Ordering::Relaxed),
            not_kept: self.0.not_kept.load(Ordering::Relaxed),
        }
    }
}

impl fmt::Debug for LocalRevocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalRevocations({})", self.0.known.len())
    }
}

#[cfg(test)]
mod tests;
