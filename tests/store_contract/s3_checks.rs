//! What only S3 has: stored headers, versions, buckets, names with empty segments.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use countersign::config::model::StoreSettings;
use countersign::store::{self, Read, StoreError, StoreFault, StoreKey, unreachable_names};

use crate::place::{Place, Seed, bytes, get};
use crate::s3_moto::settings;

macro_rules! for_every_check {
    ($make:ident) => {
        $make! {
            stored_headers_are_passed_on,
            a_version_is_read_by_its_id_and_a_deleted_one_is_not_found,
            a_bucket_that_is_missing_is_misconfigured_and_the_probe_names_it,
            names_with_empty_and_dot_segments_are_listed,
        }
    };
}
pub(crate) use for_every_check;

fn seed(place: &Place) -> (&Client, &str) {
    match &place.seed {
        Seed::S3 { client, bucket, .. } => (client, bucket),
        Seed::Fs(_) => panic!("an S3 check on a file system"),
    }
}

pub(crate) async fn stored_headers_are_passed_on(place: &Place) {
    let (client, bucket) = seed(place);
    let put = client.put_object().bucket(bucket).key("headers/a.txt");
    let put = put
        .content_type("text/markdown; charset=utf-8")
        .content_encoding("gzip")
        .content_language("de")
        .cache_control("max-age=60, no-transform")
        .content_disposition("attachment; filename=\"b.md\"");
    put.body(ByteStream::from_static(b"x"))
        .send()
        .await
        .unwrap();
    let meta = place.head("headers/a.txt").await.unwrap();
    assert_eq!(
        meta.content_type.as_deref(),
        Some("text/markdown; charset=utf-8")
    );
    assert_eq!(meta.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(meta.content_language.as_deref(), Some("de"));
    assert_eq!(
        meta.cache_control.as_deref(),
        Some("max-age=60, no-transform")
    );
    assert_eq!(
        meta.content_disposition.as_deref(),
        Some("attachment; filename=\"b.md\"")
    );
    assert_eq!(meta, place.get("headers/a.txt").await.unwrap().meta);
}

pub(crate) async fn a_version_is_read_by_its_id_and_a_deleted_one_is_not_found(place: &Place) {
    let (client, bucket) = seed(place);
    let status = BucketVersioningStatus::Enabled;
    let versioning = VersioningConfiguration::builder().status(status).build();
    let set = client.put_bucket_versioning().bucket(bucket);
    set.versioning_configuration(versioning)
        .send()
        .await
        .unwrap();
    let mut ids = Vec::new();
    for text in [b"one", b"two"] {
        let put = client.put_object().bucket(bucket).key("versions/a");
        let put = put
            .body(ByteStream::from_static(text))
            .send()
            .await
            .unwrap();
        ids.push(put.version_id.unwrap());
    }
    let key = &StoreKey::new("versions/a");
    let read = async |version| {
        let (range, if_match) = (None, None);
        let got = place
            .store
            .get(Read {
                key,
                range,
                if_match,
                if_none_match: None,
                version,
            })
            .await?;
        bytes(got).await
    };
    assert_eq!(read(Some(&ids[0])).await.unwrap(), b"one");
    assert_eq!(read(Some(&ids[1])).await.unwrap(), b"two");
    assert_eq!(read(None).await.unwrap(), b"two");
    let unknown = Some("00000000-0000-4000-8000-000000000000");
    assert_eq!(read(unknown).await.unwrap_err(), StoreError::NotFound);
    assert_eq!(
        place.store.head(key, unknown).await.unwrap_err(),
        StoreError::NotFound
    );

    let deleted = client
        .delete_object()
        .bucket(bucket)
        .key("versions/a")
        .send();
    let marker = deleted.await.unwrap().version_id.unwrap();
    assert_eq!(read(None).await.unwrap_err(), StoreError::NotFound);
    assert_eq!(read(Some(&marker)).await.unwrap_err(), StoreError::NotFound);
    assert_eq!(
        place.store.head(key, Some(&marker)).await.unwrap_err(),
        StoreError::NotFound
    );
    assert_eq!(read(Some(&ids[0])).await.unwrap(), b"one");
}

pub(crate) async fn a_bucket_that_is_missing_is_misconfigured_and_the_probe_names_it(
    place: &Place,
) {
    let Seed::S3 { endpoint, .. } = &place.seed else {
        panic!("an S3 check on a file system");
    };
    let settings = settings(endpoint, "no-such-bucket");
    let store = store::open(&StoreSettings::S3(settings)).await.unwrap();
    let refused = get(&*store, "a", None, None).await.unwrap_err();
    assert_eq!(refused, StoreError::Misconfigured);
    assert_eq!(
        store.names("").await.unwrap_err(),
        StoreError::Misconfigured
    );
    let (bucket, endpoint) = ("no-such-bucket".to_owned(), endpoint.to_owned());
    let fault = StoreFault::NoBucket { bucket, endpoint };
    assert_eq!(store.probe().await, Err(fault));
}

pub(crate) async fn names_with_empty_and_dot_segments_are_listed(place: &Place) {
    for key in ["odd/a/b", "odd/a//b", "odd/../x", "odd/c\u{1}", "odd/+ %2B"] {
        place.put(key, b"x").await;
    }
    let plain = |name: &str| {
        let mut segments = name.split('/');
        segments.all(|segment| !matches!(segment, "" | "." | ".."))
            && !name.contains('+')
            && !name.contains(char::is_control)
    };
    let mut names = unreachable_names(&*place.store, "odd/", 10, plain)
        .await
        .unwrap();
    names.sort();
    assert_eq!(names, ["odd/+ %2B", "odd/../x", "odd/a//b", "odd/c\u{1}"]);
}
