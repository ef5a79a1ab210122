//! A limit of the kernel's on a program's memory, as a container has one: control groups of version 1
//! and 2 (<https://docs.kernel.org/admin-guide/cgroup-v2.html#memory>).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::program::command;

const ROOT: &str = "/sys/fs/cgroup";

/// A control group; removed on drop, behind the program that is in it.
pub(crate) struct Cgroup {
    folder: PathBuf,
    files: &'static Files,
}

/// How a version names things.
struct Files {
    limit: &'static str,
    peak: &'static str,
    events: &'static str,
}

const V1: Files = Files {
    limit: "memory.limit_in_bytes",
    peak: "memory.max_usage_in_bytes",
    events: "memory.oom_control",
};

const V2: Files = Files {
    limit: "memory.max",
    peak: "memory.peak",
    events: "memory.events",
};

impl Cgroup {
    /// Below the test's own group, or the nearest one above that hands the memory on.
    ///
    /// # Errors
    /// Why there is none: mostly that the test is not run by root.
    pub(crate) fn with_limit(limit_bytes: u64) -> io::Result<Self> {
        let mut last = io::Error::other("no memory controller");
        for (root, own, files) in places(&fs::read_to_string("/proc/self/cgroup")?) {
            for above in Path::new(&own).ancestors() {
                let above = above.strip_prefix("/").unwrap_or(above);
                match Self::below(&root.join(above), files, limit_bytes) {
                    Ok(group) => return Ok(group),
                    Err(error) => last = error,
                }
            }
        }
        Err(last)
    }

    fn below(above: &Path, files: &'static Files, limit_bytes: u64) -> io::Result<Self> {
        let name = format!("countersign-test-{}", std::process::id());
        let folder = above.join(name);
        fs::create_dir(&folder)?;
        let group = Self { folder, files };
        // Nothing is made there: a file that is absent is a controller that is not on.
        let limit = group.folder.join(files.limit);
        fs::metadata(&limit)?;
        fs::write(&limit, limit_bytes.to_string())?;
        Ok(group)
    }

    /// `serve` in a folder, in this group from before its first instruction.
    pub(crate) fn serve(&self, folder: &Path) -> Command {
        let plain = command(folder);
        let mut shell = Command::new("sh");
        shell
            .current_dir(folder)
            .args(["-c", "echo $$ >\"$0\" && exec \"$1\" serve"])
            .arg(self.folder.join("cgroup.procs"))
            .arg(plain.get_program());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell
    }

    /// The most that was ever charged to it, the kernel's own for it included; `None` where the kernel
    /// does not say (version 2 before Linux 5.19).
    pub(crate) fn peak_bytes(&self) -> Option<u64> {
        self.read(self.files.peak)?.trim().parse().ok()
    }

    /// How many processes the kernel has killed.
    pub(crate) fn killed(&self) -> u64 {
        let text = self.read(self.files.events).unwrap();
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok());
        value.expect("the kernel counts them (Linux 4.13)")
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Where groups are made, and which one is the test's own, by each version that is mounted.
fn places(own: &str) -> Vec<(PathBuf, String, &'static Files)> {
    let place = |line: &str| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        let root = Path::new(ROOT);
        if controllers.split(',').any(|name| name == "memory") {
            return Some((root.join("memory"), path.to_owned(), &V1));
        }
        let is_mounted = controllers.is_empty() && root.join("cgroup.controllers").exists();
        is_mounted.then(|| (root.to_owned(), path.to_owned(), &V2))
    };
    own.lines().filter_map(place).collect()
}
