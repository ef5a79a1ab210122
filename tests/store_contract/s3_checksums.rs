//! The checksums that S3 keeps of whole objects.

use countersign::store::ByteRange::From;
use countersign::store::StoreError;

use crate::faulty::Reply;
use crate::place::{bytes, get};
use crate::s3_faults::always;

/// The CRC-32 of `123456789` is cbf43926.
fn nine(body: &'static str, checksum: &'static str) -> impl Fn(&str) -> Reply {
    move |request| {
        let asked = request.contains("\r\nx-amz-checksum-mode: enabled\r\n");
        let part = request.contains("\r\nrange: bytes=1-");
        let status = match part {
            true => "206 X\ncontent-range: bytes 1-8/9",
            false => "200 OK",
        };
        let len_bytes = body.len();
        let checksum = if asked || part { checksum } else { "" };
        let head = format!("{status}\ncontent-length: {len_bytes}\n{checksum}");
        Reply::new(&head, body)
    }
}

#[tokio::test]
async fn a_whole_object_has_the_checksum_that_the_store_has_or_is_corrupt() {
    for (checksum, is_right) in [
        ("x-amz-checksum-crc32: y/Q5Jg==", true),
        ("x-amz-checksum-crc32: y/Q5Jw==", false),
        ("x-amz-checksum-crc32: nonsense", false),
        // Of the parts that it was uploaded in.
        ("x-amz-checksum-crc32: y/Q5Jw==-2", true),
        (
            "x-amz-checksum-type: COMPOSITE\nx-amz-checksum-crc32: y/Q5Jw==",
            true,
        ),
        ("x-amz-checksum-xxhash64: unknown", true),
    ] {
        let (_faulty, store) = always(nine("123456789", checksum)).await;
        for range in [None, Some(From { first: 0 })] {
            let got = bytes(get(&*store, "a", range, None).await.unwrap()).await;
            let right = got == Ok(b"123456789".to_vec());
            assert_eq!((right, got.is_ok()), (is_right, is_right), "{checksum}");
            assert!(is_right || got == Err(StoreError::Corrupt));
        }
    }
}

#[tokio::test]
async fn a_part_is_not_held_against_the_checksum_of_the_whole() {
    let (_faulty, store) = always(nine("23456789", "x-amz-checksum-crc32: y/Q5Jg==")).await;
    let got = get(&*store, "a", Some(From { first: 1 }), None).await;
    assert_eq!(bytes(got.unwrap()).await.unwrap(), b"23456789");
}
