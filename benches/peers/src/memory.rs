//! What the kernel says about the memory of this process. Only Linux says it in this way; elsewhere it reads as nothing.

use std::fs;
use std::time::Duration;

/// Bytes in memory now, after what is under way has been given time to end.
pub(crate) async fn resident() -> f64 {
    tokio::time::sleep(Duration::from_millis(300)).await;
    status("VmRSS:")
}

/// The most bytes that ever were in memory at once.
pub(crate) fn peak() -> f64 {
    status("VmHWM:")
}

fn status(field: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB"));
    kilobytes.and_then(|number| number.parse::<f64>().ok()).map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
}
