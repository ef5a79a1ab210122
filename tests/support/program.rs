//! The program as a child process, its output read as it comes.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use super::ops;
use super::until;

/// In the line that says so.
pub(crate) const READY: &str = "ready delivery=";

/// A running program; killed on drop.
pub(crate) struct Program {
    child: Child,
    pub(crate) out: Lines,
    pub(crate) err: Lines,
}

/// What it has written.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let own = lines.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                own.0.lock().unwrap().push(line);
            }
        });
        lines
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Whether the program has closed it, and all of it is read.
    fn is_closed(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    pub(crate) fn text(&self) -> String {
        self.all().join("\n")
    }
}

/// Its own file, or the one of `COUNTERSIGN_TEST_PROGRAM`, such as a release build.
#[expect(
    clippy::disallowed_methods,
    reason = "it is for whoever runs the test, not for the program"
)]
fn program() -> OsString {
    std::env::var_os("COUNTERSIGN_TEST_PROGRAM")
        .and_then(|given| Some(std::fs::canonicalize(given).ok()?.into_os_string()))
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_countersign").into())
}

/// The program in a folder, without the machine's own AWS settings.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.current_dir(folder).stdin(Stdio::null());
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ] {
        command.env_remove(name);
    }
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", folder);
    command
}

impl Program {
    pub(crate) fn start(mut command: Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Self {
            out: Lines::of(child.stdout.take().unwrap()),
            err: Lines::of(child.stderr.take().unwrap()),
            child,
        }
    }

    /// `serve` with `countersign.toml` of the folder, ready.
    pub(crate) fn serve(folder: &Path) -> Self {
        let mut command = command(folder);
        command.arg("serve");
        let program = Self::start(command);
        program.told(READY);
        program
    }

    /// Waits for a line of standard error.
    pub(crate) fn told(&self, part: &str) -> String {
        let found = || self.err.all().into_iter().find(|line| line.contains(part));
        let ask = || {
            let line = found();
            let ended = || self.err.is_closed() && found().is_none();
            assert!(
                line.is_some() || !ended(),
                "no {part:?} in {}",
                self.err.text()
            );
            line
        };
        until(part, ask)
    }

    /// A listener's address, by its name in the line `ready`.
    pub(crate) fn address(&self, listener: &str) -> SocketAddr {
        let line = self.told(READY);
        let name = format!("{listener}=");
        let (_, behind) = line.split_once(&name).unwrap();
        let text = behind.split(' ').next().unwrap().trim_matches('"');
        text.parse().unwrap()
    }

    /// A metric's value.
    pub(crate) fn metric(&self, line: &str) -> f64 {
        ops::metric(self.address("ops"), line).unwrap_or_else(|| panic!("no {line}"))
    }

    /// Sends a signal by its name: `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(sent.unwrap().success());
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it ever held.
    pub(crate) fn peak_memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes: u64 = line
            .unwrap()
            .trim_matches([' ', '\t', 'k', 'B'])
            .parse()
            .unwrap();
        kibibytes * 1_024
    }

    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits for its end; the exit code.
    pub(crate) fn end(&mut self) -> Option<i32> {
        until("the program's end", || self.has_ended()).code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end, which must come within 10 s: exit code, output, errors.
pub(crate) fn run(command: Command) -> (i32, String, String) {
    let mut program = Program::start(command);
    let code = program.end().unwrap();
    // What was written last is read by a thread.
    let told = || (program.out.is_closed() && program.err.is_closed()).then_some(());
    until("the end of the output", told);
    (code, program.out.text(), program.err.text())
}

/// Gives `to` the environment that `from` was given.
pub(crate) fn same_env<'c>(from: &Command, to: &'c mut Command) -> &'c mut Command {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
    to
}
