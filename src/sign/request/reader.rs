//! Members of a JSON body, taken by name and type. What is wrong is noted and reading goes on, so
//! that a caller sees every fault at once.

use serde_json::{Map, Value};

use crate::answer::problem::FieldFault;

/// The most faults that an answer lists.
const MAX_FAULTS: usize = 32;
/// A name beyond it is not repeated in an answer.
const MAX_NAME_BYTES: usize = 64;

/// Names and values; `None`: signed as absent.
pub(in crate::sign) type Values = Vec<(String, Option<String>)>;

pub(in crate::sign) struct Reader {
    members: Map<String, Value>,
    faults: Vec<FieldFault>,
}

impl Reader {
    pub(in crate::sign) const fn new(members: Map<String, Value>) -> Self {
        Self {
            members,
            faults: Vec::new(),
        }
    }

    pub(in crate::sign) fn fault(&mut self, name: &str, detail: impl Into<String>) {
        self.fault_at(pointer(&[name]), detail);
    }

    pub(in crate::sign) fn fault_at(&mut self, pointer: String, detail: impl Into<String>) {
        if self.faults.len() < MAX_FAULTS {
            let detail = detail.into();
            self.faults.push(FieldFault { pointer, detail });
        }
    }

    pub(in crate::sign) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    pub(in crate::sign) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name)
    }

    pub(in crate::sign) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => self.wrong(name, "must be a string"),
        }
    }

    pub(in crate::sign) fn number(&mut self, name: &str) -> Option<u64> {
        match self.take(name)?.as_u64() {
            Some(number) => Some(number),
            None => self.wrong(name, "must be a whole number, not below 0"),
        }
    }

    pub(in crate::sign) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name)?.as_bool() {
            Some(flag) => Some(flag),
            None => self.wrong(name, "must be true or false"),
        }
    }

    /// A list of strings. An empty one is a fault: as "no restriction" it would grant more than
    /// whoever computed it meant.
    pub(in crate::sign) fn texts(&mut self, name: &str) -> Vec<String> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let texts = value
            .as_array()
            .filter(|list| !list.is_empty())
            .and_then(|list| {
                list.iter()
                    .map(|text| text.as_str().map(str::to_owned))
                    .collect::<Option<Vec<_>>>()
            });
        texts.unwrap_or_else(|| {
            self.fault(
                name,
                "must be a list of at least one string; leave it out for none",
            );
            Vec::new()
        })
    }

    /// An object of strings and nulls.
    pub(in crate::sign) fn values(&mut self, name: &str) -> Values {
        let members = match self.take(name) {
            None => return Vec::new(),
            Some(Value::Object(members)) if !members.is_empty() => members,
            Some(_) => {
                self.fault(
                    name,
                    "must be an object of names and their values; leave it out for none",
                );
                return Vec::new();
            }
        };
        let mut values = Vec::new();
        for (key, value) in members {
            match value {
                Value::String(value) => values.push((key, Some(value))),
                Value::Null => values.push((key, None)),
                _ => self.fault_at(
                    pointer(&[name, &key]),
                    "must be a string, or null for a name that must be absent",
                ),
            }
        }
        values
    }

    /// What is left is unknown.
    pub(in crate::sign) fn finish(mut self) -> Vec<FieldFault> {
        for name in std::mem::take(&mut self.members).keys() {
            self.fault(name, "no such field");
        }
        self.faults
    }

    fn wrong<T>(&mut self, name: &str, detail: &str) -> Option<T> {
        self.fault(name, detail);
        None
    }
}

/// An RFC 6901 pointer; to the whole body where a name is too long to be repeated.
pub(in crate::sign) fn pointer(names: &[&str]) -> String {
    if names.iter().any(|name| name.len() > MAX_NAME_BYTES) {
        return String::new();
    }
    names
        .iter()
        .flat_map(|name| ["/".to_owned(), name.replace('~', "~0").replace('/', "~1")])
        .collect()
}
