//! The checksum that a store has for an object, held against the bytes that arrive.
//!
//! S3 gives it with a read of the whole object where the request asks for it: for every object
//! written since December 2024 a CRC, before that where the writer sent one. It has none for a part
//! of an object, and of one uploaded in parts possibly only one of the parts' checksums
//! (`COMPOSITE`), which says nothing of the bytes
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>).

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::ChecksumType;
use aws_smithy_checksums::ChecksumAlgorithm::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use aws_smithy_checksums::http::HttpChecksum;

use crate::store::ByteRange;

/// Asks for the checksum. Set by hand, as the SDK would then check bodies too, against the whole
/// object's checksum also where a store sends that with a part.
pub(super) const MODE: (&str, &str) = ("x-amz-checksum-mode", "ENABLED");

/// Whether the answer to a read of `range` may be the whole object.
pub(super) fn is_worth_asking(range: Option<ByteRange>) -> bool {
    matches!(
        range,
        None | Some(ByteRange::From { first: 0 } | ByteRange::FromTo { first: 0, .. })
    )
}

/// A checksum on its way to what it should become.
pub(super) struct Checksum {
    running: Box<dyn HttpChecksum>,
    /// In Base64.
    stated: String,
}

impl Checksum {
    /// The one that costs least of those that the answer has for the whole object.
    pub(super) fn stated(output: &GetObjectOutput) -> Option<Self> {
        if output.checksum_type() == Some(&ChecksumType::Composite) {
            return None;
        }
        let (stated, algorithm) = [
            (output.checksum_crc64_nvme(), Crc64Nvme),
            (output.checksum_crc32_c(), Crc32c),
            (output.checksum_crc32(), Crc32),
            (output.checksum_sha1(), Sha1),
            (output.checksum_sha256(), Sha256),
        ]
        .into_iter()
        .find_map(|(stated, algorithm)| Some((stated?, algorithm)))?;
        // `…-3` is that of three parts' checksums, where the type is not said.
        (!stated.contains('-')).then(|| Self::new(algorithm, stated))
    }

    pub(super) fn new(algorithm: aws_smithy_checksums::ChecksumAlgorithm, stated: &str) -> Self {
        Self {
            running: algorithm.into_impl(),
            stated: stated.to_owned(),
        }
    }

    /// More bytes have arrived.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.running.update(bytes);
    }

    /// Whether all of them are what the store has.
    pub(super) fn holds(self) -> bool {
        self.running.header_value().as_bytes() == self.stated.as_bytes()
    }
}
