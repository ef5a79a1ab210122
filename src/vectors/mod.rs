//! Running a file of test vectors (docs/TOKEN.md §8) against this build: for whoever writes another
//! implementation, and for our own tests.

mod found;
pub use self::found::fields as fields_of;
mod model;
mod revoked;
mod sign_case;
mod verify_case;

use std::fmt;

use serde_json::Value;

/// A case whose verdict is not the file's.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `verify` or `sign`.
    pub kind: &'static str,
    /// The case's name.
    pub name: String,
    /// What the file says.
    pub expected: Value,
    /// What this build says.
    pub found: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            name,
            expected,
            found,
        } = self;
        write!(f, "{kind} {name:?}: expected {expected}, found {found}")
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// How many cases the file has.
    pub cases: usize,
    /// Those that differ, in the file's order.
    pub differences: Vec<Difference>,
}

/// Why a file cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum VectorFault {
    /// It is no JSON document of the form of docs/TOKEN.md §8.
    #[error("not a vector file: {0}; it is one JSON object with the lists \"verify\" and \"sign\"")]
    Form(#[from] serde_json::Error),
    /// It has no cases, so that nothing would be checked.
    #[error("the file has no cases")]
    Empty,
}

/// Runs every case of a file's text.
///
/// # Errors
/// [`VectorFault`] where the text is no vector file.
pub fn run(text: &str) -> Result<Report, VectorFault> {
    let file: model::File = serde_json::from_str(text)?;
    let mut report = Report {
        cases: file.verify.len() + file.sign.len(),
        differences: Vec::new(),
    };
    if report.cases == 0 {
        return Err(VectorFault::Empty);
    }
    let verified = file.verify.iter().map(|case| {
        (
            "verify",
            &case.name,
            case.expect.clone(),
            verify_case::found(case),
        )
    });
    let signed = file.sign.iter().map(|case| {
        (
            "sign",
            &case.name,
            sign_case::expected(case),
            sign_case::found(case),
        )
    });
    for (kind, name, expected, found) in verified.chain(signed) {
        if expected != found {
            let name = name.clone();
            report.differences.push(Difference {
                kind,
                name,
                expected,
                found,
            });
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn a_case_that_differs_is_told_with_what_was_expected_and_found() {
        let text = r#"{"verify": [{"name": "no token", "site": {"name": "s"}, "keys": [], "now": 1,
            "request": {"method": "GET", "target": "/a", "headers": [], "client_ip": null, "country": null},
            "expect": {"deny": "expired"}}], "sign": []}"#;
        let report = run(text).unwrap();
        assert_eq!(report.cases, 1);
        assert_eq!(
            report.differences[0].to_string(),
            r#"verify "no token": expected {"deny":"expired"}, found {"deny":"missing"}"#
        );
        assert!(
            run(&text.replace("expired", "missing"))
                .unwrap()
                .differences
                .is_empty()
        );
    }

    #[test]
    fn a_file_of_another_form_or_without_cases_is_refused() {
        assert!(run("[]").is_err());
        assert!(run(r#"{"verify": [], "sign": []}"#).is_err());
        assert!(run(r#"{"verify": [{}]}"#).is_err());
    }
}
