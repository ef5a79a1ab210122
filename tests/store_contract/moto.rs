//! Starts `moto_server`, an S3 server for tests, as a child process.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const HOW_TO_INSTALL: &str = "moto_server does not start: install it with `pip install 'moto[server]'` \
    and have it on PATH, or name its path in COUNTERSIGN_TEST_MOTO; \
    COUNTERSIGN_TEST_SKIP_MOTO=1 leaves these tests out";

/// A running server; killed on drop.
pub(crate) struct Moto {
    child: Child,
    pub(crate) endpoint: String,
}

impl Moto {
    /// `None` where COUNTERSIGN_TEST_SKIP_MOTO=1 asks to do without.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's own switches, not the product's settings"
    )]
    pub(crate) fn start() -> Option<Self> {
        if env::var("COUNTERSIGN_TEST_SKIP_MOTO").is_ok_and(|skip| skip == "1") {
            #[expect(
                clippy::print_stderr,
                reason = "whoever reads the report should see it"
            )]
            {
                eprintln!("skipped: COUNTERSIGN_TEST_SKIP_MOTO=1");
            }
            return None;
        }
        let program = env::var("COUNTERSIGN_TEST_MOTO").unwrap_or_else(|_| "moto_server".into());
        let mut child = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{HOW_TO_INSTALL} ({error})"));
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut moto = Self {
            child,
            endpoint: String::new(),
        };
        let (found, endpoint) = mpsc::channel();
        // Goes on reading to the end, so that the server never waits for its log.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, endpoint)) = line.split_once("Running on ") {
                    let _ = found.send(endpoint.to_owned());
                }
            }
        });
        moto.endpoint = endpoint
            .recv_timeout(Duration::from_secs(30))
            .unwrap_or_else(|_| panic!("{HOW_TO_INSTALL}"));
        Some(moto)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
