//! Traces, received by an OpenTelemetry collector, and passed on to the store.

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use support::http::{exchange, request};
use support::origin::{TOP, site};
use support::program::{Program, command};
use support::token::signed;
use support::until;
use tempfile::TempDir;

const HOW_TO_INSTALL: &str = "rotel-agent does not start: `tests/run` installs it (PyPI's rotel); name its path in \
     COUNTERSIGN_TEST_ROTEL";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

const HELLO: &str = "HTTP/1.1 206 Partial Content\r\ncontent-length: 5\r\netag: \"1\"\r\n\
                     content-range: bytes 0-4/5\r\nconnection: close\r\n\r\nhello";
const DENIED: &str = "HTTP/1.1 403 Forbidden\r\ncontent-length: 40\r\nconnection: close\r\n\r\n\
                      <Error><Code>AccessDenied</Code></Error>";

/// A collector; what it received is in its output.
struct Collector {
    program: Program,
    endpoint: String,
}

impl Collector {
    fn start() -> Self {
        let path = agent().expect(HOW_TO_INSTALL);
        let [http, grpc] = [free_address(), free_address()];
        let mut command = Command::new(path);
        command
            .args([
                "start",
                "--exporter",
                "blackhole",
                "--batch-timeout",
                "50ms",
            ])
            .args(["--debug-log", "traces", "--debug-log-verbosity", "detailed"])
            .args(["--otlp-http-endpoint", &http.to_string()])
            .args(["--otlp-grpc-endpoint", &grpc.to_string()]);
        let program = Program::start(command);
        let reached = || std::net::TcpStream::connect(http).ok();
        until("the collector", reached);
        Self {
            program,
            endpoint: format!("http://{http}"),
        }
    }

    /// All that it has printed, once every part is there.
    fn received(&self, parts: &[&str]) -> String {
        let whole = || {
            let text = self.program.out.text() + &self.program.err.text();
            parts.iter().all(|part| text.contains(part)).then_some(text)
        };
        until(&format!("{parts:?} at the collector"), whole)
    }
}

/// Where `tests/run` puts it; the folder's name has Python's version.
fn agent() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/python/lib");
    let versions = std::fs::read_dir(python).ok()?.map_while(Result::ok);
    versions
        .map(|version| version.path().join("site-packages/rotel/rotel-agent"))
        .find(|agent| agent.exists())
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A store that tells the head of each request, as no S3 server shows what it was sent.
fn store() -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (heads, told) = channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|len| len > 0) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let answer = match head.contains("list-type") {
                true => DENIED,
                false => HELLO,
            };
            let _ = stream.write_all(answer.as_bytes());
            let _ = heads.send(head);
        }
    });
    (address, told)
}

#[test]
fn a_request_is_a_span_of_its_callers_trace_and_goes_on_into_the_store() {
    let (collector, folder) = (Collector::start(), TempDir::new().unwrap());
    let (store, heads) = store();
    let settings = site("media", "", "");
    let s3 = format!(
        "type = \"s3\"\nbucket = \"films\"\nendpoint = \"http://{store}\"\npath_style = true\n\
         access_key_id = \"testing\"\nsecret_access_key = \"testing\""
    );
    let settings = settings.replace("type = \"fs\"\nroot = \"media\"", &s3);
    assert!(settings.contains("type = \"s3\""), "{settings}");
    std::fs::write(
        folder.path().join("countersign.toml"),
        format!("{TOP}{settings}"),
    )
    .unwrap();
    let mut serve = command(folder.path());
    serve
        .arg("serve")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint)
        .env(
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=test",
        );
    let mut program = Program::start(serve);
    let address = program.address("delivery");
    // Start-up asks the store whether it can be reached.
    while heads.try_recv().is_ok() {}

    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let target = signed("/a.txt");
    let headers = [
        ("Host", "media.test"),
        ("traceparent", traceparent.as_str()),
    ];
    let answer = exchange(address, &request("GET", &target, &headers));
    assert_eq!((answer.status, answer.text()), (200, "hello"));
    let of_object = || {
        heads
            .try_recv()
            .ok()
            .filter(|head| head.contains("/films/a.txt"))
    };
    let head = until("the store's request", of_object).to_ascii_lowercase();
    let (_, sent) = head.split_once("traceparent: 00-").expect("a traceparent");
    assert!(sent.starts_with(TRACE), "{sent}");
    assert!(
        !sent.contains(PARENT),
        "the store's parent is our span: {sent}"
    );

    // What waits is sent at the end.
    program.signal("TERM");
    assert_eq!(program.end(), Some(0));
    let parts = [
        "service.name",
        "countersign.site",
        "deployment.environment.name",
    ];
    let text = collector.received(&parts);
    for part in [
        TRACE,
        PARENT,
        "/a.txt",
        "granted",
        "http.response.status_code",
        "miss",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("sig="), "{text}");
    assert!(!text.contains("cs="), "{text}");
}

#[test]
fn a_protocol_that_is_not_built_in_is_a_fault_that_names_the_variable() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("media")).unwrap();
    let settings = format!("{TOP}{}", site("media", "", ""));
    std::fs::write(folder.path().join("countersign.toml"), settings).unwrap();
    let mut serve = command(folder.path());
    serve
        .arg("serve")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    let (code, _, told) = support::program::run(serve);
    assert_eq!(code, 2);
    assert!(
        told.contains("OTEL_EXPORTER_OTLP_PROTOCOL=\"grpc\""),
        "{told}"
    );
}
