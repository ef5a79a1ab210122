//! From settings to a store.

use std::sync::Arc;

use super::fs::FsStore;
use super::on_runtime::OnRuntime;
use super::s3::S3Store;
use super::{Store, StoreFault};
use crate::config::model::StoreSettings;

/// Makes the store that the settings describe. It is not asked yet: [`Store::probe`] does that, so
/// that a process can start before its store. Its calls run on the runtime of this one.
///
/// # Errors
///
/// [`StoreFault::NoRegion`] where S3 has no endpoint and no region is found.
pub async fn open(settings: &StoreSettings) -> Result<Arc<dyn Store>, StoreFault> {
    Ok(match settings {
        StoreSettings::Fs { root } => Arc::new(OnRuntime::current(FsStore::new(root))),
        StoreSettings::S3(s3) => Arc::new(OnRuntime::current(S3Store::connect(s3).await?)),
    })
}
