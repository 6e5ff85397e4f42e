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

/// What it reports for one whose services have given up.
const EXIT_ESCALATED: i32 = 1;

/// Runs `main` on a new multi-thread runtime with a system of its own, and shuts that down when `main` returns.
///
/// Ctrl-C and SIGTERM shut the system down, after which `main` is given up if it has not returned; a second one ends
/// the process at once.
///
/// So does a supervisor that gives up and has none above it: the services it ran are gone. Whatever `main` returns then, the
/// process says why on stderr and exits with code 1, so that whoever runs it can start it anew.
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
        let signals = tokio::spawn(obey_signals(system.clone(), Signals::new()));
        let escalation = tokio::spawn(end_with_the_services(system.clone()));
        let result = until_terminated(&system, main(system.clone())).await;
        let report = system.shutdown(SHUTDOWN_DEADLINE).await;
        if !report.is_clean() {
            eprintln!("shutdown: {report}");
        }
        signals.abort();
        escalation.abort();
        (result, report)
    });
    // Work on blocking threads that never ends must not keep the process.
    runtime.shutdown_background();
    match result {
        (Some(result), report) if report.escalated().is_none() => result,
        (None, report) if report.escalated().is_none() => std::process::exit(0),
        (result, _) => {
            // It prints its own error, if it is one.
            result.map(R::report);
            std::process::exit(EXIT_ESCALATED);
        }
    }
}

/// Shuts the system down once a supervisor at the top has given up.
async fn end_with_the_services(system: ActorSystem) {
    system.escalated().await;
    system.shutdown(SHUTDOWN_DEADLINE).await;
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

async fn obey_signals(system: ActorSystem, mut signals: Signals) {
    signals.next().await;
    tracing::info!("asked to end; shutting down");
    tokio::spawn(async move { system.shutdown(SHUTDOWN_DEADLINE).await });
    signals.next().await;
    std::process::exit(EXIT_INTERRUPTED);
}

/// What asks a program to end. From its making on, signals wait here instead of killing the process.
#[cfg(unix)]
struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // Without a signal the program is only less polite.
        Self([SignalKind::interrupt(), SignalKind::terminate()].into_iter().flat_map(signal).collect())
    }

    async fn next(&mut self) {
        poll_fn(|cx| {
            let come = self.0.iter_mut().any(|signal| signal.poll_recv(cx).is_ready());
            if come { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// What asks a program to end.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        // Without the signal the program is only less polite.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
