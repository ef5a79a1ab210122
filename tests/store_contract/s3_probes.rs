//! What the S3 store says of a set-up that is wrong.

use std::env;
use std::process::Command;

use countersign::config::model::StoreSettings;
use countersign::store::{self, Probed, StoreError, StoreFault};
use tempfile::TempDir;

use crate::faulty::{Faulty, Reply};
use crate::place::get;
use crate::s3_faults::{always, head, open, whole};
use crate::s3_moto::settings;

#[tokio::test]
async fn a_probe_tells_bad_credentials_from_a_listing_that_is_denied() {
    let (_faulty, store) = always(|_| Reply::error(403, "AccessDenied")).await;
    assert_eq!(store.probe().await, Ok(Probed::ListingDenied));
    let (faulty, store) = always(|_| Reply::error(403, "InvalidAccessKeyId")).await;
    let (endpoint, code) = (faulty.endpoint.clone(), "InvalidAccessKeyId".to_owned());
    assert_eq!(
        store.probe().await,
        Err(StoreFault::WrongCredentials { endpoint, code })
    );
    let (faulty, store) = always(|_| Reply::error(403, "RequestTimeTooSkewed")).await;
    let endpoint = faulty.endpoint.clone();
    assert_eq!(
        store.probe().await,
        Err(StoreFault::ClockSkewed { endpoint })
    );
}

#[tokio::test]
async fn a_probe_names_the_right_region() {
    let by_header = "301 X\nx-amz-bucket-region: eu-central-1\ncontent-length: 0";
    let message = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header \
        is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message></Error>";
    let by_message = format!("400 X\ncontent-length: {}", message.len());
    for (head, body) in [(by_header.to_owned(), ""), (by_message, message)] {
        let (_faulty, store) = always(move |_| Reply::new(&head, body)).await;
        let fault = store.probe().await.unwrap_err();
        let told = fault.to_string();
        assert!(told.contains("set store.region to eu-central-1"), "{told}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_no_url_is_named() {
    for endpoint in ["not a url", "127.0.0.1", ""] {
        let store = open(settings(endpoint, "media")).await;
        let (bucket, endpoint) = ("media".to_owned(), endpoint.to_owned());
        let fault = StoreFault::NoRequest { bucket, endpoint };
        assert_eq!(store.probe().await, Err(fault));
        let refused = get(&*store, "a", None, None).await.unwrap_err();
        assert_eq!(refused, StoreError::Misconfigured);
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_http_is_unavailable() {
    let (faulty, store) = always(|_| Reply::raw("SSH-2.0-OpenSSH\r\n")).await;
    let endpoint = faulty.endpoint.clone();
    assert_eq!(
        store.probe().await,
        Err(StoreFault::Unreachable { endpoint })
    );
    assert_eq!(head(&*store).await.unwrap_err(), StoreError::Unavailable);
}

#[tokio::test]
async fn no_secret_shows_in_debug() {
    let settings = settings("http://127.0.0.1:1", "media");
    let shown = format!("{settings:?} {:?}", open(settings.clone()).await);
    assert!(
        shown.contains("media") && !shown.contains("testing-secret"),
        "{shown}"
    );
}

/// Runs in a process of its own, as the credential chain reads the environment.
#[tokio::test]
#[ignore = "run by the next test, without credentials and region in the environment"]
async fn without_anything_in_the_environment() {
    let faulty = Faulty::start(whole).await;
    let mut settings = settings(&faulty.endpoint, "media");
    settings.credentials = None;
    settings.region = None;
    let store = open(settings.clone()).await;
    assert_eq!(store.probe().await, Err(StoreFault::NoCredentials));
    settings.denied_is_not_found = true;
    let store = open(settings.clone()).await;
    assert_eq!(
        get(&*store, "a", None, None).await.unwrap_err(),
        StoreError::Denied
    );
    assert_eq!(head(&*store).await.unwrap_err(), StoreError::Denied);
    assert_eq!(faulty.requests(), 0);

    settings.endpoint = None;
    let opened = store::open(&StoreSettings::S3(settings)).await;
    assert_eq!(opened.err(), Some(StoreFault::NoRegion));
}

#[test]
fn missing_credentials_and_a_missing_region_are_named() {
    let home = TempDir::new().unwrap();
    let inner = "s3_probes::without_anything_in_the_environment";
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", inner, "--ignored"])
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
