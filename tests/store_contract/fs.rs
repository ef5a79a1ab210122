//! The file system store: the contract, and what only a file system has.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use countersign::config::model::StoreSettings;
use countersign::store::{self, Fetched, Probed, Read, StoreError, StoreFault, StoreKey};
use futures_util::StreamExt;
use tempfile::TempDir;

use crate::place::{Place, Seed, bytes, pattern};

async fn place() -> (TempDir, Place) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    let store = store::open(&StoreSettings::Fs { root: root.clone() })
        .await
        .unwrap();
    let seed = Seed::Fs(root);
    (folder, Place { store, seed })
}

macro_rules! contract {
    ($($check:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            let (_folder, place) = place().await;
            crate::checks::$check(&place).await;
        }
    )*};
}
crate::checks::for_every_check!(contract);

async fn probe(root: &Path) -> Result<Probed, StoreFault> {
    let root = root.to_owned();
    store::open(&StoreSettings::Fs { root })
        .await
        .unwrap()
        .probe()
        .await
}

async fn is_refused(place: &Place, key: &str) {
    assert_eq!(
        place.get(key).await.unwrap_err(),
        StoreError::NotFound,
        "{key:?}"
    );
    assert_eq!(
        place.head(key).await.unwrap_err(),
        StoreError::NotFound,
        "{key:?}"
    );
}

#[tokio::test]
async fn no_symlink_leads_out_of_the_root() {
    let (folder, place) = place().await;
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret"), "secret").unwrap();
    symlink(outside.join("secret"), root.join("absolute")).unwrap();
    symlink("../outside/secret", root.join("relative")).unwrap();
    symlink("../outside", root.join("folder")).unwrap();
    symlink("relative", root.join("chain")).unwrap();
    symlink("folder/secret", root.join("chain-of-folders")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    symlink("/proc/self/fd/0", root.join("descriptor")).unwrap();
    for key in [
        "absolute",
        "relative",
        "folder/secret",
        "chain",
        "chain-of-folders",
        "loop",
        "descriptor",
    ] {
        is_refused(&place, key).await;
    }
}

#[tokio::test]
async fn a_symlink_that_stays_inside_is_followed() {
    let (folder, place) = place().await;
    let root = folder.path().join("root");
    place.put("releases/2/a", b"two").await;
    symlink("releases/2", root.join("current")).unwrap();
    symlink("../../current/a", root.join("releases/2/b")).unwrap();
    for key in ["current/a", "releases/2/b"] {
        let got = place.get(key).await.unwrap();
        assert_eq!(bytes(got).await.unwrap(), b"two", "{key}");
    }
}

#[tokio::test]
async fn a_key_is_no_way_to_name_a_file_twice_or_to_leave() {
    let (folder, place) = place().await;
    place.put("a/b", b"x").await;
    fs::write(folder.path().join("outside"), "secret").unwrap();
    let absolute = folder.path().join("root/a/b");
    for key in [
        "a//b",
        "a/./b",
        "a/x/../b",
        "./a/b",
        "/a/b",
        "../outside",
        "a/b/",
        "a/",
        "/",
        ".",
        "..",
        "a/b\0",
        "\0",
        absolute.to_str().unwrap(),
    ] {
        is_refused(&place, key).await;
    }
    is_refused(&place, &"n".repeat(256)).await;
    is_refused(&place, &"n/".repeat(3_000)).await;
    is_refused(&place, &format!("{}x", "n/".repeat(3_000))).await;
}

#[tokio::test]
async fn only_regular_files_are_objects_and_a_fifo_does_not_block() {
    let (folder, place) = place().await;
    let root = folder.path().join("root");
    fs::create_dir(root.join("folder")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
    rustix::fs::mknodat(rustix::fs::CWD, root.join("fifo"), kind, mode, 0).unwrap();
    let all = async {
        for key in ["folder", "socket", "fifo"] {
            is_refused(&place, key).await;
        }
    };
    let all_in_time = tokio::time::timeout(Duration::from_secs(5), all).await;
    // Lets go a thread that waits for a writer, or this test would hang instead of failing.
    let writer = File::options()
        .read(true)
        .write(true)
        .open(root.join("fifo"));
    assert!(all_in_time.is_ok() && writer.is_ok(), "opening blocks");
}

#[tokio::test]
async fn a_replaced_file_of_the_same_length_and_time_has_another_entity_tag() {
    let (folder, place) = place().await;
    let path = folder.path().join("root/a");
    let mut tags = Vec::new();
    for text in [b"before", b"behind"] {
        place.put("a", text).await;
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1_000_000_000))
            .unwrap();
        tags.push(place.head("a").await.unwrap().etag.unwrap());
    }
    assert_ne!(tags[0], tags[1]);
}

#[tokio::test]
async fn no_version_is_known() {
    let (_folder, place) = place().await;
    place.put("a", b"x").await;
    let key = StoreKey::new("a");
    let version = Some("1");
    let read = Read {
        key: &key,
        range: None,
        if_match: None,
        if_none_match: None,
        version,
    };
    assert_eq!(
        place.store.get(read).await.unwrap_err(),
        StoreError::NotFound
    );
    assert_eq!(
        place.store.head(&key, version).await.unwrap_err(),
        StoreError::NotFound
    );
}

/// A file of 4 MiB that was last changed long ago, of which one chunk has been read.
async fn half_read(folder: &TempDir, place: &Place) -> (File, Vec<u8>, Fetched) {
    let put = pattern(4 << 20);
    place.put("a", &put).await;
    let path = folder.path().join("root/a");
    let file = File::options().read(true).write(true).open(path).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(1_000_000_000))
        .unwrap();
    let mut got = place.get("a").await.unwrap();
    let first = got.body.next().await.unwrap().unwrap();
    assert_eq!(first, put[..first.len()]);
    let rest = put[first.len()..].to_vec();
    (file, rest, got)
}

/// What comes before the error that the body ends with.
async fn until_error(mut got: Fetched) -> (Vec<u8>, StoreError) {
    let mut brought = Vec::new();
    loop {
        match got
            .body
            .next()
            .await
            .expect("a body that should fail came to its end")
        {
            Ok(chunk) => brought.extend_from_slice(&chunk),
            Err(error) => {
                assert!(got.body.next().await.is_none(), "the error is the last");
                return (brought, error);
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_read_comes_whole_in_its_old_version() {
    let (folder, place) = place().await;
    let (_, rest, got) = half_read(&folder, &place).await;
    place.put("a", b"new").await;
    assert!(bytes(got).await.unwrap() == rest);
}

#[tokio::test]
async fn a_file_that_is_overwritten_while_it_is_read_ends_with_changed() {
    let (folder, place) = place().await;
    let (mut file, rest, got) = half_read(&folder, &place).await;
    file.write_all(&vec![0xff; 4 << 20]).unwrap();
    let (brought, error) = until_error(got).await;
    assert_eq!(error, StoreError::Changed);
    assert!(rest.starts_with(&brought), "bytes of two versions");
}

#[tokio::test]
async fn a_file_that_shrinks_while_it_is_read_ends_with_body_length() {
    let (folder, place) = place().await;
    let (file, _, got) = half_read(&folder, &place).await;
    file.set_len(1 << 20).unwrap();
    let (_, error) = until_error(got).await;
    // Whichever chunk is first: one that is whole still shows the change of time and length.
    assert!(
        matches!(error, StoreError::BodyLength | StoreError::Changed),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_read_is_never_longer_than_announced() {
    let (folder, place) = place().await;
    let (file, rest, got) = half_read(&folder, &place).await;
    file.set_len(8 << 20).unwrap();
    let (brought, error) = until_error(got).await;
    assert_eq!(error, StoreError::Changed);
    assert!(rest.starts_with(&brought));
}

#[tokio::test]
async fn the_root_may_be_swapped_while_the_process_runs() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("current");
    for release in ["1", "2"] {
        fs::create_dir(folder.path().join(release)).unwrap();
        fs::write(folder.path().join(release).join("a"), release).unwrap();
    }
    symlink("1", &root).unwrap();
    let store = store::open(&StoreSettings::Fs { root: root.clone() })
        .await
        .unwrap();
    let seed = Seed::Fs(root.clone());
    let place = Place {
        store: Arc::clone(&store),
        seed,
    };
    assert_eq!(bytes(place.get("a").await.unwrap()).await.unwrap(), b"1");
    fs::remove_file(&root).unwrap();
    assert_eq!(place.get("a").await.unwrap_err(), StoreError::Misconfigured);
    symlink("2", &root).unwrap();
    assert_eq!(bytes(place.get("a").await.unwrap()).await.unwrap(), b"2");
}

#[tokio::test]
async fn a_probe_says_what_is_wrong_with_the_root() {
    let folder = TempDir::new().unwrap();
    let (missing, file) = (folder.path().join("missing"), folder.path().join("file"));
    fs::write(&file, "x").unwrap();
    let fault = probe(&missing).await.unwrap_err();
    assert_eq!(
        fault,
        StoreFault::RootMissing {
            root: missing.clone()
        }
    );
    let told = fault.to_string();
    assert!(
        told.contains("missing\" does not exist: create the folder"),
        "{told}"
    );
    let fault = probe(&file).await.unwrap_err();
    assert_eq!(fault, StoreFault::RootNotADirectory { root: file });
}

#[tokio::test]
async fn names_that_are_not_utf_8_are_listed_in_a_form_that_no_path_has() {
    let (folder, place) = place().await;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    fs::create_dir(folder.path().join("root").join(name)).unwrap();
    fs::write(folder.path().join("root").join(name).join("a"), "x").unwrap();
    assert_eq!(place.store.names("").await.unwrap(), ["caf\\xe9/a"]);
}
