//! `Content-Type` by the extension of a key.

/// Types of streaming formats that the common table lacks or gives otherwise (RFC 8216 §4,
/// ISO/IEC 23009-1 Annex C, RFC 8081).
const STREAMING: &[(&str, &str)] = &[
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("mpd", "application/dash+xml"),
    ("vtt", "text/vtt"),
    ("m4s", "video/iso.segment"),
    ("ts", "video/mp2t"),
    ("cmfv", "video/mp4"),
    ("cmfa", "audio/mp4"),
    ("cmft", "application/mp4"),
];

/// The type by the extension of the key's last segment; `None` where it is unknown.
pub(super) fn by_extension(key: &str) -> Option<String> {
    let name = key.rsplit('/').next()?;
    let (_, extension) = name.rsplit_once('.')?;
    STREAMING
        .iter()
        .find(|(known, _)| extension.eq_ignore_ascii_case(known))
        .map(|(_, kind)| (*kind).to_owned())
        .or_else(|| {
            mime_guess::from_ext(extension)
                .first_raw()
                .map(str::to_owned)
        })
}

#[cfg(test)]
mod tests {
    use super::by_extension;

    #[test]
    fn the_streaming_formats_have_their_registered_types() {
        for (key, kind) in [
            ("hls/index.m3u8", "application/vnd.apple.mpegurl"),
            ("dash/manifest.mpd", "application/dash+xml"),
            ("subs/de.vtt", "text/vtt"),
            ("seg/1.m4s", "video/iso.segment"),
            ("seg/1.TS", "video/mp2t"),
            ("a.b/film.mp4", "video/mp4"),
            ("page.html", "text/html"),
        ] {
            assert_eq!(by_extension(key).as_deref(), Some(kind), "{key}");
        }
    }

    #[test]
    fn an_unknown_extension_or_none_gives_no_type() {
        for key in ["README", "a.png/README", "x.unheard-of", "trailing.", ""] {
            assert_eq!(by_extension(key), None, "{key}");
        }
    }
}
