//! What is asked for, and what must come back.

use std::collections::HashMap;
use std::sync::Arc;

use s3_front::Content;

/// One request, and its answer as it must be.
pub(crate) struct Asked {
    /// The request's bytes.
    pub(crate) request: Vec<u8>,
    /// Status of the answer.
    pub(crate) status: u16,
    /// Bytes of its body; `None`: any number.
    pub(crate) len_bytes: Option<usize>,
    /// The body, where it is known.
    pub(crate) body: Option<Body>,
}

/// A part of a known object.
pub(crate) struct Body {
    object: Object,
    from: usize,
}

/// An object's bytes.
enum Object {
    /// Held.
    File(Arc<Vec<u8>>),
    /// Made where they are looked at: such objects are many, and each is asked for once.
    Made(Content),
}

impl Body {
    /// Whether `bytes` stand at `at` of the body.
    pub(crate) fn has(&self, at: usize, bytes: &[u8]) -> bool {
        let range = self.from + at..self.from + at + bytes.len();
        match &self.object {
            Object::File(object) => object.get(range) == Some(bytes),
            Object::Made(content) => {
                let mut left = bytes;
                let mut slices = content.slices(range.start as u64..range.end as u64);
                slices.all(|slice| {
                    let (now, behind) = left.split_at(slice.len());
                    left = behind;
                    now == slice
                })
            }
        }
    }
}

/// All requests, in their order.
pub(crate) struct Plan {
    pub(crate) requests: Vec<Asked>,
}

impl Plan {
    /// Reads a plan's text.
    ///
    /// # Errors
    /// The line that is none, or the file that cannot be read.
    pub(crate) fn read(text: &str, host: &str) -> Result<Self, String> {
        let mut known = Known::default();
        let mut requests = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let fields: Vec<&str> = line.split('\t').collect();
            let told = |what: &str| format!("line {}: {what}", number + 1);
            let &[target, status, len_bytes, source, from, range] = fields.as_slice() else {
                return Err(told("is not six fields"));
            };
            let number = |text: &str| text.parse().map_err(|_| told("has no number"));
            let from = number(from)?;
            let len_bytes = match len_bytes {
                "*" => None,
                figures => Some(number(figures)?),
            };
            requests.push(Asked {
                request: request(target, host, range),
                status: status.parse().map_err(|_| told("has no status"))?,
                len_bytes,
                body: known.body(source, from, len_bytes.unwrap_or(0))?,
            });
        }
        if requests.is_empty() {
            return Err("the plan is empty".to_owned());
        }
        Ok(Self { requests })
    }
}

/// As a browser's, in short.
fn request(target: &str, host: &str, range: &str) -> Vec<u8> {
    let mut text = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench-load\r\nAccept: */*\r\n"
    );
    if range != "-" {
        text.push_str(&format!("Range: {range}\r\n"));
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// Objects by their source, each held once.
#[derive(Default)]
struct Known(HashMap<String, Arc<Vec<u8>>>);

impl Known {
    fn body(
        &mut self,
        source: &str,
        from: usize,
        len_bytes: usize,
    ) -> Result<Option<Body>, String> {
        if source == "-" {
            return Ok(None);
        }
        if let Some(key) = source.strip_prefix("s3:") {
            let object = Object::Made(Content::of(key, 1));
            return Ok(Some(Body { object, from }));
        }
        let path = source
            .strip_prefix("file:")
            .ok_or_else(|| format!("{source}: is neither file: nor s3:"))?;
        let object = match self.0.get(source) {
            Some(object) => Arc::clone(object),
            None => {
                let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
                let object = Arc::new(bytes);
                self.0.insert(source.to_owned(), Arc::clone(&object));
                object
            }
        };
        if object.len() < from + len_bytes {
            return Err(format!("{path}: is shorter than what is asked of it"));
        }
        let object = Object::File(object);
        Ok(Some(Body { object, from }))
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;

    #[test]
    fn a_line_is_a_request_and_the_answer_that_must_come() {
        let plan = Plan::read("/a?cs=t\t206\t5\ts3:a\t2\tbytes=2-6\n", "h.test").unwrap();
        let asked = &plan.requests[0];
        let text = std::str::from_utf8(&asked.request).unwrap();
        assert!(
            text.starts_with("GET /a?cs=t HTTP/1.1\r\nHost: h.test\r\n"),
            "{text}"
        );
        assert!(text.ends_with("\r\nRange: bytes=2-6\r\n\r\n"), "{text}");
        assert_eq!((asked.status, asked.len_bytes), (206, Some(5)));
        let whole = s3_front::Content::of("a", 1).bytes(0..7);
        let body = asked.body.as_ref().unwrap();
        assert!(body.has(0, &whole[2..]));
        assert!(!body.has(1, &whole[2..6]));
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        for text in [
            "",
            "/a\t200\t5\t-\t0",
            "/a\t200\tx\t-\t0\t-",
            "/a\t200\t5\tq\t0\t-",
        ] {
            assert!(Plan::read(text, "h").is_err(), "{text:?}");
        }
    }
}
