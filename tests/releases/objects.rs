//! Objects whose every byte is known.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use s3_front::mix;

/// Asked for again and again.
pub(crate) const BRISK: [(&str, usize); 9] = [
    ("/one.bin", 1),
    ("/page.bin", 1_900),
    ("/a.bin", 16 << 10),
    ("/b.bin", 17_001),
    ("/c.bin", 40_000),
    ("/d.bin", 65_537),
    // As long as a block of the cache, and longer.
    ("/block.bin", 256 << 10),
    ("/blocks.bin", (256 << 10) + 1),
    ("/long.bin", 2 << 20),
];

/// Read slowly, on its way for seconds: longer than what the sockets and HAProxy hold.
pub(crate) const FILM: (&str, usize) = ("/film.bin", 24 << 20);

/// What is at which path.
pub(crate) fn all() -> BTreeMap<&'static str, Bytes> {
    let objects = BRISK.iter().chain([&FILM]).zip(1..);
    objects
        .map(|((path, len_bytes), seed)| (*path, bytes(seed, *len_bytes)))
        .collect()
}

/// Bytes that are others at every position of every object.
fn bytes(seed: u64, len_bytes: usize) -> Bytes {
    let words = (0..).map(|place| mix((seed << 32) | place).to_le_bytes());
    words.flatten().take(len_bytes).collect()
}

/// Writes them into a folder.
pub(crate) fn write(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for (path, bytes) in all() {
        fs::write(folder.join(&path[1..]), bytes).unwrap();
    }
}
