//! Whether the bucket can be used as it is configured, and if not, what to do.

use super::S3Store;
use super::failure::{Answer, Failure};
use crate::store::{Probed, StoreFault};

impl S3Store {
    /// Lists one name, because only a listing tells a missing bucket from a missing key and has a
    /// body that tells bad credentials from a missing permission.
    pub(super) async fn probe(&self) -> Result<Probed, StoreFault> {
        let listed = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .max_keys(1)
            .send()
            .await;
        match listed.map_err(Failure::from) {
            Ok(_) => Ok(Probed::Readable),
            Err(failure) if failure.is_access_denied() => Ok(Probed::ListingDenied),
            Err(failure) => Err(self.fault(failure)),
        }
    }

    fn fault(&self, failure: Failure) -> StoreFault {
        let (bucket, endpoint) = (self.bucket.clone(), self.endpoint.clone());
        match failure {
            Failure::NoRequest => StoreFault::NoRequest { bucket, endpoint },
            Failure::NoCredentials => StoreFault::NoCredentials,
            Failure::Timeout => StoreFault::TimedOut { endpoint },
            Failure::Unreachable => StoreFault::Unreachable { endpoint },
            Failure::Answer(answer) => self.answer_fault(answer),
        }
    }

    fn answer_fault(&self, answer: Answer) -> StoreFault {
        let (bucket, endpoint) = (self.bucket.clone(), self.endpoint.clone());
        if answer.is_misplaced() {
            return StoreFault::WrongRegion {
                bucket,
                configured: self.region.clone(),
                right: answer.bucket_region,
            };
        }
        let is_credentials = answer.is_credentials();
        let code = answer.code.unwrap_or_else(|| "no code".to_owned());
        match code.as_str() {
            "NoSuchBucket" => StoreFault::NoBucket { bucket, endpoint },
            "InvalidBucketName" => StoreFault::NoRequest { bucket, endpoint },
            "RequestTimeTooSkewed" => StoreFault::ClockSkewed { endpoint },
            _ if is_credentials => StoreFault::WrongCredentials { endpoint, code },
            _ => StoreFault::Unexpected {
                endpoint,
                status: answer.status,
                code,
            },
        }
    }
}
