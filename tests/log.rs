//! The access log of the program, and what is never in it.

mod support;

use std::fs;
use std::process::Command;

use countersign::clock::Clock;
use countersign_token::Carrier;
use serde_json::Value;
use support::http::{Answer, exchange, request};
use support::moto::Moto;
use support::ops::{ask_ops, metric};
use support::origin::{TOP, site};
use support::program::{Program, READY, command};
use support::s3;
use support::token::{SECRET, Terms, in_url, target, token};
use support::until;
use tempfile::TempDir;

/// In everything that is nobody's business.
const MARK: &str = "xMARKx";

struct Logged {
    _folder: TempDir,
    program: Program,
}

impl Logged {
    /// At the level that tells most.
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("media")).unwrap();
        fs::write(folder.path().join("media/a b.txt"), "hello").unwrap();
        fs::write(folder.path().join("media/film.mp4"), [7; 9_000]).unwrap();
        let toml = format!("{TOP}[log]\nlevel = \"trace\"\n{}", site("media", "", ""));
        fs::write(folder.path().join("countersign.toml"), toml).unwrap();
        let program = Program::serve(folder.path());
        Self {
            program,
            _folder: folder,
        }
    }

    fn send(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("Host", "media.test")];
        all.extend(headers);
        self.raw(&request(method, target, &all))
    }

    fn raw(&self, bytes: &[u8]) -> Answer {
        exchange(self.program.address("delivery"), bytes)
    }

    /// The log's lines, as soon as there are so many.
    fn lines(&self, count: usize) -> Vec<Value> {
        let lines = || Some(self.program.out.all()).filter(|lines| lines.len() >= count);
        let lines = until("the log's lines", lines);
        assert_eq!(lines.len(), count, "{lines:#?}");
        let parsed = lines.iter().map(|line| serde_json::from_str(line));
        parsed.collect::<Result<_, _>>().unwrap()
    }
}

fn terms() -> Terms {
    Terms {
        exp: Clock::system().now_unix_secs() + 600,
        jti: Some("t-1".into()),
        sub: Some("ada".into()),
        sid: Some("s-1".into()),
        data: Some("order 7".into()),
        ..Terms::default()
    }
}

#[test]
fn of_several_parts_the_line_has_all_bytes_with_the_parts_heads() {
    let logged = Logged::start();
    let film = target("/film.mp4", &token("/film.mp4", &terms()));
    let answer = logged.send("GET", &film, &[("Range", "bytes=0-9,100-299")]);
    assert_eq!(answer.status, 206);
    assert!(answer.body.len() > 10 + 200 + 100, "{}", answer.body.len());
    let line = &logged.lines(1)[0];
    assert_eq!(line["bytes_sent"], answer.body.len());
    assert_eq!(
        (&line["status"], &line["complete"]),
        (&206.into(), &true.into())
    );
}

#[test]
fn a_line_tells_what_became_of_a_request() {
    let logged = Logged::start();
    let good = target("/a b.txt", &token("/a b.txt", &terms()));
    logged.send("GET", &good, &[]);
    // A block is kept a moment after its last bytes were handed on.
    until("the block that is kept", || {
        let metrics = ask_ops(logged.program.address("ops"), "/metrics", &[]);
        let none = "countersign_cache_arriving_blocks 0";
        metrics.text().lines().find(|line| *line == none).map(drop)
    });
    logged.send("GET", &good, &[("Range", "bytes=0-1")]);
    logged.send("HEAD", &good, &[]);
    let late = Terms { exp: 1, ..terms() };
    let late = logged.send("GET", &target("/a b.txt", &token("/a b.txt", &late)), &[]);
    let forged = good.replace("sub=ada", "sub=bob");
    logged.send("GET", &forged, &[]);
    logged.raw(&request("GET", "/a%20b.txt", &[("Host", "x.test")]));
    logged.send(&"LONG".repeat(10_000), "/a%20b.txt", &[]);
    let lines = logged.lines(7);
    assert_eq!(
        (&lines[6]["method"], &lines[6]["status"]),
        (&"LONGLONGLONGLONG".into(), &405.into())
    );
    let whole = &lines[0];
    for (name, value) in [
        ("client", "127.0.0.1"),
        ("site", "media"),
        ("method", "GET"),
        ("path", "/a%20b.txt"),
        ("decision", "granted"),
        ("carrier", "query"),
        ("kid", "k1"),
        ("jti", "t-1"),
        ("sub", "ada"),
        ("sid", "s-1"),
        ("data", "order 7"),
        ("cache", "miss"),
    ] {
        assert_eq!(whole[name], value, "{name}");
    }
    assert_eq!(
        (&whole["status"], &whole["bytes_sent"]),
        (&200.into(), &5.into())
    );
    assert_eq!(whole["complete"], true);
    assert!(whole["reason"].is_null() && whole["claimed_kid"].is_null());
    let (first, all) = (
        whole["ttfb_ms"].as_f64().unwrap(),
        whole["duration_ms"].as_f64().unwrap(),
    );
    assert!(first > 0.0 && all >= first && all < 5_000.0, "{whole}");
    let time = whole["time"].as_str().unwrap();
    assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");

    let part = (
        &lines[1]["status"],
        &lines[1]["bytes_sent"],
        &lines[1]["cache"],
    );
    assert_eq!(part, (&206.into(), &2.into(), &"hit".into()));
    assert_eq!(
        (&lines[2]["method"], &lines[2]["bytes_sent"]),
        (&"HEAD".into(), &0.into())
    );
    assert_eq!(lines[2]["complete"], true);
    let denied = &lines[3];
    assert_eq!(
        (&denied["decision"], &denied["reason"]),
        (&"denied".into(), &"expired".into())
    );
    // Its signature held, so it is known whose it was.
    assert_eq!(
        (&denied["kid"], &denied["sub"]),
        (&"k1".into(), &"ada".into())
    );
    assert!(denied["cache"].is_null());
    assert_eq!(denied["request_id"], late.problem()["request_id"]);
    // What a forged token says is not taken for true.
    let forged = &lines[4];
    assert_eq!(
        (&forged["reason"], &forged["claimed_kid"]),
        (&"bad_signature".into(), &"k1".into())
    );
    assert!(
        forged["kid"].is_null() && forged["sub"].is_null(),
        "{forged}"
    );
    assert_eq!(
        (&lines[5]["status"], &lines[5]["reason"]),
        (&421.into(), &"unknown_host".into())
    );
    assert!(lines[5]["path"].is_null() && lines[5]["site"].is_null());
}

#[test]
fn no_token_target_referer_or_cookie_is_ever_written() {
    let logged = Logged::start();
    let good = token("/a b.txt", &terms());
    let signature = good.split("sig=").nth(1).unwrap();
    let broken = format!("1~kid=k1~exp=9~sub={MARK}~sig={}", "A".repeat(43));
    let url = target("/a b.txt", &good);
    let private = [
        ("Referer", format!("https://x.test/{MARK}?cs={good}")),
        (
            "Cookie",
            format!("session={MARK}; cs={broken}; cs-2={good}"),
        ),
        ("Authorization", format!("Bearer {MARK}")),
        ("User-Agent", format!("agent {MARK}")),
        ("X-Forwarded-For", MARK.to_owned()),
    ];
    let private: Vec<(&str, &str)> = private
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let mut targets = vec![
        format!("{url}&extra={MARK}"),
        format!("/a%20b.txt?{MARK}"),
        in_url("/a b.txt", &good, Carrier::Path),
        in_url("/a b.txt", &broken, Carrier::Path),
        format!("/c%73={MARK}/a%20b.txt"),
        format!("/cs={MARK}/cs={MARK}/a.txt"),
        format!("/cs={MARK}"),
        format!("/a/../{MARK}"),
        format!("/{MARK}%zz?cs={good}"),
        format!("/{MARK}%2f"),
        format!("{url}&cs={good}"),
        target("/a b.txt", &broken),
        format!("/none?cs={MARK}"),
        "/none".to_owned(),
    ];
    targets.push(format!("http://media.test{url}&{MARK}"));
    for target in &targets {
        for method in ["GET", "HEAD", "POST"] {
            logged.send(method, target, &private);
            logged.send(method, target, &[("Countersign", &broken)]);
        }
    }
    logged.send("OPTIONS", &targets[0], &private);
    logged.raw(&request("GET", &url, &[("Host", MARK)]));
    logged.raw(&request(
        "GET",
        &url,
        &[("Host", "media.test"), ("Host", MARK)],
    ));
    // No HTTP at all.
    let mut odd = support::http::connect(logged.program.address("delivery"));
    std::io::Write::write_all(&mut odd, format!("GET {url} {MARK}\r\n\r\n").as_bytes()).unwrap();
    let _ = std::io::Read::read_to_end(&mut odd, &mut Vec::new());
    logged.lines(targets.len() * 6 + 3);
    logged.program.signal("TERM");
    logged.program.told("stopped");
    let written = format!(
        "{}\n{}",
        logged.program.out.text(),
        logged.program.err.text()
    );
    for secret in [MARK, signature, "sig=", SECRET] {
        let line = written.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[test]
fn a_stores_credentials_are_never_written() {
    let Some(moto) = Moto::start() else { return };
    s3::bucket(
        &moto.endpoint,
        "media",
        &[("a.txt", "text/plain", b"hello")],
    );
    let folder = TempDir::new().unwrap();
    let toml = format!(
        "{TOP}[log]\nlevel = \"trace\"\n[[site]]\nname = \"media\"\nhosts = [\"media.test\"]\n\
         [site.store]\ntype = \"s3\"\nbucket = \"media\"\nendpoint = \"{}\"\nregion = \"us-east-1\"\n\
         path_style = true\naccess_key_id = \"testing\"\nsecret_access_key = \"{MARK}\"\n\
         [[site.key]]\nkid = \"k1\"\nalg = \"HS256\"\nsecret = \"{SECRET}\"\n",
        moto.endpoint
    );
    fs::write(folder.path().join("countersign.toml"), toml).unwrap();
    let program = Program::serve(folder.path());
    let logged = Logged {
        program,
        _folder: folder,
    };
    let good = target("/a.txt", &token("/a.txt", &terms()));
    assert_eq!(logged.send("GET", &good, &[]).text(), "hello");
    drop(moto);
    let none = target("/none.txt", &token("/none.txt", &terms()));
    assert_eq!(logged.send("GET", &none, &[]).status, 503);
    assert_eq!(logged.lines(2)[1]["reason"], "store_unavailable");
    logged.program.told("the store failed");
    let written = logged.program.err.text();
    for secret in [MARK, "sig=", "Signature=", SECRET] {
        let line = written.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

/// The program with standard output as a shell's words say.
fn serve_to(words: &str) -> (TempDir, Program) {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("media")).unwrap();
    fs::write(folder.path().join("media/a.txt"), "hello").unwrap();
    let toml = format!("{TOP}{}", site("media", "", ""));
    fs::write(folder.path().join("countersign.toml"), toml).unwrap();
    let plain = command(folder.path());
    let mut shell = Command::new("sh");
    shell.current_dir(folder.path()).args(["-c", words]);
    shell.arg(plain.get_program());
    let program = Program::start(shell);
    program.told(READY);
    (folder, program)
}

fn lines_lost(program: &Program) -> u64 {
    let name = "countersign_access_log_lines_lost_total";
    metric(program.address("ops"), name).map_or(0, |lost| lost as u64)
}

fn ask(program: &Program, times: usize) {
    let hello = target("/a.txt", &token("/a.txt", &terms()));
    let hello = request("GET", &hello, &[("Host", "media.test")]);
    for _ in 0..times {
        assert_eq!(exchange(program.address("delivery"), &hello).status, 200);
    }
}

#[test]
fn a_full_disk_holds_no_request_up_and_every_lost_line_is_counted() {
    let (_folder, program) = serve_to("exec \"$0\" serve >/dev/full");
    ask(&program, 20);
    until("the lost lines", || {
        (lines_lost(&program) == 20).then_some(())
    });
    assert!(program.err.all().len() < 10, "{}", program.err.text());
}

#[test]
fn a_log_that_had_no_room_goes_on_when_it_has_and_no_line_is_spoilt() {
    // 8 blocks, of 512 or 1,024 bytes; the signal that would end the program is ignored.
    let limited = "trap '' XFSZ; ulimit -f 8 && exec \"$0\" serve >>access.jsonl";
    let (folder, program) = serve_to(limited);
    let file = folder.path().join("access.jsonl");
    let whole = || {
        let text = fs::read_to_string(&file).unwrap();
        let is_whole = |line: &&str| serde_json::from_str::<Value>(line).is_ok();
        text.lines().filter(is_whole).count() as u64
    };
    ask(&program, 60);
    until("each line, or its loss", || {
        (whole() + lines_lost(&program) == 60).then_some(())
    });
    let lost = lines_lost(&program);
    assert!(lost > 0);
    // As logrotate's `copytruncate` does.
    fs::File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_len(0)
        .unwrap();
    ask(&program, 5);
    until("the lines", || (whole() == 5).then_some(()));
    assert_eq!(lines_lost(&program), lost);
}
