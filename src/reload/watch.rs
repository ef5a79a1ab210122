//! Says when something happens in the folders of the configuration's files.
//!
//! Folders and not files: a rename over a file, and Kubernetes' swap of the link `..data`, show in
//! the folder only (<https://docs.rs/notify>, "Editor Behaviour").

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// A watch on folders.
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
    happened: Arc<Notify>,
}

impl Watch {
    /// Watches nothing yet; with `enabled = false`, and where the system cannot watch, for ever.
    pub(super) fn new(enabled: bool) -> Self {
        let happened = Arc::new(Notify::new());
        let told = Arc::clone(&happened);
        let hear = move |event: notify::Result<Event>| {
            // Reading the files is an access too, and must not lead to the next reading.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                told.notify_one();
            }
        };
        let watcher = enabled.then(|| notify::recommended_watcher(hear));
        Self {
            watcher: watcher.and_then(|made| made.inspect_err(warn).ok()),
            folders: BTreeSet::new(),
            happened,
        }
    }

    /// Watches the folders of these files too, and the folders of what they are links to.
    pub(super) fn follow<'p>(&mut self, files: impl Iterator<Item = &'p Path>) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        for folder in files.flat_map(folders) {
            if self.folders.contains(&folder) {
                continue;
            }
            if let Err(fault) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
                warn(&fault);
            }
            self.folders.insert(folder);
        }
    }

    /// Ends when something has happened since it ended last.
    pub(super) async fn changed(&self) {
        self.happened.notified().await;
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.folders).finish()
    }
}

fn folders(file: &Path) -> Vec<PathBuf> {
    let folder = |file: &Path| {
        let folder = file.parent().filter(|folder| *folder != Path::new(""));
        folder.unwrap_or(Path::new(".")).to_path_buf()
    };
    let mut folders = vec![folder(file)];
    folders.extend(file.canonicalize().ok().map(|file| folder(&file)));
    folders
}

fn warn(fault: &notify::Error) {
    tracing::warn!(%fault, "changes are seen at reload.interval only");
}
