//! From settings to an S3 client.

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, Credentials, RequestChecksumCalculation, ResponseChecksumValidation,
    StalledStreamProtectionConfig,
};

use super::S3Store;
use super::error_body::ErrorBody;
use super::trace::TraceContext;
use crate::config::model::S3Settings;
use crate::store::StoreFault;

impl S3Store {
    /// Makes the client without asking the store; only the region may be looked up, where neither
    /// it nor an endpoint is set.
    ///
    /// # Errors
    ///
    /// [`StoreFault::NoRegion`].
    pub async fn connect(settings: &S3Settings) -> Result<Self, StoreFault> {
        let shared = loader(settings).load().await;
        let region = shared.region().ok_or(StoreFault::NoRegion)?.to_string();
        let mut config = Builder::from(&shared)
            .force_path_style(settings.path_style)
            .interceptor(TraceContext)
            .interceptor(ErrorBody)
            // Ours is more careful: see `checksum`.
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        if let Some(endpoint) = &settings.endpoint {
            config = config.endpoint_url(endpoint);
        }
        let endpoint = settings.endpoint.as_deref().or(shared.endpoint_url());
        let endpoint = endpoint.map_or_else(|| format!("AWS S3 in {region}"), str::to_owned);
        Ok(Self {
            client: Client::from_conf(config.build()),
            bucket: settings.bucket.clone(),
            region,
            endpoint,
            read_timeout: settings.read_timeout,
            denied_is_not_found: settings.denied_is_not_found,
        })
    }
}

fn loader(settings: &S3Settings) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        // To the end of the head, and of the body of an error or a listing.
        .operation_attempt_timeout(
            settings
                .connect_timeout
                .saturating_add(settings.read_timeout),
        )
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region(settings))
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        // The body's own time-out is between bytes, and a slow client is no fault of the store.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    match &settings.credentials {
        None => loader,
        Some(keys) => loader.credentials_provider(Credentials::new(
            keys.access_key_id.as_str(),
            keys.secret_access_key.expose(),
            None,
            None,
            "store settings",
        )),
    }
}

/// Behind an endpoint of one's own most stores do not care for the region, and the metadata service
/// that AWS's chain would ask is not there: so environment and profile only, else `us-east-1`.
fn region(settings: &S3Settings) -> RegionProviderChain {
    match (&settings.region, &settings.endpoint) {
        (Some(region), _) => RegionProviderChain::first_try(Region::new(region.clone())),
        (None, Some(_)) => RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
            .or_else(ProfileFileRegionProvider::new())
            .or_else(Region::from_static("us-east-1")),
        (None, None) => RegionProviderChain::default_provider(),
    }
}
