//! Where and when the numbers were measured.

use std::fs;
use std::num::NonZero;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::arguments::Arguments;

/// How many processors the program may use.
pub(crate) fn processors() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// The lines above the table.
pub(crate) fn heading(arguments: &Arguments) -> String {
    let Arguments { rounds, size, .. } = arguments;
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let date = date(since_1970.as_secs() / (24 * 60 * 60));
    let medians = if *rounds == 1 { "one round".to_owned() } else { format!("medians of {rounds} rounds") };
    let mut heading = format!(
        "{date}, {}, {} cores, {}\nnanoseconds per operation, {medians}, {} workers",
        processor(),
        processors(),
        env!("RUSTC_VERSION"),
        size.workers,
    );
    if size.scale.of(1_000_000) != 1_000_000 {
        heading += &format!(", at {} of the full size: not to be compared", size.scale);
    }
    heading + "\n\n"
}

fn processor() -> String {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("an unknown processor", |(_, model)| model).to_owned()
}

/// The date in the Gregorian calendar, of days since 1970.
fn date(days: u64) -> String {
    let (mut year, mut left) = (1970, days);
    while left >= days_of(year) {
        left -= days_of(year);
        year += 1;
    }
    let february = days_of(year) - 337;
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
}

fn days_of(year: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if is_leap { 366 } else { 365 }
}

#[test]
fn days_become_dates() {
    assert_eq!(date(0), "1970-01-01");
    assert_eq!(date(59), "1970-03-01");
    assert_eq!(date(11_016), "2000-02-29");
    assert_eq!(date(20_453), "2025-12-31");
    assert_eq!(date(20_454), "2026-01-01");
}
