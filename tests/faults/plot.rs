//! Memory over time, as a picture for the documents.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::rig::MIB;

const WIDTH: usize = 640;
const HEIGHT: usize = 240;

/// For whoever reads the report.
#[expect(clippy::print_stderr, reason = "a figure that the documents tell")]
pub(crate) fn told(what: &str, most: u64, bound: u64) {
    eprintln!("{what}: {} MiB at most, of {} MiB", most / MIB, bound / MIB);
}

/// `target/NAME.svg`: a value a second, and the bound as a line.
pub(crate) fn write(name: &str, resident: &[u64], bound: u64) {
    let top = resident.iter().copied().fold(bound, u64::max) * 11 / 10;
    let height = |bytes: u64| HEIGHT - (bytes * HEIGHT as u64 / top) as usize;
    let step = WIDTH as f64 / resident.len().max(2) as f64;
    let mut line = String::new();
    for (place, bytes) in resident.iter().enumerate() {
        let _ = write!(line, "{:.0},{} ", place as f64 * step, height(*bytes));
    }
    let (edge, most) = (height(bound), resident.iter().max().unwrap_or(&0) / MIB);
    let (bound, secs) = (bound / MIB, resident.len());
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{}\" fill=\"#fff\"/>\n\
         <path d=\"M0 {edge}H{WIDTH}\" stroke=\"#c33\" stroke-dasharray=\"6 4\"/>\n\
         <text x=\"4\" y=\"{}\" fill=\"#c33\">bound: {bound} MiB</text>\n\
         <polyline points=\"{}\" fill=\"none\" stroke=\"#246\" stroke-width=\"2\"/>\n\
         <text x=\"4\" y=\"{}\" fill=\"#246\">memory without code over {secs} s; {most} MiB at most</text>\n</svg>\n",
        HEIGHT + 24,
        HEIGHT + 24,
        edge - 4,
        line.trim_end(),
        HEIGHT + 16,
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    fs::write(folder.join(format!("{name}.svg")), svg).unwrap();
}
