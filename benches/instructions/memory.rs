//! Resident bytes of the process.

use std::fs;

/// Measures before, while and after actors live, and prints what each took.
pub(crate) struct Bytes {
    actors: u64,
    before: u64,
}

impl Bytes {
    pub(crate) fn before(actors: u64) -> Self {
        Self { actors, before: resident() }
    }

    pub(crate) fn alive(&mut self) {
        let resident = resident();
        let each = resident.saturating_sub(self.before) / self.actors.max(1);
        println!("{each} bytes each, {} MB resident in all", resident / 1_000_000);
    }

    pub(crate) fn gone(&self) {
        println!("{} MB resident after they are gone", resident() / 1_000_000);
    }
}

/// 0 where the system does not tell.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes.unwrap_or(0_u64) * 1_024
}
