//! The PROXY protocol in front of HTTP: raw bytes, and HAProxy where it is installed.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::http::{Answer, connect, parse, request};
use crate::support::origin::{Origin, TOP, site};
use crate::support::token::{signed_with, terms};
use crate::support::until;

/// An origin; `own` goes into `[delivery]`.
fn origin(own: &str) -> Origin {
    let top = TOP.replacen("[delivery]\n", &format!("[delivery]\n{own}\n"), 1);
    let origin = Origin::start(&format!("{top}{}", site("media", "", "")));
    origin.put("a.txt", "hello");
    origin
}

const ON: &str = "trusted_proxies = [\"127.0.0.1\"]\nproxy_protocol = true";

fn bound_to(network: &str) -> Vec<u8> {
    let mut terms = terms();
    terms.ip = vec![network.into()];
    let target = signed_with("/a.txt", &terms);
    request("GET", &target, &[("Host", "media.test")])
}

fn v2(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    header.extend([0x20 | command, family, 0]);
    header.push(u8::try_from(addresses.len()).unwrap());
    header.extend(addresses);
    header
}

/// Sends the bytes; `None`: the connection was closed without a byte of an answer.
fn exchanged(mut stream: TcpStream, bytes: &[u8]) -> Option<Answer> {
    stream.write_all(bytes).unwrap();
    let mut all = Vec::new();
    match stream.read_to_end(&mut all) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error} after {} bytes", all.len()),
    }
    (!all.is_empty()).then(|| parse(&all))
}

#[test]
fn the_client_is_whom_the_header_names() {
    let origin = origin(ON);
    let v6 = [&[0x20, 0x01, 0x0d, 0xb8][..], &[0; 28], &[0, 80, 0, 80]].concat();
    let v4 = [192, 0, 2, 7, 127, 0, 0, 1, 0, 80, 0, 80];
    for (header, network, status) in [
        (
            b"PROXY TCP4 192.0.2.7 127.0.0.1 4444 80\r\n".to_vec(),
            "192.0.2.7",
            200,
        ),
        (
            b"PROXY TCP4 192.0.2.8 127.0.0.1 4444 80\r\n".to_vec(),
            "192.0.2.7",
            403,
        ),
        (
            b"PROXY TCP6 2001:db8::1 ::1 4444 80\r\n".to_vec(),
            "2001:db8::/64",
            200,
        ),
        (
            b"PROXY TCP6 ::ffff:192.0.2.7 ::1 4444 80\r\n".to_vec(),
            "192.0.2.7",
            200,
        ),
        (v2(1, 0x11, &v4), "192.0.2.7", 200),
        (v2(1, 0x21, &v6), "2001:db8::/64", 200),
        // The connection is the proxy's own: it is nobody's client.
        (v2(0, 0, &[]), "127.0.0.1", 403),
        (b"PROXY UNKNOWN\r\n".to_vec(), "127.0.0.1", 403),
    ] {
        let shown = String::from_utf8_lossy(&header).into_owned();
        let answer = origin.raw(&[header, bound_to(network)].concat());
        assert_eq!(answer.status, status, "{shown:?} {network}");
        assert_eq!(answer.code(), if status == 200 { "" } else { "ip" });
    }
    // A health check of the proxy's is served what anybody is.
    let target = signed_with("/a.txt", &terms());
    let check = request("GET", &target, &[("Host", "media.test")]);
    assert_eq!(origin.raw(&[v2(0, 0, &[]), check].concat()).status, 200);
}

#[test]
fn a_proxy_behind_a_proxy_names_the_client_in_its_header() {
    let own = "trusted_proxies = [\"127.0.0.1\", \"192.0.2.0/24\"]\nproxy_protocol = true\n\
               client_ip_header = \"X-Forwarded-For\"";
    let origin = origin(own);
    let mut terms = terms();
    terms.ip = vec!["198.51.100.1".into()];
    let lines = [("Host", "media.test"), ("X-Forwarded-For", "198.51.100.1")];
    let asked = request("GET", &signed_with("/a.txt", &terms), &lines);
    for (header, status) in [
        ("PROXY TCP4 192.0.2.7 127.0.0.1 4444 80\r\n", 200),
        ("PROXY TCP4 203.0.113.1 127.0.0.1 4444 80\r\n", 403),
    ] {
        let answer = origin.raw(&[header.as_bytes(), &asked].concat());
        assert_eq!(answer.status, status, "{header}");
    }
}

#[test]
fn a_connection_without_a_trusted_proxys_header_is_closed_and_counted() {
    let refused = |origin: &Origin, fault: &str| {
        let labels = format!("{{listener=\"delivery\",fault=\"{fault}\"}}");
        origin.metric(&format!("countersign_proxy_protocol_refused_total{labels}"))
    };
    let on = origin(ON);
    let good = bound_to("127.0.0.1");
    let bad = b"PROXY TCP4 192.0.2.7\r\n".to_vec();
    for bytes in [good.clone(), [bad, good.clone()].concat(), v2(2, 0, &[])] {
        assert!(exchanged(connect(on.addresses.delivery), &bytes).is_none());
    }
    assert_eq!(refused(&on, "missing"), Some(1.0));
    assert_eq!(refused(&on, "invalid"), Some(2.0));
    let header = b"PROXY TCP4 127.0.0.1 127.0.0.1 4444 80\r\n".to_vec();
    let stranger = origin("trusted_proxies = [\"10.0.0.0/8\"]\nproxy_protocol = true");
    let bytes = [header.clone(), good.clone()].concat();
    assert!(exchanged(connect(stranger.addresses.delivery), &bytes).is_none());
    assert_eq!(refused(&stranger, "untrusted"), Some(1.0));
    // Where it is off, a header is no HTTP.
    let off = origin("");
    let answer = exchanged(connect(off.addresses.delivery), &bytes);
    assert!(answer.is_none_or(|answer| answer.status == 400));
    assert_eq!(off.raw(&good).status, 200);
}

#[test]
fn a_header_that_does_not_come_in_time_ends_the_connection() {
    let origin = origin(&format!("{ON}\nheader_timeout = \"200ms\""));
    let silent = connect(origin.addresses.delivery);
    let mut slow = connect(origin.addresses.delivery);
    slow.write_all(b"PROXY TCP4 192.0").unwrap();
    for stream in [silent, slow] {
        assert!(exchanged(stream, b"").is_none());
    }
    let late =
        "countersign_proxy_protocol_refused_total{listener=\"delivery\",fault=\"timed_out\"}";
    assert_eq!(origin.metric(late), Some(2.0));
}

#[test]
fn the_signing_listener_has_it_too() {
    let signing = "[signing]\nlisten = \"127.0.0.1:0\"\n\
                   trusted_proxies = [\"127.0.0.1\"]\nproxy_protocol = true\n";
    let origin = Origin::start(&format!("{TOP}{signing}{}", site("media", "", "")));
    let address = origin.addresses.signing.unwrap();
    let asked = request("GET", "/v1/keys", &[("Host", "x")]);
    let header = b"PROXY TCP4 192.0.2.7 127.0.0.1 4444 80\r\n".to_vec();
    let answer = exchanged(connect(address), &[header, asked.clone()].concat());
    assert_eq!(answer.map(|answer| answer.status), Some(401));
    assert!(exchanged(connect(address), &asked).is_none());
    let counted =
        "countersign_proxy_protocol_refused_total{listener=\"signing\",fault=\"missing\"}";
    assert_eq!(origin.metric(counted), Some(1.0));
}

/// HAProxy; killed on drop.
struct Haproxy(Child);

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Haproxy {
    /// Runs with these servers behind it: mode, `server` line. `None`: it is not installed.
    fn start(origin: &Origin, servers: &[(&str, String)]) -> Option<(Self, Vec<SocketAddr>)> {
        let program = ["haproxy", "/usr/sbin/haproxy"]
            .into_iter()
            .find(|program| {
                let mut asked = Command::new(program);
                asked.arg("-v").stdout(Stdio::null()).stderr(Stdio::null());
                asked.status().is_ok()
            })?;
        // A port that was free may be taken before HAProxy has it: then with others.
        let started = (0..5).find_map(|_| {
            let taken = servers
                .iter()
                .map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
            let taken: Vec<_> = taken.collect();
            let ports: Vec<_> = taken.iter().map(|own| own.local_addr().unwrap()).collect();
            drop(taken);
            let file = origin.folder().join("haproxy.cfg");
            let times = "timeout connect 20s\n timeout client 20s\n timeout server 20s";
            let mut text = format!("defaults\n {times}\n");
            for (at, (mode, server)) in servers.iter().enumerate() {
                let port = ports[at];
                text += &format!("listen l{at}\n mode {mode}\n bind {port}\n server o {server}\n");
            }
            fs::write(&file, text).unwrap();
            let mut command = Command::new(program);
            command.arg("-db").arg("-f").arg(file).stderr(Stdio::null());
            let mut haproxy = Self(command.spawn().unwrap());
            let is_up = || ports.iter().all(|port| TcpStream::connect(port).is_ok());
            let has_ended = |child: &mut Child| child.try_wait().unwrap().is_some();
            let is_up = until("HAProxy", || {
                is_up()
                    .then_some(true)
                    .or(has_ended(&mut haproxy.0).then_some(false))
            });
            is_up.then_some((haproxy, ports))
        });
        Some(started.expect("HAProxy does not start"))
    }
}

/// A connection from one of the loopback's other addresses.
fn connect_from(source: &str, to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let source = SocketAddr::new(source.parse().unwrap(), 0);
    socket.bind(&source.into()).unwrap();
    socket.connect(&to.into()).unwrap();
    let stream: TcpStream = socket.into();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

#[test]
#[allow(clippy::print_stderr, reason = "says why nothing was tried")]
fn haproxy_tells_whom_it_speaks_for() {
    let on = origin(ON);
    let by_header = "trusted_proxies = [\"127.0.0.1\"]\nclient_ip_header = \"X-Forwarded-For\"";
    let by_header = origin(by_header);
    let (on_at, by_header_at) = (on.addresses.delivery, by_header.addresses.delivery);
    let servers = [
        ("tcp", format!("{on_at} send-proxy")),
        ("tcp", format!("{on_at} send-proxy-v2")),
        (
            "tcp",
            format!("{on_at} send-proxy-v2 proxy-v2-options crc32c,unique-id"),
        ),
        ("http\n option forwardfor", by_header_at.to_string()),
    ];
    let Some((_haproxy, ports)) = Haproxy::start(&on, &servers) else {
        eprintln!("skipped: HAProxy is not installed");
        return;
    };
    let mut terms = terms();
    terms.ip = vec!["127.0.0.2".into()];
    let lies = [("Host", "media.test"), ("X-Forwarded-For", "127.0.0.2")];
    let asked = request("GET", &signed_with("/a.txt", &terms), &lies);
    for port in ports {
        let answer = exchanged(connect_from("127.0.0.2", port), &asked);
        assert_eq!(answer.map(|answer| answer.status), Some(200), "{port}");
        let answer = exchanged(connect_from("127.0.0.3", port), &asked).unwrap();
        assert_eq!(answer.code(), "ip", "{port}");
    }
}
