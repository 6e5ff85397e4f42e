//! How actors tell the driver that they are done; the same for every framework.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Opens when as many have arrived as it waits for, and adds up what they bring.
#[derive(Clone)]
pub(crate) struct Latch(Arc<State>);

struct State {
    missing: AtomicU64,
    sum: AtomicU64,
    opened: Notify,
}

impl Latch {
    pub(crate) fn new(missing: u64) -> Self {
        let (missing, sum) = (AtomicU64::new(missing), AtomicU64::new(0));
        Self(Arc::new(State { missing, sum, opened: Notify::new() }))
    }

    pub(crate) fn arrive(&self, with: u64) {
        self.0.sum.fetch_add(with, Ordering::Relaxed);
        if self.0.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.opened.notify_one();
        }
    }

    /// Waits until it opens, and gives the sum. Only the driver waits, and once.
    pub(crate) async fn opened(&self) -> u64 {
        self.0.opened.notified().await;
        self.0.sum.load(Ordering::Acquire)
    }
}
