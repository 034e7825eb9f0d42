//! How much memory the machine has for us, so that nobody has to say it.

use std::fs;

/// Of the memory that there is, a store keeps this part: two stores in one process, and room for everything else.
const PART: u64 = 16;

/// A store that is left to itself keeps neither less nor more.
const LEAST: u64 = 32 * 1024 * 1024;
const MOST: u64 = 1024 * 1024 * 1024;

/// Where a container is told its limit: control groups of version 2 and 1.
const LIMITS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// How many bytes one store may keep in memory on this machine: a sixteenth of what there is, between 32 MiB and 1 GiB. Where
/// the machine does not say what there is, 32 MiB.
pub(super) fn store_share() -> usize {
    let there_is = fs::read_to_string("/proc/meminfo").ok().as_deref().and_then(total);
    let limits = LIMITS.iter().filter_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
    share(there_is.into_iter().chain(limits).min())
}

fn share(memory: Option<u64>) -> usize {
    let bytes = memory.map_or(LEAST, |memory| (memory / PART).clamp(LEAST, MOST));
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// The bytes that Linux says there are.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sixteenth_within_bounds() {
        assert_eq!(share(None), 32 << 20);
        assert_eq!(share(Some(256 << 20)), 32 << 20);
        assert_eq!(share(Some(2 << 30)), 128 << 20);
        assert_eq!(share(Some(64 << 30)), 1 << 30);
    }

    #[test]
    fn the_machine_says_what_it_has() {
        assert_eq!(total("MemTotal:        2048 kB\nMemFree: 7 kB\n"), Some(2 << 20));
        assert_eq!(total("MemTotal: much\n"), None);
        assert_eq!(total(""), None);
    }
}
