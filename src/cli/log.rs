//! The program's own messages, on standard error. Colours only on a terminal.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts them; a second start has no effect.
pub(super) fn start(level: &str) {
    let filter = EnvFilter::builder().parse_lossy(level);
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
}
