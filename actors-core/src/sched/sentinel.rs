//! Told when a runtime goes down.

use std::convert::Infallible;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Has `abandon` called when the runtime goes down, unless what is returned here is dropped before that.
pub(crate) fn post_sentinel(
    runtime: &Handle,
    abandon: impl FnOnce() + Send + 'static,
) -> oneshot::Sender<Infallible> {
    let (guarded, over) = oneshot::channel::<Infallible>();
    let sentinel = Sentinel { abandon: Some(abandon) };
    runtime.spawn(async move {
        // Nothing is ever sent: the other end is dropped when there is nothing to guard any more.
        let _ = over.await;
        sentinel.stand_down();
    });
    guarded
}

/// Part of a task that nobody but the runtime drops unfinished, when it goes down.
struct Sentinel<F: FnOnce()> {
    abandon: Option<F>,
}

impl<F: FnOnce()> Sentinel<F> {
    fn stand_down(mut self) {
        self.abandon = None;
    }
}

impl<F: FnOnce()> Drop for Sentinel<F> {
    fn drop(&mut self) {
        if let Some(abandon) = self.abandon.take() {
            abandon();
        }
    }
}
