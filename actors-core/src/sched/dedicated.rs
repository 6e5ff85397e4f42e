//! Actors with a thread of their own, whose handlers may block.

use std::io;

use tokio::runtime::Handle;

use super::sentinel::post_sentinel;

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
    let running = post_sentinel(runtime, abandon);
    let runtime = runtime.clone();
    let run = move || {
        let _running = running;
        runtime.block_on(future);
    };
    std::thread::Builder::new().name(name).spawn(run).map(drop)
}
