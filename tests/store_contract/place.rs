//! A store, a way to put objects into it, and short forms of what checks do.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use countersign::store::{
    ByteRange, EntityTag, Fetched, ObjectMeta, Read, Store, StoreError, StoreKey,
};
use futures_util::TryStreamExt;

/// How objects get into the store.
pub(crate) enum Seed {
    Fs(PathBuf),
    S3 {
        client: Client,
        endpoint: String,
        bucket: String,
    },
}

/// A store under test.
pub(crate) struct Place {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) seed: Seed,
}

impl Place {
    /// Puts an object in the way that deployments do: on a file system, by a rename.
    pub(crate) async fn put(&self, key: &str, bytes: &[u8]) {
        match &self.seed {
            Seed::Fs(root) => {
                let path = root.join(key);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                let fresh = path.with_file_name(".fresh");
                fs::write(&fresh, bytes).unwrap();
                fs::rename(fresh, path).unwrap();
            }
            Seed::S3 { client, bucket, .. } => {
                // What S3 notes where nothing is stated; the SDK would state a type by itself.
                let unstated = "binary/octet-stream";
                let put = client.put_object().bucket(bucket).key(key);
                let put = put.content_type(unstated);
                let body = ByteStream::from(bytes.to_vec());
                put.body(body).send().await.unwrap();
            }
        }
    }

    pub(crate) async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.store.head(&StoreKey::new(key), None).await
    }

    pub(crate) async fn get(&self, key: &str) -> Result<Fetched, StoreError> {
        get(&*self.store, key, None, None).await
    }

    pub(crate) async fn get_range(
        &self,
        key: &str,
        range: ByteRange,
    ) -> Result<Fetched, StoreError> {
        get(&*self.store, key, Some(range), None).await
    }

    pub(crate) async fn get_if(
        &self,
        key: &str,
        tag: &EntityTag,
        range: Option<ByteRange>,
    ) -> Result<Fetched, StoreError> {
        get(&*self.store, key, range, Some(tag)).await
    }

    /// The object unless it has this entity tag.
    pub(crate) async fn get_unless(
        &self,
        key: &str,
        tag: &EntityTag,
        range: Option<ByteRange>,
    ) -> Result<Fetched, StoreError> {
        let read = Read {
            key: &StoreKey::new(key),
            range,
            if_match: None,
            if_none_match: Some(tag),
            version: None,
        };
        self.store.get(read).await
    }
}

pub(crate) async fn get(
    store: &dyn Store,
    key: &str,
    range: Option<ByteRange>,
    if_match: Option<&EntityTag>,
) -> Result<Fetched, StoreError> {
    let key = &StoreKey::new(key);
    let version = None;
    let read = Read {
        key,
        range,
        if_match,
        if_none_match: None,
        version,
    };
    store.get(read).await
}

/// The whole body, or the error that it ends with.
pub(crate) async fn bytes(fetched: Fetched) -> Result<Vec<u8>, StoreError> {
    let parts: Vec<_> = fetched.body.try_collect().await?;
    Ok(parts.concat())
}

/// Bytes that differ from their neighbours and from one page to the next.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251 + at / 4096) as u8).collect()
}
