//! A bucket in `moto_server`.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::ByteStream;
use tokio::runtime::Runtime;

/// Makes the bucket with these objects: name, type, bytes.
pub(crate) fn bucket(endpoint: &str, bucket: &str, objects: &[(&str, &str, &[u8])]) {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("testing", "testing", None, None, "test"))
        .endpoint_url(endpoint)
        .force_path_style(true);
    let client = Client::from_conf(config.build());
    Runtime::new().unwrap().block_on(async {
        client.create_bucket().bucket(bucket).send().await.unwrap();
        for (name, kind, bytes) in objects {
            let put = client.put_object().bucket(bucket).key(*name);
            let put = put
                .content_type(*kind)
                .body(ByteStream::from(bytes.to_vec()));
            put.send().await.unwrap();
        }
    });
}
