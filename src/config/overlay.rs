//! Lays environment variables and flags over what the file says.

use super::place::{Finding, Place};
use super::tree::{Node, Table, Value};

/// A setting given on the command line.
#[derive(Clone)]
pub struct Flag {
    /// What the user wrote, without the value, for messages: `--listen`.
    pub flag: String,
    /// The setting's name, `delivery.listen`.
    pub setting: String,
    /// Its value, as in a variable.
    pub value: String,
}

impl Flag {
    /// `--set SETTING=VALUE`.
    pub fn set(setting: &str, value: &str) -> Self {
        Self {
            flag: format!("--set {setting}"),
            setting: setting.to_owned(),
            value: value.to_owned(),
        }
    }
}

/// What variables of ours start with.
const PREFIX: &str = "COUNTERSIGN__";

/// Settings that may stand as `NAME_file` too; the later layer wins, whichever form it takes.
pub(super) const SECRETS: [&str; 3] = ["secret", "secret_access_key", "private"];

/// The process's own variables. The one place that reads the environment.
#[expect(clippy::disallowed_methods, reason = "the owner of the environment")]
pub fn process_environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .map(|(name, value)| {
            let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
            (text(name), text(value))
        })
        .filter(|(name, _)| is_ours(name))
        .collect()
}

/// Whether a variable of that name is a setting.
pub(super) fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Lays `COUNTERSIGN__SITE__0__STORE__ROOT=…` over the table.
pub(super) fn lay_environment(table: &mut Table, variables: &[(String, String)]) -> Vec<Finding> {
    let mut ours: Vec<(Vec<String>, &str, &str)> = variables
        .iter()
        .filter_map(|(name, value)| {
            let path = name.strip_prefix(PREFIX)?;
            let steps = path.split("__").map(str::to_ascii_lowercase).collect();
            Some((steps, name.as_str(), value.as_str()))
        })
        .collect();
    // Site 2 before site 10, so that lists grow one by one.
    ours.sort_by_key(|(steps, ..)| {
        let by_number = |step: &String| (step.parse::<u32>().unwrap_or(0), step.clone());
        steps.iter().map(by_number).collect::<Vec<_>>()
    });
    let set = |(steps, name, value): (Vec<String>, &str, &str)| {
        lay(table, &steps, value, &Place::Env(name.to_owned())).err()
    };
    ours.into_iter().filter_map(set).collect()
}

/// Lays `--set site.0.store.root=…` and the named flags over the table.
pub(super) fn lay_flags(table: &mut Table, flags: &[Flag]) -> Vec<Finding> {
    let set = |flag: &Flag| {
        let steps: Vec<String> = flag.setting.split('.').map(str::to_owned).collect();
        lay(table, &steps, &flag.value, &Place::Flag(flag.flag.clone())).err()
    };
    flags.iter().filter_map(set).collect()
}

fn lay(table: &mut Table, steps: &[String], value: &str, place: &Place) -> Result<(), Finding> {
    let fault = |message: String| Finding {
        place: place.clone(),
        setting: steps.join("."),
        message,
    };
    let Some((last, way)) = steps.split_last() else {
        return Err(fault("names no setting".to_owned()));
    };
    if steps.iter().any(String::is_empty) {
        return Err(fault("has an empty part in its name".to_owned()));
    }
    let mut at = At::Table(table);
    for (depth, step) in way.iter().enumerate() {
        let next_is_index = is_index(&steps[depth + 1]);
        at = at.step(step, next_is_index, place).map_err(&fault)?;
    }
    if let At::Table(table) = &mut at {
        forget_other_form(table, last);
    }
    at.put(last, Node::new(Value::text(value), place.clone()))
        .map_err(fault)
}

/// `secret_file` of a later layer replaces `secret` of an earlier one, and the reverse.
fn forget_other_form(table: &mut Table, name: &str) {
    for secret in SECRETS {
        if name == secret {
            table.remove(&format!("{secret}_file"));
        } else if name.strip_suffix("_file") == Some(secret) {
            table.remove(secret);
        }
    }
}

fn is_index(step: &str) -> bool {
    step.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where the way through the values has come to.
enum At<'t> {
    Table(&'t mut Table),
    List(&'t mut Vec<Node>),
}

impl<'t> At<'t> {
    fn step(self, step: &str, next_is_index: bool, place: &Place) -> Result<Self, String> {
        let empty = || {
            let value = if next_is_index {
                Value::List(Vec::new())
            } else {
                Value::Table(Table::new())
            };
            Node::new(value, place.clone())
        };
        let node = match self {
            Self::Table(table) => table.entry(step.to_owned()).or_insert_with(empty),
            Self::List(list) => {
                let index = index(list, step)?;
                if index == list.len() {
                    list.push(empty());
                }
                &mut list[index]
            }
        };
        match &mut node.value {
            Value::Table(table) => Ok(Self::Table(table)),
            Value::List(list) => Ok(Self::List(list)),
            other => Err(format!("{step} is {}, no table", other.kind())),
        }
    }

    fn put(self, step: &str, node: Node) -> Result<(), String> {
        match self {
            Self::Table(table) => {
                table.insert(step.to_owned(), node);
            }
            Self::List(list) => match index(list, step)? {
                index if index == list.len() => list.push(node),
                index => list[index] = node,
            },
        }
        Ok(())
    }
}

/// A list grows by its end only, so an index is at most its length.
fn index(list: &[Node], step: &str) -> Result<usize, String> {
    match step.parse() {
        Ok(index) if index <= list.len() => Ok(index),
        Ok(index) => Err(format!(
            "there is no entry {index}: entries count from 0, and the next is {}",
            list.len()
        )),
        Err(_) => Err(format!("{step:?} is no index into a list; write 0, 1, …")),
    }
}
