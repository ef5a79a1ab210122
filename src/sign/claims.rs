//! What is known of a caller, for rules to look at.

use countersign_token::{CanonicalPath, escape};
use serde_json::{Map, Value};

/// A caller's claims: those of its verified JWT, or the ones configured with its API key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// Takes over claims that are known to be true.
    pub(super) const fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// A claim's value.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is a string.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Whether the claim equals `wanted`, or is a list or a blank-separated string that contains it.
    pub(super) fn holds(&self, name: &str, wanted: &Value) -> bool {
        match (self.get(name), wanted) {
            (Some(claim), wanted) if claim == wanted => true,
            (Some(Value::Array(list)), wanted) => list.contains(wanted),
            (Some(Value::String(words)), Value::String(wanted)) => words
                .split(' ')
                .any(|word| !word.is_empty() && word == wanted),
            _ => false,
        }
    }

    /// The claim as one segment of a pattern, escaped so that no byte of it is a wildcard or a
    /// separator; `None` where it is missing, no string, or not one canonical segment.
    pub(super) fn segment(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let is_one = !text.is_empty() && !text.contains('/');
        (is_one && CanonicalPath::new(&format!("/{text}")).is_ok()).then(|| escape(text))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Claims;

    fn claims(value: Value) -> Claims {
        Claims::new(value.as_object().unwrap().clone())
    }

    #[test]
    fn a_claim_holds_by_equality_or_by_containing() {
        let claims = claims(json!({
            "scope": "videos photos", "groups": ["a", 7], "admin": true, "tenant": "a b",
        }));
        for (name, wanted) in [
            ("scope", json!("photos")),
            ("scope", json!("videos photos")),
            ("groups", json!("a")),
            ("groups", json!(7)),
            ("admin", json!(true)),
        ] {
            assert!(claims.holds(name, &wanted), "{name} {wanted}");
        }
        for (name, wanted) in [
            ("scope", json!("photo")),
            ("scope", json!("")),
            ("groups", json!("7")),
            ("admin", json!("true")),
            ("missing", json!(null)),
        ] {
            assert!(!claims.holds(name, &wanted), "{name} {wanted}");
        }
    }

    #[test]
    fn a_segment_is_escaped_and_never_a_wildcard() {
        for (claim, segment) in [
            ("ada", "ada"),
            ("*", "~2A"),
            ("**", "~2A~2A"),
            ("a!-b", "a~21-b"),
            ("a b~", "a~20b~7E"),
            ("%2F", "~252F"),
            ("é", "~C3~A9"),
            ("-x", "-x"),
            ("...", "..."),
        ] {
            let claims = claims(json!({ "sub": claim }));
            assert_eq!(claims.segment("sub").as_deref(), Some(segment));
        }
    }

    #[test]
    fn what_is_not_one_canonical_segment_is_none() {
        for claim in [
            json!(""),
            json!("."),
            json!(".."),
            json!("a/b"),
            json!("/"),
            json!("a\\b"),
            json!("a\u{0}"),
            json!("\n"),
            json!("x".repeat(1_024)),
            json!(7),
            json!(null),
            json!(["ada"]),
        ] {
            assert_eq!(claims(json!({ "sub": claim })).segment("sub"), None);
        }
        assert_eq!(claims(json!({})).segment("sub"), None);
    }
}
