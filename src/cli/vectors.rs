//! `countersign vectors`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::print;
use crate::vectors;

const EXAMPLES: &str = "\
Examples:
  countersign vectors tests/vectors/v1.json
  countersign vectors my-own-cases.json --json

The file's form is described in docs/TOKEN.md §8. One line for each case that differs, and at the
end \"N cases, N differ\". Exit code 0: none differs; 1: some do; 2: it is no vector file.";

/// `vectors`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print JSON: {cases, differ: [{kind, name, expected, found}]}
    #[arg(long)]
    json: bool,
}

/// Runs the file's cases.
pub fn run(args: &Args) -> ExitCode {
    let file = args.file.display();
    let text = match std::fs::read_to_string(&args.file) {
        Ok(text) => text,
        Err(error) => return print::wrong_input(format_args!("{file}: {error}")),
    };
    let report = match vectors::run(&text) {
        Ok(report) => report,
        Err(fault) => return print::wrong_input(format_args!("{file}: {fault}")),
    };
    let printed = if args.json {
        let differ = report.differences.iter().map(|difference| {
            serde_json::json!({
                "kind": difference.kind,
                "name": difference.name,
                "expected": difference.expected,
                "found": difference.found,
            })
        });
        let differ: Vec<_> = differ.collect();
        print::json(&serde_json::json!({ "cases": report.cases, "differ": differ }))
    } else {
        report.differences.iter().for_each(|difference| {
            print::data(difference);
        });
        let (cases, differ) = (report.cases, report.differences.len());
        print::data(format_args!("{cases} cases, {differ} differ"))
    };
    print::checked(report.differences.is_empty(), printed)
}
