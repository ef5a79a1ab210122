//! What processes use, by `/proc`.

use std::fs;

/// Nanoseconds that all threads of a process have run, in user and system mode.
///
/// The scheduler's own count (`schedstat`): `stat` counts in ticks of 10 ms, of which a short round
/// has too few. Threads that ended are not in it; the servers measured here keep theirs.
pub(crate) fn ran_nanos(pid: u32) -> u64 {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return 0;
    };
    tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// Bytes of memory that a process holds.
pub(crate) fn resident_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1_024
}

#[cfg(test)]
mod tests {
    use super::{ran_nanos, resident_bytes};

    #[test]
    fn a_process_has_run_and_holds_memory() {
        let own = std::process::id();
        assert!(ran_nanos(own) > 0);
        assert!(resident_bytes(own) > 100_000);
    }
}
