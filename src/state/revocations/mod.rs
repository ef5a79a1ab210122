//! What was revoked. Every request asks what this process knows, without waiting; only changes go
//! to where revocations are kept.

mod journal;
mod known;
mod local;

use std::fmt::Debug;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use self::known::{AtTime, Known};
pub use self::local::LocalRevocations;

/// Which tokens are revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The token of this id.
    Jti(String),
    /// All of a user.
    Sub(String),
    /// All of a session.
    Sid(String),
    /// All of a key.
    Kid(String),
    /// All that were issued before this Unix time; those that do not say when, too.
    IssuedBefore(u64),
    /// The same, of one user.
    SubIssuedBefore {
        /// The user.
        sub: String,
        /// In Unix seconds.
        before: u64,
    },
}

/// What is to be revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRevocation {
    /// The site's name.
    pub site: String,
    /// Which tokens.
    pub subject: Subject,
    /// Until when, in Unix seconds; `None`: for good.
    pub until: Option<u64>,
    /// Why, for people.
    pub note: Option<String>,
    /// Who did it, for people.
    pub by: String,
}

/// A revocation in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Its id; later ones are greater.
    pub id: u64,
    /// The site's name.
    pub site: String,
    /// Which tokens.
    pub subject: Subject,
    /// When it was made, in Unix seconds.
    pub created_at: u64,
    /// Until when, in Unix seconds; `None`: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who did it, for people.
    pub by: String,
}

impl Revocation {
    /// Whether it is in force.
    pub fn holds(&self, now_unix_secs: u64) -> bool {
        self.until.is_none_or(|until| now_unix_secs < until)
    }
}

/// Some of a site's revocations, in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Them.
    pub entries: Vec<Revocation>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// Why a revocation was not made or lifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevocationFault {
    /// There are `revocations.max_entries`.
    #[error(
        "the list is full; lift or let expire what is not needed, or raise revocations.max_entries"
    )]
    Full,
    /// It could not be kept, so it is not in force either.
    #[error("it could not be kept")]
    NotKept,
}

/// How full the list is, and what could not be done to it since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevocationFigures {
    /// Entries in force.
    pub in_force: usize,
    /// `revocations.max_entries`.
    pub max_entries: usize,
    /// How often it was [`RevocationFault::Full`].
    pub full: u64,
    /// How often it was [`RevocationFault::NotKept`].
    pub not_kept: u64,
}

/// Where revocations are kept.
pub trait Revocations: Debug + Send + Sync {
    /// What this process knows now. It never waits.
    fn known(&self) -> &Known;

    /// Revokes. When it is done, every new request sees it.
    fn revoke(
        &self,
        new: NewRevocation,
        now_unix_secs: u64,
    ) -> BoxFuture<'_, Result<Revocation, RevocationFault>>;

    /// Lifts a site's revocation; whether there was one with this id.
    fn lift<'a>(&'a self, site: &'a str, id: u64) -> BoxFuture<'a, Result<bool, RevocationFault>>;

    /// How full the list is.
    fn figures(&self, now_unix_secs: u64) -> RevocationFigures;
}
