//! JSON objects in which no name stands twice: `serde_json` alone keeps the last of two, and the
//! next reader may keep the first (RFC 8259 §4, RFC 7519 §4).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

/// Why text is no such object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum JsonFault {
    /// Not JSON.
    #[error("not JSON at line {line}, column {column}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// Counted from 1; 0 at a line's start.
        column: usize,
    },
    /// A name stands twice in one object.
    #[error("a name stands twice in one object, at line {line}, column {column}")]
    NameTwice {
        /// Counted from 1.
        line: usize,
        /// Counted from 1; 0 at a line's start.
        column: usize,
    },
    /// Another value than an object.
    #[error("not a JSON object")]
    NotAnObject,
}

/// Reads one object; nested at most 127 deep, which is `serde_json`'s limit.
///
/// # Errors
/// [`JsonFault`].
pub(super) fn object(text: &[u8]) -> Result<Map<String, Value>, JsonFault> {
    let Unique(value) = serde_json::from_slice(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            Category::Data => JsonFault::NameTwice { line, column },
            _ => JsonFault::Syntax { line, column },
        }
    })?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(JsonFault::NotAnObject),
    }
}

struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON in which no name stands twice")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unique(value))) = members.next_entry::<String, Unique>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonFault, object};

    #[test]
    fn an_object_reads_as_serde_json_reads_it() {
        let text = r#"{"a": [1, -2, 3.5, null, true], "b": {"a": "x\n"}}"#;
        let read = object(text.as_bytes()).unwrap();
        assert_eq!(
            serde_json::Value::Object(read),
            serde_json::from_str::<serde_json::Value>(text).unwrap()
        );
    }

    #[test]
    fn a_name_twice_is_refused_at_any_depth_and_in_any_spelling() {
        for text in [
            r#"{"exp":1,"exp":2}"#,
            r#"{"exp":1,"\u0065xp":2}"#,
            r#"{"a":[{"b":1,"b":1}]}"#,
        ] {
            let fault = object(text.as_bytes()).unwrap_err();
            assert!(matches!(fault, JsonFault::NameTwice { .. }), "{text}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert_eq!(object(b"[1]"), Err(JsonFault::NotAnObject));
        for text in [&b""[..], b"{", b"{} {}", b"{\"a\":\"\xff\"}", b"{a:1}"] {
            let fault = object(text).unwrap_err();
            assert!(matches!(fault, JsonFault::Syntax { .. }), "{text:?}");
        }
        assert!(object("[".repeat(10_000).as_bytes()).is_err());
    }
}
