//! Which types a browser would run, and so are sandboxed and saved rather than shown.

/// Types that are shown although they are neither image, audio, video nor font.
const PASSIVE: [&str; 8] = [
    "text/plain",
    "text/vtt",
    "application/json",
    "application/pdf",
    "application/vnd.apple.mpegurl",
    "application/x-mpegurl",
    "audio/mpegurl",
    "application/dash+xml",
];

/// Whether a browser may run what is sent under this type: all but passive ones, and whatever
/// cannot be read as a type. Parameters do not matter.
pub fn is_active(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return true;
    };
    let word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    if !word(kind) || !word(subtype) {
        return true;
    }
    let shown = match kind {
        "image" => !subtype.starts_with("svg") && !subtype.ends_with("xml"),
        "audio" | "video" | "font" => !subtype.ends_with("xml"),
        _ => PASSIVE.contains(&essence.as_str()),
    };
    !shown
}

#[cfg(test)]
mod tests {
    use super::is_active;

    #[test]
    fn media_text_and_playlists_are_shown() {
        for passive in [
            "image/jpeg",
            "IMAGE/PNG",
            "audio/mpeg",
            "video/mp4",
            "font/woff2",
            "text/plain; charset=utf-8",
            "text/vtt",
            "application/json",
            "application/pdf",
            "application/vnd.apple.mpegurl",
            "application/x-mpegURL",
            "application/dash+xml",
        ] {
            assert!(!is_active(passive), "{passive}");
        }
    }

    #[test]
    fn whatever_runs_or_is_unknown_is_not() {
        for active in [
            "text/html",
            "text/html;charset=utf-8",
            "image/svg+xml",
            "IMAGE/SVG+XML",
            "text/xml",
            "application/xml",
            "application/xhtml+xml",
            "text/javascript",
            "text/css",
            "application/octet-stream",
            "multipart/mixed",
            "",
            "image",
            "image/",
            "image/png,text/html",
            "image/png text/html",
            "text/pdf",
            "image/x+xml",
        ] {
            assert!(is_active(active), "{active}");
        }
    }
}
