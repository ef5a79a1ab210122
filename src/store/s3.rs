//! Objects in an S3 bucket, of AWS or of any store that speaks S3. The only place that knows the SDK.
//!
//! The SDK's own retries are off, because the gate's retry layer is the only one.

mod body;
mod checksum;
mod client;
mod error_body;
mod extent;
mod failure;
mod probe;
mod trace;

use std::fmt;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::EncodingType;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use percent_encoding::percent_decode_str;

use self::body::Expected;
use self::checksum::Checksum;
use self::failure::Failure;
use super::{
    ByteRange, EntityTag, Fetched, MAX_NAMES, ObjectMeta, Probed, Read, Store, StoreError,
    StoreFault, StoreKey, content_type,
};

/// A bucket.
pub struct S3Store {
    client: Client,
    bucket: String,
    region: String,
    /// For people: the endpoint, or AWS and the region.
    endpoint: String,
    read_timeout: Duration,
    denied_is_not_found: bool,
}

impl fmt::Debug for S3Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Store")
            .field("bucket", &self.bucket)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// `HeadObjectOutput` and `GetObjectOutput` have the same getters and no common trait.
macro_rules! meta {
    ($output:expr, $key:expr, $len_bytes:expr) => {
        ObjectMeta {
            len_bytes: $len_bytes,
            etag: $output.e_tag().and_then(EntityTag::strong),
            weak_etag: $output.e_tag().and_then(EntityTag::weak),
            last_modified_unix_secs: $output
                .last_modified()
                .and_then(|time| u64::try_from(time.secs()).ok()),
            content_type: stated_type($output.content_type(), $key),
            content_encoding: $output.content_encoding().map(str::to_owned),
            content_language: $output.content_language().map(str::to_owned),
            cache_control: $output.cache_control().map(str::to_owned),
            content_disposition: $output.content_disposition().map(str::to_owned),
        }
    };
}

impl S3Store {
    async fn head_object(
        &self,
        key: &StoreKey,
        version: Option<&str>,
    ) -> Result<ObjectMeta, StoreError> {
        let sent = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(named(key)?)
            .set_version_id(version.map(str::to_owned))
            .send()
            .await;
        match sent {
            Ok(output) => {
                let len_bytes = output.content_length().and_then(|len| len.try_into().ok());
                Ok(meta!(
                    output,
                    key,
                    len_bytes.ok_or(StoreError::Unavailable)?
                ))
            }
            Err(error) => Err(Failure::from(error).store_error(version.is_some())),
        }
    }

    /// A HEAD that was denied has no body to say why: a missing key or bad credentials. Where that
    /// makes a difference, a GET of one byte tells.
    async fn head(&self, key: &StoreKey, version: Option<&str>) -> Result<ObjectMeta, StoreError> {
        match self.head_object(key, version).await {
            Err(StoreError::Denied) if self.denied_is_not_found => {
                let range = Some(ByteRange::FromTo { first: 0, last: 0 });
                let read = Read {
                    key,
                    range,
                    if_match: None,
                    if_none_match: None,
                    version,
                };
                self.get_object(read).await.map(|fetched| fetched.meta)
            }
            answer => answer,
        }
    }

    async fn read(&self, read: Read<'_>) -> Result<Fetched, StoreError> {
        match read.range {
            // S3 ignores a range like `5-2`, so it is never sent.
            Some(range) if extent::header(range).is_none() => {
                Err(beyond(read, self.head(read.key, read.version).await))
            }
            _ => self.get_object(read).await,
        }
    }

    async fn get_object(&self, read: Read<'_>) -> Result<Fetched, StoreError> {
        let asks_for_checksum = checksum::is_worth_asking(read.range);
        let sent = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(named(read.key)?)
            .set_version_id(read.version.map(str::to_owned))
            .set_if_match(read.if_match.map(|tag| tag.as_str().to_owned()))
            .set_if_none_match(read.if_none_match.map(|tag| tag.as_str().to_owned()))
            .set_range(read.range.and_then(extent::header))
            .customize()
            .mutate_request(move |request| {
                if asks_for_checksum {
                    let (name, value) = checksum::MODE;
                    request.headers_mut().insert(name, value);
                }
            })
            .send()
            .await;
        match sent.map_err(Failure::from) {
            Ok(output) => self.fetched(read, output),
            Err(failure) if failure.is_range() => Err(match failure.len_bytes() {
                Some(len_bytes) => StoreError::RangeNotSatisfiable { len_bytes },
                None => beyond(read, self.head_object(read.key, read.version).await),
            }),
            Err(failure) if failure.is_access_denied() && self.denied_is_not_found => {
                Err(StoreError::NotFound)
            }
            Err(failure) => Err(failure.store_error(read.version.is_some())),
        }
    }

    fn fetched(&self, read: Read<'_>, output: GetObjectOutput) -> Result<Fetched, StoreError> {
        let (len_bytes, range) =
            extent::of(read.range, output.content_range(), output.content_length())?;
        let meta = meta!(output, read.key, len_bytes);
        // A store that does not know If-Match answers with whatever it has.
        if read.if_match.is_some() && read.if_match != meta.etag.as_ref() {
            return Err(StoreError::Changed);
        }
        let is_cut = output.content_range().is_none() && range.end < len_bytes;
        let is_whole = range == (0..len_bytes);
        let checksum = is_whole.then(|| Checksum::stated(&output)).flatten();
        let body = Expected {
            len_bytes: range.end - range.start,
            is_cut,
            checksum,
        };
        let body = body::stream(output.body, body, self.read_timeout);
        Ok(Fetched { meta, range, body })
    }

    async fn first_names(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let listed = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            // XML cannot hold every byte that a key can.
            .encoding_type(EncodingType::Url)
            .max_keys(i32::try_from(MAX_NAMES).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| Failure::from(error).store_error(false))?;
        let is_encoded = listed.encoding_type == Some(EncodingType::Url);
        let names = listed.contents.unwrap_or_default().into_iter();
        let names = names.filter_map(|object| object.key);
        Ok(match is_encoded {
            true => names.map(|name| form_decoded(&name)).collect(),
            false => names.collect(),
        })
    }
}

impl Store for S3Store {
    fn head<'a>(
        &'a self,
        key: &'a StoreKey,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectMeta, StoreError>> {
        Self::head(self, key, version).boxed()
    }

    fn get<'a>(&'a self, read: Read<'a>) -> BoxFuture<'a, Result<Fetched, StoreError>> {
        self.read(read).boxed()
    }

    fn may_retry(&self) -> bool {
        true
    }

    fn probe(&self) -> BoxFuture<'_, Result<Probed, StoreFault>> {
        Self::probe(self).boxed()
    }

    fn names<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        self.first_names(prefix).boxed()
    }

    fn kind(&self) -> &'static str {
        "s3"
    }
}

/// The error for a range that no byte satisfies, of an object that a HEAD brought.
fn beyond(read: Read<'_>, headed: Result<ObjectMeta, StoreError>) -> StoreError {
    match headed {
        Ok(meta) if read.if_match.is_some() && read.if_match != meta.etag.as_ref() => {
            StoreError::Changed
        }
        Ok(meta) => StoreError::RangeNotSatisfiable {
            len_bytes: meta.len_bytes,
        },
        Err(error) => error,
    }
}

/// S3 has no object without a name; the SDK would ask for the bucket.
fn named(key: &StoreKey) -> Result<&str, StoreError> {
    match key.as_str() {
        "" => Err(StoreError::NotFound),
        key => Ok(key),
    }
}

/// `binary/octet-stream` is what S3 puts where the upload stated nothing, so the extension decides.
fn stated_type(stated: Option<&str>, key: &StoreKey) -> Option<String> {
    match stated {
        None | Some("" | "binary/octet-stream") => content_type::by_extension(key.as_str()),
        Some(stated) => Some(stated.to_owned()),
    }
}

/// S3 encodes names in listings as forms do, a blank as `+`.
fn form_decoded(name: &str) -> String {
    let name = name.replace('+', " ");
    percent_decode_str(&name).decode_utf8_lossy().into_owned()
}
