use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::{JsonLines, MAX_WAITING_LINES, Take, WholeLines};

/// Takes nothing before it is told to.
struct Stuck(Receiver<()>);

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tells of each call.
struct Told(SyncSender<String>);

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let told = self.0.send(text);
        told.map(|()| bytes.len()).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A disk with so many bytes left.
struct Disk {
    left: usize,
    text: String,
}

impl Write for &mut Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        self.text
            .push_str(std::str::from_utf8(&bytes[..taken]).unwrap());
        match taken {
            0 => Err(ErrorKind::StorageFull.into()),
            taken => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn who_writes_never_waits_and_what_is_dropped_is_counted() {
    for start in [JsonLines::to, JsonLines::together] {
        let (go_on, stuck) = sync_channel(0);
        let lines = start(Stuck(stuck), "stuck");
        for _ in 0..MAX_WAITING_LINES + 100 {
            lines.write(&1);
        }
        assert_eq!(lines.lost(), 100);
        drop(go_on);
    }
}

#[test]
fn all_that_waits_is_written_before_the_last_one_goes() {
    for start in [JsonLines::to, JsonLines::together] {
        let (told, calls) = sync_channel(100);
        let lines = start(Told(told), "told");
        for number in 0..100 {
            lines.clone().write(&number);
        }
        drop(lines);
        let all: String = calls.try_iter().collect();
        let expected: Vec<String> = (0..100).map(|number| format!("{number}\n")).collect();
        assert_eq!(all, expected.concat());
    }
}

#[test]
fn each_line_in_one_call_or_all_in_one() {
    let calls = |start: fn(Told, &str) -> JsonLines| {
        let (told, calls) = sync_channel(100);
        let lines = start(Told(told), "told");
        (0..20).for_each(|number| lines.write(&number));
        drop(lines);
        calls.try_iter().count()
    };
    assert_eq!(calls(JsonLines::to), 20);
    assert!(calls(JsonLines::together) < 20);
}

#[test]
fn a_full_disk_loses_whole_lines_and_spoils_none() {
    let mut disk = Disk {
        left: 12,
        text: String::new(),
    };
    let mut out = WholeLines::new(&mut disk, false);
    assert_eq!(out.take(b"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"), 2);
    assert_eq!(out.take(b"{\"a\":4}\n"), 1);
    out.out.left = 100;
    assert_eq!(out.take(b"{\"a\":5}\n"), 0);
    assert_eq!(disk.text, "{\"a\":1}\n{\"a\"\n{\"a\":5}\n");
}
