//! The breaker users call through.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::builder::BreakerBuilder;
use super::circuit::{BreakerState, Circuit, Era, Outcome, Refused};
use super::error::BreakerError;
use super::pass::Pass;
use crate::observe::Topic;
use crate::supervision::Backoff;
use crate::sync::Lock;

/// Refuses calls to a service that keeps failing, at once and for a while, and then tries it carefully.
///
/// *Closed*, it lets all calls through and counts failures in a row: errors, timeouts and panics. After too many it
/// is *open*: calls fail with [`BreakerError::Open`] without being made, so that callers do not pile up and the service
/// can recover. When its time is over, it is *half-open*: one call goes through, or as many as chosen. If they succeed it
/// closes; if one fails it is open again, for longer.
///
/// Clones are the same breaker: make one for each service, and share it between all actors and tasks that call it.
///
/// ```
/// # use actors_core::*;
/// # use std::time::Duration;
/// # struct Bank { calls: u32 }
/// # impl Actor for Bank {}
/// # struct Charge(u64);
/// # impl Message for Charge { type Reply = Result<u64, String>; type Kind = Fallible; }
/// # impl Handler<Charge> for Bank {
/// #     async fn handle(&mut self, charge: Charge, _: &mut Context<Self>) -> Result<u64, String> {
/// #         self.calls += 1;
/// #         if charge.0 > 100 { Err("too much".into()) } else { Ok(charge.0) }
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// # tokio::time::pause();
/// # let system = ActorSystem::new();
/// # let bank = system.spawn(Bank { calls: 0 });
/// let breaker = CircuitBreaker::builder("bank")
///     .max_failures(3)
///     .call_timeout(Duration::from_secs(1))
///     .reset_timeout(Backoff::exponential(Duration::from_secs(5), Duration::from_secs(60)))
///     .build();
///
/// assert_eq!(breaker.call(bank.ask(Charge(40))).await, Ok(40));
///
/// // A customer who cannot pay is no failure of the bank.
/// let is_failure = |error: &CallError<String>| matches!(error, CallError::Ask(_));
/// for _ in 0..9 {
///     let charged = breaker.call_with(bank.ask(Charge(400)), is_failure).await;
///     assert_eq!(charged, Err(BreakerError::Failed(CallError::Handler("too much".into()))));
/// }
///
/// bank.stop();
/// # bank.wait().await;
/// for _ in 0..3 {
///     assert!(breaker.call_with(bank.ask(Charge(40)), is_failure).await.is_err());
/// }
/// let refused = breaker.call_with(bank.ask(Charge(40)), is_failure).await;
/// assert!(matches!(refused, Err(BreakerError::Open { .. })));
/// # }
/// ```
#[derive(Clone)]
pub struct CircuitBreaker {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    call_timeout: Duration,
    reset_timeout: Backoff,
    circuit: Lock<Circuit>,
    changes: Topic<BreakerState>,
}

impl CircuitBreaker {
    /// A breaker that opens after 5 failures in a row and gives calls up after 10 s; the name is for logs.
    pub fn new(name: impl Into<String>) -> Self {
        Self::builder(name).build()
    }

    /// Chooses when it opens and for how long.
    pub fn builder(name: impl Into<String>) -> BreakerBuilder {
        BreakerBuilder::new(name.into())
    }

    pub(super) fn from_builder(builder: BreakerBuilder) -> Self {
        let BreakerBuilder { name, limits, call_timeout, reset_timeout } = builder;
        let (circuit, changes) = (Lock::new(Circuit::new(limits)), Topic::new());
        Self { shared: Arc::new(Shared { name, call_timeout, reset_timeout, circuit, changes }) }
    }

    /// Makes a call, such as an ask, unless the breaker refuses it. Every error of it is a failure.
    ///
    /// # Errors
    ///
    /// [`BreakerError::Open`] if the call was not made, and the future never polled; [`BreakerError::Timeout`] if it took too
    /// long and was dropped; [`BreakerError::Failed`] with its own error.
    ///
    /// # Panics
    ///
    /// If the call does, which is a failure; or outside a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// A call that is dropped before its end is neither a success nor a failure, and makes room for another one if the breaker
    /// is half-open. So let the breaker's own timeout be the one that gives calls up.
    pub async fn call<T, E>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, BreakerError<E>> {
        self.call_with(call, |_| true).await
    }

    /// Like [`call`](Self::call), with errors that are no failures: those for which `is_failure` says false count as
    /// successes, because the service has answered.
    ///
    /// # Errors
    ///
    /// As for [`call`](Self::call).
    ///
    /// # Panics
    ///
    /// As for [`call`](Self::call); a panic in `is_failure` is a failure too.
    ///
    /// # Cancel safety
    ///
    /// As for [`call`](Self::call).
    pub async fn call_with<T, E>(
        &self,
        call: impl Future<Output = Result<T, E>>,
        is_failure: impl FnOnce(&E) -> bool,
    ) -> Result<T, BreakerError<E>> {
        let pass = self.admit().map_err(|Refused { retry_after }| BreakerError::Open { retry_after })?;
        let limit = self.shared.call_timeout;
        let judged = async {
            let outcome = timeout(limit, call).await.map_err(|_| BreakerError::Timeout(limit));
            let outcome = outcome.and_then(|ended| ended.map_err(BreakerError::Failed));
            let failed = match &outcome {
                Ok(_) => false,
                Err(BreakerError::Failed(error)) => is_failure(error),
                Err(_) => true,
            };
            (outcome, failed)
        };
        match or_panic(judged).await {
            Ok((outcome, false)) => {
                pass.succeeded();
                outcome
            }
            Ok((outcome, true)) => {
                pass.failed();
                outcome
            }
            Err(panic) => {
                pass.failed();
                resume_unwind(panic)
            }
        }
    }

    /// What it does with calls now.
    pub fn state(&self) -> BreakerState {
        self.change(|circuit, now| circuit.state(now))
    }

    /// The states it changes to. An actor has them sent to it with [`Context::attach`](crate::Context::attach).
    ///
    /// An open breaker becomes half-open when, after its time, somebody calls or asks for its [`state`](Self::state); it
    /// has no timer of its own.
    pub fn changes(&self) -> &Topic<BreakerState> {
        &self.shared.changes
    }

    /// The name it was made with.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    fn admit(&self) -> Result<Pass<'_>, Refused> {
        self.change(Circuit::admit).map(|era| Pass::new(self, era))
    }

    pub(super) fn ended(&self, era: Era, outcome: Outcome) {
        let delay = |openings| self.shared.reset_timeout.random_delay(openings);
        self.change(|circuit, now| circuit.ended(era, outcome, now, delay));
    }

    /// Does something with the circuit and tells whoever wants to know if that changed its state.
    fn change<R>(&self, step: impl FnOnce(&mut Circuit, Instant) -> R) -> R {
        let now = Instant::now();
        let mut circuit = self.shared.circuit.lock();
        let before = circuit.last_state();
        let result = step(&mut circuit, now);
        let after = circuit.last_state();
        if before != after {
            let time_left = circuit.time_left(now);
            // Under the lock, so that changes are told in their order.
            self.shared.changes.report(after);
            drop(circuit);
            let name = self.name();
            match time_left {
                Some(lasts) => tracing::warn!(breaker = name, ?lasts, "a circuit breaker opens"),
                None => tracing::info!(breaker = name, state = ?after, "a circuit breaker changes"),
            }
        }
        result
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.circuit.lock().last_state();
        f.debug_struct("CircuitBreaker")
            .field("name", &self.name())
            .field("state", &state)
            .finish_non_exhaustive()
    }
}

/// Awaits a future; a panic in it is returned instead of passed on.
async fn or_panic<F: Future>(future: F) -> std::thread::Result<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}
