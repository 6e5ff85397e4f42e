//! The runtime that all frameworks but actix share the make of.

use std::mem;

use tokio::runtime::Builder;

/// Runs a driver as a task of a runtime of its own, beside the actors.
pub(super) fn run<D>(workers: usize, driver: impl FnOnce() -> D + Send + 'static) -> D::Output
where
    D: Future<Output: Send + 'static> + Send + 'static,
{
    let runtime = Builder::new_multi_thread().worker_threads(workers).enable_time().build();
    let runtime = runtime.expect("threads can be started");
    let output = runtime.block_on(async {
        // The driver is made inside, where a framework finds the runtime it is to use.
        let driver = driver();
        tokio::spawn(driver).await.expect("the load comes out right")
    });
    // Actors may be busy with messages that no load waits for; with the runtime gone, they would send to nobody.
    mem::forget(runtime);
    output
}

/// Starts a future beside the driver; what is returned waits for its end.
pub(super) fn task(future: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send {
    let task = tokio::spawn(future);
    async { task.await.expect("the task comes out right") }
}
