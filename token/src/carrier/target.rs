//! The target: a path, a token in front of it, and a query.

use crate::bytes::SIDE_BY_SIDE;
use crate::carrier::Carried;
use crate::path::{MAX_PATH_BYTES, PathBytes, is_plain};
use crate::reason::Reason;
use crate::scratch::{Held, Scratch};

pub(super) struct Target<'r> {
    pub(super) path: Held<'r>,
    pub(super) token: Option<Carried<'r>>,
    pub(super) query: Option<&'r [u8]>,
    /// No query, or one of a single parameter that needs no decoding.
    pub(super) query_is_plain: bool,
}

/// Splits a target in origin form, and decodes what must be decoded.
#[inline]
pub(super) fn read<'r>(
    target: &'r [u8],
    param: &[u8],
    scratch: &mut Scratch,
) -> Result<Target<'r>, Reason> {
    let (path, query) = match memchr::memchr(b'?', target) {
        Some(end) => (&target[..end], Some(&target[end + 1..])),
        None => (target, None),
    };
    let query_is_plain = query.is_none_or(is_plain_query);
    if !query_is_plain && query.is_some_and(has_fragment) {
        return Err(Reason::BadPath);
    }
    if path.len() <= MAX_PATH_BYTES && is_plain(path) && !starts_with_token(path, param) {
        let path = Held::Request(path);
        return Ok(Target {
            path,
            token: None,
            query,
            query_is_plain,
        });
    }
    if has_fragment(path) {
        return Err(Reason::BadPath);
    }
    let (path, token) = read_slowly(path, param, scratch)?;
    Ok(Target {
        path,
        token,
        query,
        query_is_plain,
    })
}

fn has_fragment(part: &[u8]) -> bool {
    memchr::memchr(b'#', part).is_some()
}

/// Whether a query is one parameter at most, without escapes, and without the `#` that no target
/// has: true for the usual one, found in blocks of a fixed length.
#[inline]
fn is_plain_query(query: &[u8]) -> bool {
    let odd = |&byte: &u8| u8::from((byte == b'&') | (byte == b'%') | (byte == b'#'));
    if !SIDE_BY_SIDE {
        return !query.iter().any(|byte| odd(byte) != 0);
    }
    let (blocks, rest) = query.as_chunks::<16>();
    let odd_block = |block: &[u8; 16]| block.iter().map(odd).fold(0, |all, odd| all | odd);
    let all = blocks.iter().map(odd_block).fold(0, |all, odd| all | odd);
    let rest = query.last_chunk::<16>().map_or_else(
        || rest.iter().map(odd).fold(0, |all, odd| all | odd),
        odd_block,
    );
    all | rest == 0
}

/// Whether a decoded path's first segment is a token's.
fn starts_with_token(path: &[u8], param: &[u8]) -> bool {
    path.get(1..)
        .and_then(|path| path.strip_prefix(param))
        .is_some_and(|rest| rest.first() == Some(&b'='))
}

/// Decodes a path byte by byte. A first segment that is a token's goes to the token's buffer, what
/// follows to the path's.
#[inline(never)]
fn read_slowly<'r>(
    raw: &[u8],
    param: &[u8],
    scratch: &mut Scratch,
) -> Result<(Held<'r>, Option<Carried<'r>>), Reason> {
    let mut bytes = PathBytes::new(raw);
    let mut next = || bytes.next().map_err(|_| Reason::BadPath);
    // The longest start that says whether there is a token; then the path's own bytes.
    let mut path_len = 0;
    let mut token: Option<Carried<'r>> = None;
    let mut byte = next()?;
    while let Some(found) = byte {
        *scratch.path.get_mut(path_len).ok_or(Reason::BadPath)? = found;
        path_len += 1;
        let is_token =
            path_len == param.len() + 2 && starts_with_token(&scratch.path[..path_len], param);
        if is_token {
            if token.is_some() {
                // The rest must be a path before two tokens in it are a conflict.
                while next()?.is_some() {
                    path_len += 1;
                }
                return Err(if path_len > MAX_PATH_BYTES {
                    Reason::BadPath
                } else {
                    Reason::Conflict
                });
            }
            let (carried, after) = read_token(&mut next, &mut scratch.token)?;
            token = Some(carried);
            path_len = 0;
            byte = after;
            continue;
        }
        byte = next()?;
    }
    if path_len == 0 {
        return Err(Reason::BadPath);
    }
    Ok((Held::Buffer(path_len), token))
}

/// The rest of the first segment, `@` read as `/`, and the `/` behind it.
fn read_token<'r>(
    next: &mut impl FnMut() -> Result<Option<u8>, Reason>,
    buffer: &mut [u8],
) -> Result<(Carried<'r>, Option<u8>), Reason> {
    let mut len = 0;
    loop {
        let byte = match next()? {
            None => return Err(Reason::BadPath),
            Some(b'/') if len > buffer.len() => return Ok((Carried::Unreadable, Some(b'/'))),
            Some(b'/') => return Ok((Carried::Text(Held::Buffer(len)), Some(b'/'))),
            Some(b'@') => b'/',
            Some(byte) => byte,
        };
        if let Some(place) = buffer.get_mut(len) {
            *place = byte;
        }
        len += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::{Carried, Reason, Scratch, read};

    fn split(target: &str) -> Result<(String, Option<String>), Reason> {
        let mut scratch = Scratch::new();
        let target = read(target.as_bytes(), b"cs", &mut scratch)?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let token = target.token.map(|token| match token {
            Carried::Text(held) => text(held.in_buffer(&scratch.token)),
            Carried::Unreadable => "unreadable".into(),
        });
        Ok((text(target.path.in_buffer(&scratch.path)), token))
    }

    #[test]
    fn a_first_segment_with_the_name_is_a_token() {
        assert_eq!(
            split("/cs=a@b/c%20d"),
            Ok(("/c d".into(), Some("a/b".into())))
        );
        assert_eq!(
            split("/%63s%3Da%40b/c"),
            Ok(("/c".into(), Some("a/b".into())))
        );
        assert_eq!(split("/cs=/"), Ok(("/".into(), Some(String::new()))));
        assert_eq!(split("/csx/cs=a/b"), Ok(("/csx/cs=a/b".into(), None)));
        assert_eq!(split("/cs/x"), Ok(("/cs/x".into(), None)));
        assert_eq!(split("/a?cs=/cs=x"), Ok(("/a".into(), None)));
    }

    #[test]
    fn a_token_without_a_path_is_a_bad_path_and_two_are_a_conflict() {
        assert_eq!(split("/cs=a"), Err(Reason::BadPath));
        assert_eq!(split("/cs=a/cs=b/c"), Err(Reason::Conflict));
        assert_eq!(split("/cs=a/%63s=b"), Err(Reason::Conflict));
        assert_eq!(split("/cs=a/cs=b//"), Err(Reason::BadPath));
        assert_eq!(split("/a?x#"), Err(Reason::BadPath));
    }

    #[test]
    fn only_the_path_behind_the_token_is_bounded() {
        let token = "t".repeat(2_048);
        let path = "p".repeat(1_023);
        let long = std::format!("/cs={token}/{path}");
        assert_eq!(
            split(&long),
            Ok((std::format!("/{path}"), Some(token.clone())))
        );
        assert_eq!(split(&std::format!("{long}p")), Err(Reason::BadPath));
        let over = std::format!("/cs={token}t/{path}");
        assert_eq!(split(&over).unwrap().1.as_deref(), Some("unreadable"));
        assert_eq!(split(&std::format!("/cs={token}tt")), Err(Reason::BadPath));
    }
}
