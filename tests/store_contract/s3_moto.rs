//! The S3 store against `moto_server`. One server for all checks, as each start costs a second; the
//! checks that fail are reported by name.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use countersign::config::model::{S3Credentials, S3Settings, Secret, StoreSettings};
use countersign::store;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::moto::Moto;
use crate::place::{Place, Seed};

/// Settings for a store at `endpoint`, with time-outs of half a second.
pub(crate) fn settings(endpoint: &str, bucket: &str) -> S3Settings {
    S3Settings {
        bucket: bucket.to_owned(),
        endpoint: Some(endpoint.to_owned()),
        region: Some("us-east-1".to_owned()),
        path_style: true,
        credentials: Some(S3Credentials {
            access_key_id: "testing".to_owned(),
            secret_access_key: Secret::new("testing-secret".to_owned()),
        }),
        connect_timeout: Duration::from_millis(500),
        read_timeout: Duration::from_millis(500),
        denied_is_not_found: false,
    }
}

fn client(endpoint: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("testing", "x", None, None, "test"))
        .endpoint_url(endpoint)
        .force_path_style(true);
    Client::from_conf(config.build())
}

async fn place(endpoint: &str) -> Place {
    let (client, bucket) = (client(endpoint), "media".to_owned());
    let endpoint = endpoint.to_owned();
    client.create_bucket().bucket(&bucket).send().await.unwrap();
    // The server is one Python process: what is a stall elsewhere is a queue here.
    let mut settings = settings(&endpoint, &bucket);
    settings.read_timeout = Duration::from_secs(20);
    let store = store::open(&StoreSettings::S3(settings)).await.unwrap();
    let seed = Seed::S3 {
        client,
        endpoint,
        bucket,
    };
    Place { store, seed }
}

type Check = fn(Arc<Place>) -> BoxFuture<'static, ()>;

macro_rules! named {
    ($module:ident: $($check:ident,)*) => {
        [$((stringify!($check), (|place| async move {
            crate::$module::$check(&place).await;
        }.boxed()) as Check)),*]
    };
}
macro_rules! contract {
    ($($check:ident,)*) => { named! { checks: $($check,)* } };
}
macro_rules! s3_only {
    ($($check:ident,)*) => { named! { s3_checks: $($check,)* } };
}

/// Runs the whole contract.
pub(crate) async fn whole_contract(place: Place) {
    run_all(place, crate::checks::for_every_check!(contract)).await;
}

async fn run_all(place: Place, checks: impl IntoIterator<Item = (&'static str, Check)>) {
    let place = Arc::new(place);
    let mut failed = Vec::new();
    for (name, check) in checks {
        if tokio::spawn(check(Arc::clone(&place))).await.is_err() {
            failed.push(name);
        }
    }
    assert!(
        failed.is_empty(),
        "these checks failed, as said above: {failed:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_contract_is_kept() {
    let Some(moto) = Moto::start() else { return };
    whole_contract(place(&moto.endpoint).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_particular_to_s3_holds() {
    let Some(moto) = Moto::start() else { return };
    let place = place(&moto.endpoint).await;
    run_all(place, crate::s3_checks::for_every_check!(s3_only)).await;
}
