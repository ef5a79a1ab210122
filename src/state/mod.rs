//! What is remembered beyond a token: what was revoked, and how often a token was used. Each behind
//! a trait, so that a store that several nodes share can take the place of this process's own.

mod purge;
mod revocations;
mod uses;

use std::path::PathBuf;
use std::sync::Arc;

pub use self::purge::{Extent, Purge};
pub use self::revocations::{
    AtTime, Known, LocalRevocations, NewRevocation, Page, Revocation, RevocationFault,
    RevocationFigures, Revocations, Subject,
};
pub use self::uses::{Ask, LocalUses, Reserved, Ticket, UseCounter, UseFigures, UsesFault};
use crate::config::model::{RevocationSettings, UseSettings};

/// Why the state of an earlier run cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("revocations.file {}: {kind}", path.display())]
pub struct StateFault {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: StateFaultKind,
}

/// What is wrong with a file of revocations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateFaultKind {
    /// The system's word.
    #[error("{0}")]
    Io(String),
    /// Two processes would not know of each other's revocations.
    #[error("another process holds it; each needs a file of its own")]
    InUse,
    /// A line that this program does not write. To go on without it would let a token through.
    #[error("line {number} is no revocation ({why}); mend it, or take it out")]
    Line {
        /// Counted from 1.
        number: usize,
        /// What is wrong.
        why: String,
    },
    /// More than `revocations.max_entries`.
    #[error("holds {entries} entries, more than revocations.max_entries")]
    TooMany {
        /// Entries in force.
        entries: usize,
    },
}

/// All that is remembered. Clones share it.
#[derive(Clone, Debug)]
pub struct State {
    /// What was revoked.
    pub revocations: Arc<dyn Revocations>,
    /// How often tokens were used.
    pub uses: Arc<dyn UseCounter>,
}

impl State {
    /// The state of this process, with the revocations of earlier runs where there is a file.
    ///
    /// # Errors
    /// [`StateFault`]: the file cannot be used.
    pub fn open(
        revocations: &RevocationSettings,
        uses: UseSettings,
        now_unix_secs: u64,
    ) -> Result<Self, StateFault> {
        Ok(Self {
            revocations: Arc::new(LocalRevocations::open(revocations, now_unix_secs)?),
            uses: Arc::new(LocalUses::new(uses)),
        })
    }

    /// Nothing revoked, nothing used, nothing kept.
    pub fn in_memory() -> Self {
        let settings = RevocationSettings::default();
        Self {
            revocations: Arc::new(LocalRevocations::in_memory(&settings)),
            uses: Arc::new(LocalUses::new(UseSettings::default())),
        }
    }

    /// Takes a use of a token, until the answer is known: see [`Reserved`].
    ///
    /// # Errors
    /// [`UsesFault`].
    pub async fn reserve(&self, ask: Ask<'_>) -> Result<Reserved, UsesFault> {
        let ticket = self.uses.reserve(ask).await?;
        Ok(Reserved::new(Arc::clone(&self.uses), ticket))
    }
}
