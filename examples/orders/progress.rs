//! A bar while the orders are worked on; where stderr is no terminal, a line now and then.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const LOOK: &str = "{bar:40} {pos}/{len} orders, {per_sec}, {eta} left";
/// How many lines there are at most where there is no bar.
const LINES: u64 = 10;

pub(crate) struct Progress {
    bar: ProgressBar,
    orders: u64,
    lines_said: u64,
}

impl Progress {
    pub(crate) fn new(orders: u64) -> Self {
        let bar = ProgressBar::new(orders);
        if let Ok(style) = ProgressStyle::with_template(LOOK) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar, orders, lines_said: 0 }
    }

    pub(crate) fn show(&mut self, ended: u64) {
        self.bar.set_position(ended);
        let line = ended * LINES / self.orders.max(1);
        if self.bar.is_hidden() && line > self.lines_said {
            self.lines_said = line;
            eprintln!("{ended} of {} orders", self.orders);
        }
    }

    /// Takes the bar away; what is printed next is the result.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
