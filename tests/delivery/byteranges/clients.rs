//! Parts for a client that others wrote, and of a store that others wrote.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use super::{ask, assert_parts, noise, parts};
use crate::support::moto::Moto;
use crate::support::origin::{Origin, TOP};
use crate::support::s3::bucket;
use crate::support::token::{SECRET, signed};

/// What curl brings, its head apart.
fn curl(address: SocketAddr, version: &str, ranges: &str, target: &str) -> (String, Vec<u8>) {
    let folder = tempfile::TempDir::new().unwrap();
    let body = folder.path().join("body");
    let port = address.port();
    let out = Command::new("curl")
        .args([
            "-sS",
            "--max-time",
            "20",
            "--noproxy",
            "*",
            version,
            "-r",
            ranges,
        ])
        .args(["--resolve", &format!("media.test:{port}:127.0.0.1"), "-o"])
        .arg(&body)
        .args(["-w", "%{http_version} %{http_code} %{content_type}"])
        .arg(format!("http://media.test:{port}{target}"))
        .output()
        .expect("curl, which tests/run installs");
    let said = String::from_utf8(out.stdout).unwrap();
    (said, fs::read(body).unwrap())
}

#[test]
fn curl_gets_parts_in_both_versions() {
    let origin = Origin::media("", "");
    let all = noise(600_000);
    origin.put("film.mp4", &all);
    for (version, said) in [
        ("--http1.1", "1.1 206 "),
        ("--http2-prior-knowledge", "2 206 "),
    ] {
        let address = origin.addresses.delivery;
        let (told, body) = curl(
            address,
            version,
            "0-1,5-6,300000-599999",
            &signed("/film.mp4"),
        );
        let kind = told.strip_prefix(said).unwrap_or_else(|| panic!("{told}"));
        let came: Vec<_> = parts(kind, &body)
            .into_iter()
            .map(|part| part.bytes)
            .collect();
        assert!(
            came == [&all[..2], &all[5..7], &all[300_000..]],
            "{version}"
        );
    }
}

#[test]
fn a_bucket_is_read_over_the_borders_of_blocks() {
    let Some(moto) = Moto::start() else { return };
    let all = noise(1_200_000);
    bucket(&moto.endpoint, "media", &[("film.mp4", "video/mp4", &all)]);
    let origin = Origin::start(&format!(
        "{TOP}[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n\
         [site.store]\ntype = \"s3\"\nbucket = \"media\"\nendpoint = \"{}\"\n\
         region = \"us-east-1\"\npath_style = true\naccess_key_id = \"testing\"\nsecret_access_key = \"testing\"\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n",
        moto.endpoint
    ));
    let target = signed("/film.mp4");
    for _round in ["cold", "kept"] {
        let answer = ask(&origin, &target, "bytes=262140-524300,-9,2000000-,0-3");
        let places = [262_140..=524_300, 1_199_991..=1_199_999, 0..=3];
        assert_parts(&answer, "video/mp4", &places, &all);
    }
}
