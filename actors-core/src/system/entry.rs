//! What `#[actors::main]` makes of `main`.

use std::future::poll_fn;
use std::pin::pin;
use std::process::Termination;
use std::task::Poll;
use std::time::Duration;

use super::ActorSystem;

/// How long a program that was asked to end may take.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(10);

/// What a shell reports for a program that Ctrl-C ended.
const EXIT_INTERRUPTED: i32 = 130;

/// Runs `main` on a new multi-thread runtime with a system of its own, and shuts that down when `main` returns.
///
/// Ctrl-C and SIGTERM shut the system down, after which `main` is given up if it has not returned; a second one ends
/// the process at once.
///
/// # Panics
///
/// If the runtime cannot be started.
pub fn run_main<F, R>(main: impl FnOnce(ActorSystem) -> F) -> R
where
    F: Future<Output = R>,
    R: Termination,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap_or_else(|error| panic!("the tokio runtime could not be started: {error}"));
    let result = runtime.block_on(async {
        let system = ActorSystem::new();
        let signals = tokio::spawn(obey_signals(system.clone()));
        let result = until_terminated(&system, main(system.clone())).await;
        let report = system.shutdown(SHUTDOWN_DEADLINE).await;
        if !report.is_clean() {
            eprintln!("shutdown: {report}");
        }
        signals.abort();
        result
    });
    // Work on blocking threads that never ends must not keep the process.
    runtime.shutdown_background();
    match result {
        Some(result) => result,
        None => std::process::exit(0),
    }
}

/// The result of `main`; `None` if the system was shut down and `main` did not return within the deadline.
async fn until_terminated<R>(system: &ActorSystem, main: impl Future<Output = R>) -> Option<R> {
    let mut main = pin!(main);
    let mut given_up = pin!(async {
        system.terminated().await;
        // Whatever `main` does after the system has ended is short.
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    poll_fn(|cx| match main.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => given_up.as_mut().poll(cx).map(|()| None),
    })
    .await
}

async fn obey_signals(system: ActorSystem) {
    next_signal().await;
    tracing::info!("asked to end; shutting down");
    tokio::spawn(async move { system.shutdown(SHUTDOWN_DEADLINE).await });
    next_signal().await;
    std::process::exit(EXIT_INTERRUPTED);
}

#[cfg(unix)]
async fn next_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        // Without the signal the program is only less polite.
        Err(_) => return drop(tokio::signal::ctrl_c().await),
    };
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    poll_fn(|cx| {
        if terminate.poll_recv(cx).is_ready() || interrupt.as_mut().poll(cx).is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

#[cfg(not(unix))]
async fn next_signal() {
    // Without the signal the program is only less polite.
    let _ = tokio::signal::ctrl_c().await;
}
