//! What is wrong with a store's set-up, told to the person who can mend it.

use std::path::PathBuf;

/// What a probe found of a store that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probed {
    /// Objects can be listed and read.
    Readable,
    /// Listing is denied, which serving does not need; but S3 then answers 403 for a missing key,
    /// so `denied_is_not_found = true` is likely wanted.
    ListingDenied,
}

/// Why a store cannot be used as it is configured. Displays as one sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreFault {
    /// The file system store's root is not there.
    #[error("store.root {root:?} does not exist: create the folder or correct the setting")]
    RootMissing {
        /// The setting.
        root: PathBuf,
    },
    /// The root is a file or the like.
    #[error("store.root {root:?} is not a folder: name the folder that holds the files")]
    RootNotADirectory {
        /// The setting.
        root: PathBuf,
    },
    /// The process lacks the permission.
    #[error(
        "store.root {root:?} is not readable by this process: give its user read and search permission"
    )]
    RootNotReadable {
        /// The setting.
        root: PathBuf,
    },
    /// The file system failed.
    #[error("store.root {root:?} cannot be opened: the system says {kind}")]
    RootBroken {
        /// The setting.
        root: PathBuf,
        /// The kind of the error.
        kind: std::io::ErrorKind,
    },
    /// Neither setting, environment nor profile names a region.
    #[error("no region is configured: set store.region or AWS_REGION")]
    NoRegion,
    /// The endpoint or bucket cannot be made into a request.
    #[error(
        "no request can be made for bucket {bucket:?} at {endpoint}: correct store.bucket, store.endpoint (such as \"http://127.0.0.1:9000\") or store.region"
    )]
    NoRequest {
        /// The setting.
        bucket: String,
        /// The endpoint, or AWS and the region.
        endpoint: String,
    },
    /// The bucket is not there.
    #[error("bucket {bucket:?} does not exist at {endpoint}: create it or correct store.bucket")]
    NoBucket {
        /// The setting.
        bucket: String,
        /// The endpoint, or AWS and the region.
        endpoint: String,
    },
    /// The bucket is in another region.
    #[error("bucket {bucket:?} is not in region {configured:?}: set store.region to {}", right.as_deref().unwrap_or("the bucket's own region"))]
    WrongRegion {
        /// The setting.
        bucket: String,
        /// What the client signs for.
        configured: String,
        /// The region that the store named.
        right: Option<String>,
    },
    /// No credentials in the settings, nor in the AWS chain.
    #[error(
        "no S3 credentials were found: set store.access_key_id with store.secret_access_key, or provide them by the environment, a profile or the machine's role"
    )]
    NoCredentials,
    /// The store knows no such key, or the signature does not hold.
    #[error(
        "{endpoint} refuses the S3 credentials ({code}): correct store.access_key_id and store.secret_access_key, or renew the session"
    )]
    WrongCredentials {
        /// The endpoint, or AWS and the region.
        endpoint: String,
        /// S3's error code.
        code: String,
    },
    /// Signatures carry the time.
    #[error(
        "{endpoint} finds this machine's clock too far off to accept its signatures: set the clock (NTP)"
    )]
    ClockSkewed {
        /// The endpoint, or AWS and the region.
        endpoint: String,
    },
    /// No connection.
    #[error(
        "{endpoint} cannot be reached: check store.endpoint, name resolution, the network, the certificate and that the store runs"
    )]
    Unreachable {
        /// The endpoint, or AWS and the region.
        endpoint: String,
    },
    /// A connection, but no answer, or no connection in time.
    #[error(
        "{endpoint} did not answer in time: check store.endpoint, firewalls and the store's load, or raise store.connect_timeout and store.read_timeout"
    )]
    TimedOut {
        /// The endpoint, or AWS and the region.
        endpoint: String,
    },
    /// Something that answers, but not as S3 does.
    #[error(
        "{endpoint} answered with status {status} ({code}): check that store.endpoint is an S3 endpoint and that the store is well"
    )]
    Unexpected {
        /// The endpoint, or AWS and the region.
        endpoint: String,
        /// HTTP status.
        status: u16,
        /// S3's error code, or `no code`.
        code: String,
    },
}
