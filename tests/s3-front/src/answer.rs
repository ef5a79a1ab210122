//! An answer as an honest store gives it.

use std::ops::Range;

use bytes::Bytes;

use crate::content::Content;

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Without those that say how the body is framed.
    pub(crate) headers: Vec<(String, String)>,
    /// Of a `HEAD` it is not sent.
    pub(crate) body: Body,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// Bytes of an object made from nothing.
    Made(Content, Range<u64>),
    /// Bytes in memory.
    Held(Bytes),
    /// As many that nobody will see.
    Unseen(u64),
}

impl Body {
    pub(crate) fn len_bytes(&self) -> u64 {
        match self {
            Self::Made(_, range) => range.end - range.start,
            Self::Held(bytes) => bytes.len() as u64,
            Self::Unseen(len_bytes) => *len_bytes,
        }
    }

    /// The next bytes from this place on, without a copy; none at the end.
    pub(crate) fn from(&self, place: u64) -> Bytes {
        match self {
            Self::Made(content, range) => content.slice(&(range.start + place..range.end)),
            Self::Held(bytes) => bytes.slice(bytes.len().min(place as usize)..),
            Self::Unseen(_) => Bytes::new(),
        }
    }
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Held(body.into()),
        }
    }

    /// An error as S3 writes it.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
             <Message>{code}, as the front was told</Message><RequestId>1</RequestId></Error>"
        );
        Self::new(status, body).with("content-type", "application/xml")
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.iter();
        lines.find_map(|(own, value)| (own == name).then_some(value.as_str()))
    }

    /// Another value in place of the header's, where it is there.
    pub(crate) fn replace(&mut self, name: &str, new: impl Fn(&str) -> Option<String>) {
        self.headers.retain_mut(|(own, value)| {
            if own != name {
                return true;
            }
            match new(value) {
                Some(new) => *value = new,
                None => return false,
            }
            true
        });
    }
}
