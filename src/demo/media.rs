//! What the demo shows: samples made for this project, or what a user's store holds.

use std::io;

use tempfile::TempDir;

use super::collections;
use super::users::{OTHER_USER, USER};

const PHOTO: &[u8] = include_bytes!("media/photo.jpg");
const FILM: &[u8] = include_bytes!("media/film.mp4");
const DOCUMENT: &[u8] = include_bytes!("media/document.pdf");

const SAMPLES: [(&str, &str, &[u8]); 4] = [
    (USER, "photo.jpg", PHOTO),
    (USER, "film.mp4", FILM),
    (USER, "document.pdf", DOCUMENT),
    (OTHER_USER, "photo.jpg", PHOTO),
];

/// Writes the samples to a folder that is removed when it is dropped.
pub(super) fn write_samples() -> io::Result<TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("countersign-demo-")
        .tempdir()?;
    for (user, name, bytes) in SAMPLES {
        let home = folder.path().join("users").join(user);
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join(name), bytes)?;
    }
    collections::write(folder.path())?;
    Ok(folder)
}

/// The samples' names in the store.
pub(super) fn sample_names() -> Vec<String> {
    SAMPLES
        .iter()
        .map(|(user, name, _)| format!("users/{user}/{name}"))
        .collect()
}

/// What kind of thing the page shows an object as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Photo,
    Film,
    Document,
    Other,
}

impl Kind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Film => "film",
            Self::Document => "document",
            Self::Other => "other",
        }
    }

    fn of(name: &str) -> Self {
        let media = mime_guess::from_path(name).first();
        match media
            .as_ref()
            .map(|media| (media.type_().as_str(), media.subtype().as_str()))
        {
            Some(("image", subtype)) if !subtype.starts_with("svg") => Self::Photo,
            Some(("video", "mp4" | "webm" | "ogg")) => Self::Film,
            Some(("application", "pdf")) => Self::Document,
            _ => Self::Other,
        }
    }
}

/// An object that the page shows, by its canonical path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) kind: Kind,
    pub(super) path: String,
}

/// The first photo, film and document of the names that a path can name; without any of those the
/// first of the others.
pub(super) fn choose(names: &[String], prefix: &str) -> Vec<Shown> {
    let mut paths: Vec<String> = names
        .iter()
        .filter_map(|name| name.strip_prefix(prefix))
        .map(|name| format!("/{name}"))
        .filter(|path| countersign_token::CanonicalPath::new(path).is_ok() && !path.ends_with('/'))
        .collect();
    paths.sort();
    let first = |kind| {
        let path = paths.iter().find(|path| Kind::of(path) == kind)?;
        Some(Shown {
            kind,
            path: path.clone(),
        })
    };
    let known = [Kind::Photo, Kind::Film, Kind::Document];
    let shown: Vec<Shown> = known.into_iter().filter_map(first).collect();
    if shown.is_empty() {
        first(Kind::Other).into_iter().collect()
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Shown, choose};

    #[test]
    fn the_first_of_each_kind_that_a_path_can_name_is_shown() {
        let names = [
            "p/z.txt",
            "p/b//a.jpg",
            "p/b.jpg",
            "p/a b.png",
            "p/x.svg",
            "q/f.mp4",
            "p/f.mp4",
        ];
        let shown = choose(&names.map(String::from), "p/");
        let of = |kind, path: &str| Shown {
            kind,
            path: path.into(),
        };
        assert_eq!(
            shown,
            [of(Kind::Photo, "/a b.png"), of(Kind::Film, "/f.mp4")]
        );
        let other = choose(&["notes.txt".to_owned()], "");
        assert_eq!(other, [of(Kind::Other, "/notes.txt")]);
        assert!(choose(&[], "").is_empty());
    }
}
