//! Actors with a thread of their own, whose handlers may block.

use std::convert::Infallible;
use std::io;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Runs a future to its end on a new thread, inside the runtime's context, so that timers and sockets work.
///
/// The thread does not go down with the runtime: if that comes first, `abandon` is called, which is to end the future.
pub(crate) fn run_on_own_thread<F>(
    runtime: &Handle,
    name: String,
    future: F,
    abandon: impl FnOnce() + Send + 'static,
) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (running, over) = oneshot::channel::<Infallible>();
    let sentinel = Sentinel { abandon: Some(abandon) };
    runtime.spawn(async move {
        // Nothing is ever sent: the thread drops its end when the future has come to its own.
        let _ = over.await;
        sentinel.stand_down();
    });
    let runtime = runtime.clone();
    let run = move || {
        let _running = running;
        runtime.block_on(future);
    };
    std::thread::Builder::new().name(name).spawn(run).map(drop)
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
