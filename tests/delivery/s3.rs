//! The same over a real S3 API.

use crate::support::moto::Moto;
use crate::support::origin::{Origin, TOP};
use crate::support::s3::bucket;
use crate::support::token::{SECRET, Terms, signed, signed_with, terms};

#[test]
fn a_bucket_is_served_through_a_configuration() {
    let Some(moto) = Moto::start() else { return };
    let large: Vec<u8> = (0..3 << 20).map(|place: u32| (place >> 7) as u8).collect();
    let name = "own/caf\u{e9} 100%+.jpg";
    bucket(
        &moto.endpoint,
        "media",
        &[
            (name, "image/jpeg", b"photo"),
            ("own/film.mp4", "video/mp4", &large),
            ("above.txt", "text/plain", b"above"),
        ],
    );
    let origin = Origin::start(&format!(
        "{TOP}[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n\
         [site.store]\ntype = \"s3\"\nbucket = \"media\"\nprefix = \"own/\"\nendpoint = \"{}\"\n\
         region = \"us-east-1\"\npath_style = true\naccess_key_id = \"testing\"\nsecret_access_key = \"testing\"\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n",
        moto.endpoint
    ));
    let path = "/caf\u{e9} 100%+.jpg";
    let answer = origin.get(&signed(path));
    assert_eq!((answer.status, answer.text()), (200, "photo"));
    assert_eq!(answer.header("content-type"), "image/jpeg");
    let tag = answer.header("etag");
    let again = origin.send("GET", &signed(path), &[("If-None-Match", &tag)]);
    assert_eq!(again.status, 304);
    let part = origin.send("GET", &signed(path), &[("Range", "bytes=-2")]);
    assert_eq!((part.status, part.text()), (206, "to"));

    let film = signed("/film.mp4");
    assert!(origin.get(&film).body == large);
    let seek = [("Range", "bytes=2000000-2000099")];
    let part = origin.send("GET", &film, &seek);
    assert!(part.status == 206 && part.body == large[2_000_000..2_000_100]);
    let head = origin.send("HEAD", &film, &[]);
    assert_eq!(head.header("content-length"), large.len().to_string());
    let beyond = origin.send("GET", &film, &[("Range", "bytes=9999999-")]);
    assert_eq!(
        beyond.header("content-range"),
        format!("bytes */{}", large.len())
    );

    for path in ["/none.jpg", "/above.txt", "/"] {
        let answer = origin.get(&signed(path));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "not_found"),
            "{path}"
        );
    }
    let version = Terms {
        ver: Some("no-such-version".into()),
        ..terms()
    };
    assert_eq!(origin.get(&signed_with(path, &version)).status, 404);
    drop(moto);
    // What is kept is served while the store is away; what is not says so.
    assert_eq!(origin.get(&signed(path)).text(), "photo");
    let away = origin.get(&signed("/other.jpg"));
    assert_eq!(
        (away.status, away.code().as_str()),
        (503, "store_unavailable")
    );
    assert_eq!(away.header("retry-after"), "2");
}
