//! What consists of many files and opens by one grant: an HLS stream and a gallery.

use std::io;
use std::path::Path;

use super::users::USER;

macro_rules! stream_files {
    ($($name:literal)*) => {
        [$(($name, include_bytes!(concat!("media/stream/", $name)) as &[u8])),*]
    };
}

/// Two variants of the film, in segments of two seconds; every URI in the playlists is relative.
const STREAM: [(&str, &[u8]); 17] = stream_files!(
    "master.m3u8"
    "320/index.m3u8" "320/init.mp4" "320/0.m4s" "320/1.m4s" "320/2.m4s" "320/3.m4s" "320/4.m4s" "320/5.m4s"
    "640/index.m3u8" "640/init.mp4" "640/0.m4s" "640/1.m4s" "640/2.m4s" "640/3.m4s" "640/4.m4s" "640/5.m4s"
);

/// Thumbnails, one JPEG after the other.
const GALLERY: &[u8] = include_bytes!("media/gallery.mjpeg");
/// How many there are.
pub(super) const THUMBNAILS: usize = 200;

/// A collection, by the word that the page asks for it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    Stream,
    Gallery,
}

impl Collection {
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Stream, Self::Gallery]
            .into_iter()
            .find(|collection| collection.as_str() == name)
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Gallery => "gallery",
        }
    }

    /// The folder that a grant opens, as a canonical path that ends in `/`.
    pub(super) fn folder(self) -> String {
        format!("/users/{USER}/{}/", self.as_str())
    }

    /// What the page asks for first.
    pub(super) fn entry(self) -> String {
        let name = match self {
            Self::Stream => "master.m3u8".to_owned(),
            Self::Gallery => thumbnail_name(0),
        };
        self.folder() + &name
    }
}

/// The name of a thumbnail in its folder; `index` counts from 0, names from 001.
fn thumbnail_name(index: usize) -> String {
    format!("{:03}.jpg", index + 1)
}

/// The paths of all thumbnails.
pub(super) fn thumbnail_paths() -> Vec<String> {
    (0..THUMBNAILS)
        .map(|index| Collection::Gallery.folder() + &thumbnail_name(index))
        .collect()
}

/// Writes both collections below the samples' root.
pub(super) fn write(root: &Path) -> io::Result<()> {
    let home = |collection: Collection| root.join(collection.folder().trim_start_matches('/'));
    let (stream, gallery) = (home(Collection::Stream), home(Collection::Gallery));
    for folder in [stream.join("320"), stream.join("640"), gallery.clone()] {
        std::fs::create_dir_all(folder)?;
    }
    for (name, bytes) in STREAM {
        std::fs::write(stream.join(name), bytes)?;
    }
    for (index, picture) in pictures(GALLERY).into_iter().enumerate() {
        std::fs::write(gallery.join(thumbnail_name(index)), picture)?;
    }
    Ok(())
}

/// Takes JPEGs apart where an end marker is followed by a start marker.
fn pictures(mut packed: &[u8]) -> Vec<&[u8]> {
    const BETWEEN: [u8; 4] = [0xff, 0xd9, 0xff, 0xd8];
    let mut found = Vec::with_capacity(THUMBNAILS);
    while let Some(at) = packed.windows(4).position(|bytes| bytes == BETWEEN) {
        let (picture, rest) = packed.split_at(at + 2);
        found.push(picture);
        packed = rest;
    }
    found.push(packed);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_gallery_is_two_hundred_whole_pictures() {
        let found = pictures(GALLERY);
        assert_eq!(found.len(), THUMBNAILS);
        assert!(
            found
                .iter()
                .all(|picture| picture.starts_with(&[0xff, 0xd8])
                    && picture.ends_with(&[0xff, 0xd9]))
        );
    }

    #[test]
    fn playlists_name_only_relative_files_that_are_there() {
        for (name, bytes) in STREAM.iter().filter(|(name, _)| name.ends_with(".m3u8")) {
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let text = std::str::from_utf8(bytes).unwrap();
            let map = text
                .lines()
                .filter_map(|line| line.strip_prefix("#EXT-X-MAP:URI=\"")?.strip_suffix('"'));
            let uris: Vec<_> = text
                .lines()
                .filter(|line| !line.starts_with('#'))
                .chain(map)
                .collect();
            assert!(uris.len() >= 2, "{name}");
            for uri in uris {
                let path = format!("{folder}/{uri}");
                let path = path.trim_start_matches('/');
                assert!(
                    STREAM.iter().any(|(other, _)| *other == path),
                    "{name}: {uri}"
                );
            }
        }
    }
}
