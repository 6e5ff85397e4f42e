//! Actors with a thread of their own, whose handlers may block.

use std::io;

use tokio::runtime::Handle;

/// Runs a future to its end on a new thread, inside the runtime's context, so that timers and sockets work.
pub(crate) fn run_on_own_thread<F>(runtime: &Handle, name: String, future: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = runtime.clone();
    std::thread::Builder::new().name(name).spawn(move || runtime.block_on(future)).map(drop)
}
