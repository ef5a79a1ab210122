use std::fs;
use std::path::{Path, PathBuf};

use super::LocalRevocations;
use crate::config::model::RevocationSettings;
use crate::state::{
    NewRevocation, Page, Revocation, RevocationFault, Revocations, StateFaultKind, Subject,
};

fn settings(folder: &Path) -> RevocationSettings {
    RevocationSettings {
        file: Some(folder.join("revocations")),
        max_entries: 3,
    }
}

fn open(folder: &Path, now: u64) -> LocalRevocations {
    LocalRevocations::open(&settings(folder), now).unwrap()
}

fn fault(folder: &Path) -> StateFaultKind {
    let opened = LocalRevocations::open(&settings(folder), 0);
    opened.unwrap_err().kind
}

fn jti(jti: &str, until: Option<u64>) -> NewRevocation {
    NewRevocation {
        site: "media".to_owned(),
        subject: Subject::Jti(jti.to_owned()),
        until,
        note: Some("lost".to_owned()),
        by: "support".to_owned(),
    }
}

async fn revoke(list: &LocalRevocations, id: &str, until: Option<u64>) -> Revocation {
    list.revoke(jti(id, until), 5).await.unwrap()
}

fn page(list: &LocalRevocations, after: u64, limit: usize) -> (Vec<u64>, bool) {
    let Page { entries, more } = list.known().page("media", after, limit, 5);
    (entries.into_iter().map(|entry| entry.id).collect(), more)
}

#[tokio::test]
async fn the_file_brings_back_what_was_revoked_and_not_lifted() {
    let folder = tempfile::tempdir().unwrap();
    let list = open(folder.path(), 5);
    let first = revoke(&list, "a", None).await;
    revoke(&list, "b", Some(9)).await;
    revoke(&list, "c", None).await;
    assert_eq!(list.lift("other", first.id).await, Ok(false));
    assert_eq!(list.lift("media", first.id).await, Ok(true));
    assert_eq!(list.lift("media", first.id).await, Ok(false));
    assert_eq!(page(&list, 0, 1), (vec![2], true));
    assert_eq!(page(&list, 2, 1), (vec![3], false));
    let before = list.known().all();
    drop(list);
    let list = open(folder.path(), 8);
    assert_eq!(list.known().all(), before);
    // An id is never given again, and what is over is gone.
    assert_eq!(revoke(&list, "d", None).await.id, 4);
    drop(list);
    assert_eq!(page(&open(folder.path(), 9), 0, 9), (vec![3, 4], false));
}

#[tokio::test]
async fn a_full_list_makes_room_by_what_is_over_and_else_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let list = open(folder.path(), 5);
    for (id, until) in [("a", None), ("b", Some(9)), ("c", None)] {
        revoke(&list, id, until).await;
    }
    let refused = list.revoke(jti("d", None), 8).await;
    assert_eq!(refused, Err(RevocationFault::Full));
    let figures = |now| {
        let told = list.figures(now);
        (told.in_force, told.max_entries, told.full, told.not_kept)
    };
    assert_eq!((figures(8), figures(9)), ((3, 3, 1, 0), (2, 3, 1, 0)));
    assert!(list.revoke(jti("d", None), 9).await.is_ok());
    drop(list);
    let fewer = RevocationSettings {
        max_entries: 2,
        ..settings(folder.path())
    };
    let refused = LocalRevocations::open(&fewer, 9).unwrap_err().kind;
    assert_eq!(refused, StateFaultKind::TooMany { entries: 3 });
}

#[tokio::test]
async fn a_long_file_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("revocations");
    let list = open(folder.path(), 5);
    let kept = revoke(&list, "kept", None).await;
    drop(list);
    let line = |id: u64| {
        format!(
            "{{\"revoke\":{{\"id\":{id},\"site\":\"media\",\"subject\":{{\"jti\":\"x\"}},\"created_at\":5,\"until\":6,\"by\":\"t\"}}}}\n"
        )
    };
    let mut text = fs::read_to_string(&file).unwrap();
    (2..2_000).for_each(|id| text.push_str(&line(id)));
    fs::write(&file, &text).unwrap();
    let list = open(folder.path(), 6);
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 2);
    assert_eq!(list.known().all(), [kept]);
    // The new file is the one that is written on.
    assert_eq!(revoke(&list, "next", None).await.id, 2_000);
    drop(list);
    assert_eq!(page(&open(folder.path(), 6), 0, 9), (vec![1, 2_000], false));
}

#[tokio::test]
async fn a_torn_line_is_dropped_and_any_other_damage_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("revocations");
    let list = open(folder.path(), 5);
    revoke(&list, "a", None).await;
    drop(list);
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{whole}{{\"lift\":")).unwrap();
    let list = open(folder.path(), 5);
    assert_eq!(fs::read_to_string(&file).unwrap(), whole);
    revoke(&list, "b", None).await;
    drop(list);
    // Whole but for its end, as an editor may leave it.
    let two = fs::read_to_string(&file).unwrap();
    fs::write(&file, two.trim_end()).unwrap();
    let list = open(folder.path(), 5);
    revoke(&list, "c", None).await;
    drop(list);
    assert_eq!(page(&open(folder.path(), 5), 0, 9).0, [1, 2, 3]);
    for bad in ["x\n", "{\"lift\":\n", "{\"revoke\":{\"id\":1}}\n", "\n"] {
        fs::write(&file, format!("{whole}{bad}{whole}")).unwrap();
        let kind = fault(folder.path());
        let at = matches!(kind, StateFaultKind::Line { number: 2, .. });
        assert!(at, "{bad:?}: {kind:?}");
    }
}

#[test]
fn a_file_has_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let list = open(folder.path(), 0);
    assert_eq!(fault(folder.path()), StateFaultKind::InUse);
    drop(list);
    drop(open(folder.path(), 0));
    fs::create_dir(folder.path().join("folder")).unwrap();
    let folder_for_file = RevocationSettings {
        file: Some(folder.path().join("folder")),
        max_entries: 1,
    };
    let kind = LocalRevocations::open(&folder_for_file, 0)
        .unwrap_err()
        .kind;
    assert!(matches!(kind, StateFaultKind::Io(_)), "{kind:?}");
}
