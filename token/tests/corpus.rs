//! Every input that is kept for the fuzz targets, run in the usual test command.

#![allow(
    clippy::print_stdout,
    reason = "the input at fault is named before it runs"
)]

use std::fs;
use std::path::Path;

#[test]
#[allow(clippy::print_stdout, reason = "a failure shows which input it was")]
fn every_kept_input_passes_its_fuzz_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, body) in countersign_fuzz_bodies::TARGETS {
        let files: Vec<_> = fs::read_dir(corpus.join(name))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(files.len() >= 20, "{name} has {} inputs", files.len());
        for file in files {
            println!("{name}/{}", file.file_name().display());
            body(&fs::read(file.path()).unwrap());
        }
    }
}
