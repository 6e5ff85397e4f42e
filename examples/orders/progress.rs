//! A bar while the orders are worked on; nothing where stderr is not a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const LOOK: &str = "{bar:40} {pos}/{len} orders, {per_sec}, {eta} left";

pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(orders: u64) -> Self {
        let bar = ProgressBar::new(orders);
        if let Ok(style) = ProgressStyle::with_template(LOOK) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }

    pub(crate) fn show(&self, ended: u64) {
        self.0.set_position(ended);
    }

    /// Takes the bar away; what is printed next is the result.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}
