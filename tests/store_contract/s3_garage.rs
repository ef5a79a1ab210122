//! The S3 store against Garage, a real distributed store. It takes minutes to build, so the test is
//! left to `tests/run --full`.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use countersign::config::model::{S3Credentials, Secret, StoreSettings};
use countersign::store;
use tempfile::TempDir;

use crate::place::{Place, Seed};
use crate::s3_moto::{settings, whole_contract};

const KEY_ID: &str = "GK0123456789abcdef01234567";
const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const BUCKET: &str = "media";
const REGION: &str = "garage";
const START: Duration = Duration::from_secs(30);

/// A running Garage of one node, with a bucket; ends on drop.
struct Garage {
    child: Child,
    endpoint: String,
    _folder: TempDir,
}

impl Garage {
    fn start() -> Self {
        let program =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/garage/bin/garage");
        let folder = TempDir::new().unwrap();
        let [s3, rpc] = [free_port(), free_port()];
        let root = folder.path().display();
        let config = folder.path().join("garage.toml");
        let text = format!(
            "metadata_dir = \"{root}/meta\"\ndata_dir = \"{root}/data\"\ndb_engine = \"sqlite\"\n\
             replication_factor = 1\nrpc_bind_addr = \"127.0.0.1:{rpc}\"\n\
             rpc_public_addr = \"127.0.0.1:{rpc}\"\nrpc_secret = \"{SECRET}\"\n\
             [s3_api]\ns3_region = \"{REGION}\"\napi_bind_addr = \"127.0.0.1:{s3}\"\n"
        );
        std::fs::write(&config, text).unwrap();
        let child = Command::new(program)
            .arg("-c")
            .arg(&config)
            .args(["server", "--single-node", "--default-bucket"])
            .env("GARAGE_DEFAULT_ACCESS_KEY", KEY_ID)
            .env("GARAGE_DEFAULT_SECRET_KEY", SECRET)
            .env("GARAGE_DEFAULT_BUCKET", BUCKET)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`tests/run --full` installs Garage");
        Self {
            child,
            endpoint: format!("http://127.0.0.1:{s3}"),
            _folder: folder,
        }
    }

    async fn place(&self) -> Place {
        let credentials = Credentials::new(KEY_ID, SECRET, None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(credentials)
            .endpoint_url(&self.endpoint)
            .force_path_style(true);
        let client = Client::from_conf(config.build());
        // It makes the bucket some time after it listens.
        let began = Instant::now();
        while client.head_bucket().bucket(BUCKET).send().await.is_err() {
            assert!(began.elapsed() < START, "Garage has no bucket");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut settings = settings(&self.endpoint, BUCKET);
        settings.region = Some(REGION.to_owned());
        settings.credentials = Some(S3Credentials {
            access_key_id: KEY_ID.to_owned(),
            secret_access_key: Secret::new(SECRET.to_owned()),
        });
        settings.read_timeout = Duration::from_secs(20);
        Place {
            store: store::open(&StoreSettings::S3(settings)).await.unwrap(),
            seed: Seed::S3 {
                client,
                endpoint: self.endpoint.clone(),
                bucket: BUCKET.to_owned(),
            },
        }
    }
}

impl Drop for Garage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Garage, which tests/run --full installs"]
async fn the_whole_contract_is_kept() {
    let garage = Garage::start();
    whole_contract(garage.place().await).await;
}
