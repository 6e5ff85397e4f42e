//! Circuit breakers: what Pekko's `CircuitBreakerSpec` expects, and what becomes of calls that are dropped or panic.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actors::BreakerState;
use actors::prelude::*;
use tokio::time::{Instant, sleep, timeout};

use crate::support::*;

type Outcome = Result<u32, BreakerError<&'static str>>;

const REFUSED: &str = "refused";

/// Opens after 3 failures, for 1 s, 2 s, 4 s and 4 s; gives calls up after 5 s.
fn breaker() -> CircuitBreaker {
    breaker_for(1)
}

fn breaker_for(half_open_calls: u32) -> CircuitBreaker {
    CircuitBreaker::builder("service")
        .max_failures(3)
        .call_timeout(seconds(5))
        .reset_timeout(Backoff::exponential(seconds(1), seconds(4)).jitter(0.0))
        .half_open_calls(half_open_calls)
        .build()
}

async fn succeed(breaker: &CircuitBreaker) -> Outcome {
    breaker.call(ready(Ok(7))).await
}

async fn fail(breaker: &CircuitBreaker) -> Outcome {
    breaker.call(ready(Err(REFUSED))).await
}

async fn fail_times(breaker: &CircuitBreaker, times: u32) {
    for _ in 0..times {
        assert_eq!(fail(breaker).await, Err(BreakerError::Failed(REFUSED)));
    }
}

fn open_for(retry_after: Duration) -> Outcome {
    Err(BreakerError::Open { retry_after })
}

/// A breaker that has opened just now.
async fn opened(half_open_calls: u32) -> CircuitBreaker {
    let breaker = breaker_for(half_open_calls);
    fail_times(&breaker, 3).await;
    assert_eq!(breaker.state(), BreakerState::Open);
    breaker
}

/// A breaker whose time is over.
async fn half_open(half_open_calls: u32) -> CircuitBreaker {
    let breaker = opened(half_open_calls).await;
    sleep(seconds(1)).await;
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    breaker
}

#[tokio::test(start_paused = true)]
async fn it_opens_at_the_last_failure_in_a_row_and_makes_no_call_then() {
    let breaker = breaker();
    fail_times(&breaker, 2).await;
    assert_eq!(succeed(&breaker).await, Ok(7), "which begins the count anew");
    fail_times(&breaker, 2).await;
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail_times(&breaker, 1).await;
    assert_eq!(breaker.state(), BreakerState::Open);
    let call = async { unreachable!("the call is not made") };
    assert_eq!(breaker.call(call).await, open_for(seconds(1)));
    sleep(milliseconds(999)).await;
    assert_eq!(succeed(&breaker).await, open_for(milliseconds(1)));
    sleep(milliseconds(1)).await;
    assert_eq!(succeed(&breaker).await, Ok(7));
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn it_stays_open_longer_each_time_until_it_has_been_closed() {
    let breaker = opened(1).await;
    for lasts in [1, 2, 4, 4] {
        assert_eq!(succeed(&breaker).await, open_for(seconds(lasts)));
        sleep(seconds(lasts)).await;
        fail_times(&breaker, 1).await;
    }
    sleep(seconds(4)).await;
    assert_eq!(succeed(&breaker).await, Ok(7));
    fail_times(&breaker, 3).await;
    assert_eq!(succeed(&breaker).await, open_for(seconds(1)));
}

#[tokio::test(start_paused = true)]
async fn one_call_tries_and_the_others_are_refused_meanwhile() {
    let breaker = half_open(1).await;
    let slow = async {
        sleep(seconds(3)).await;
        Ok(1)
    };
    let others = async {
        for _ in 0..3 {
            assert_eq!(succeed(&breaker).await, open_for(Duration::ZERO));
            sleep(milliseconds(500)).await;
        }
    };
    let (tried, ()) = tokio::join!(breaker.call(slow), others);
    assert_eq!(tried, Outcome::Ok(1));
    assert_eq!(succeed(&breaker).await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn several_calls_may_try_and_all_of_them_have_to_succeed() {
    let breaker = half_open(3).await;
    for expected in [BreakerState::HalfOpen, BreakerState::HalfOpen, BreakerState::Closed] {
        assert_eq!(succeed(&breaker).await, Ok(7));
        assert_eq!(breaker.state(), expected);
    }
    let breaker = half_open(3).await;
    let slow = || async {
        sleep(seconds(1)).await;
        Ok(1)
    };
    let calls = tokio::join!(
        breaker.call(slow()),
        breaker.call(slow()),
        fail(&breaker),
        succeed(&breaker),
        breaker.call(slow())
    );
    assert_eq!((calls.0, calls.1), (Outcome::Ok(1), Outcome::Ok(1)), "calls under way come to their end");
    assert_eq!(calls.2, Err(BreakerError::Failed(REFUSED)));
    assert_eq!((calls.3, calls.4), (open_for(seconds(2)), open_for(seconds(2))));
    assert_eq!(breaker.state(), BreakerState::Open, "what they gave counts no more");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_dropped_and_a_failure() {
    struct Noted(Journal);
    impl Drop for Noted {
        fn drop(&mut self) {
            self.0.note("dropped");
        }
    }
    let (breaker, journal, begin) = (breaker(), Journal::default(), Instant::now());
    for _ in 0..3 {
        let noted = Noted(journal.clone());
        let hangs = async {
            let _noted = noted;
            pending().await
        };
        assert_eq!(breaker.call(hangs).await, Outcome::Err(BreakerError::Timeout(seconds(5))));
    }
    assert_eq!(begin.elapsed().as_secs(), 15);
    assert_eq!(journal.take().len(), 3);
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn errors_that_are_no_failures_count_as_successes() {
    let breaker = breaker();
    let not_found =
        || breaker.call_with(ready(Result::<u32, _>::Err("not found")), |error| *error != "not found");
    fail_times(&breaker, 2).await;
    for _ in 0..9 {
        assert_eq!(not_found().await, Err(BreakerError::Failed("not found")));
    }
    fail_times(&breaker, 2).await;
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail_times(&breaker, 1).await;
    sleep(seconds(1)).await;
    assert_eq!(not_found().await.map_err(BreakerError::into_failure), Err(Some("not found")));
    assert_eq!(breaker.state(), BreakerState::Closed, "the service has answered");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_counts_neither_way_and_makes_room() {
    let hangs = || pending::<Result<u32, &str>>();
    let gives_up = async |breaker: &CircuitBreaker| {
        assert!(timeout(milliseconds(10), breaker.call(hangs())).await.is_err());
    };
    let breaker = breaker();
    fail_times(&breaker, 2).await;
    for _ in 0..9 {
        gives_up(&breaker).await;
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail_times(&breaker, 1).await;
    assert_eq!(breaker.state(), BreakerState::Open, "the two failures before were not forgotten");
    sleep(seconds(1)).await;
    for _ in 0..3 {
        gives_up(&breaker).await;
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
    }
    drop(breaker.call(hangs()));
    assert_eq!(succeed(&breaker).await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_and_is_passed_on() {
    let breaker = breaker();
    let explodes =
        async |breaker: CircuitBreaker| -> Outcome { breaker.call(async { panic!("exploded") }).await };
    for _ in 0..3 {
        let error = tokio::spawn(explodes(breaker.clone())).await.expect_err("it panics");
        assert_eq!(*error.into_panic().downcast::<&str>().unwrap(), "exploded");
    }
    assert_eq!(breaker.state(), BreakerState::Open);
    sleep(seconds(1)).await;
    assert!(tokio::spawn(explodes(breaker.clone())).await.is_err());
    assert_eq!(succeed(&breaker).await, open_for(seconds(2)));
    sleep(seconds(2)).await;
    let judge = breaker.clone();
    let judged = async move {
        judge.call_with(ready(Outcome::Err(BreakerError::Failed(REFUSED))), |_| panic!()).await
    };
    assert!(tokio::spawn(judged).await.is_err());
    assert_eq!(
        succeed(&breaker).await,
        open_for(seconds(4)),
        "a panic in the judgement leaves nothing under way"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_call_from_before_a_change_gives_counts_no_more() {
    let breaker = breaker();
    let after = |delay, outcome: Result<u32, &'static str>| {
        let breaker = breaker.clone();
        tokio::spawn(async move {
            let call = async {
                sleep(milliseconds(delay)).await;
                outcome
            };
            breaker.call(call).await
        })
    };
    let late = [after(500, Ok(1)), after(1_500, Ok(2)), after(1_600, Err(REFUSED))];
    sleep(milliseconds(1)).await;
    fail_times(&breaker, 3).await;
    sleep(seconds(1)).await;
    assert_eq!(breaker.state(), BreakerState::HalfOpen, "a success while it was open did not close it");
    let [one, two, three] = late;
    assert_eq!((one.await.unwrap(), two.await.unwrap()), (Ok(1), Ok(2)));
    assert_eq!(three.await.unwrap(), Err(BreakerError::Failed(REFUSED)));
    assert_eq!(
        breaker.state(),
        BreakerState::HalfOpen,
        "nor do they decide what the call that tries it is for"
    );
    assert_eq!(succeed(&breaker).await, Ok(7));
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn changes_are_told_in_order() {
    let breaker = breaker();
    let mut changes = breaker.changes().subscribe();
    fail_times(&breaker, 3).await;
    sleep(seconds(9)).await;
    assert_eq!(
        (changes.try_recv(), changes.try_recv()),
        (Some(BreakerState::Open), None),
        "nobody has looked"
    );
    fail_times(&breaker, 1).await;
    sleep(seconds(9)).await;
    succeed(&breaker).await.unwrap();
    let told: Vec<_> = std::iter::from_fn(|| changes.try_recv()).collect();
    let (half_open, open, closed) = (BreakerState::HalfOpen, BreakerState::Open, BreakerState::Closed);
    assert_eq!(told, [half_open, open, half_open, closed]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_share_one_breaker() {
    let breaker = CircuitBreaker::builder("service")
        .max_failures(1)
        .reset_timeout(Backoff::exponential(milliseconds(1), milliseconds(1)))
        .build();
    fail(&breaker).await.expect_err("it opens");
    let (made, trying, most) =
        (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
    let tasks = (0..8).map(|_| {
        let (breaker, made, trying, most) = (breaker.clone(), made.clone(), trying.clone(), most.clone());
        tokio::spawn(async move {
            // Each call fails, so that all of them are to try whether the service is there again.
            while made.load(Ordering::SeqCst) < 20 {
                let call = async {
                    made.fetch_add(1, Ordering::SeqCst);
                    most.fetch_max(trying.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    trying.fetch_sub(1, Ordering::SeqCst);
                    Result::<u32, _>::Err(REFUSED)
                };
                breaker.call(call).await.expect_err("it fails or is refused");
                tokio::task::yield_now().await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 1, "one call at a time tries a half-open breaker");
}

/// Sells at prices that another actor knows.
#[derive(Actor)]
struct Shop {
    prices: ActorRef<Prices>,
    breaker: CircuitBreaker,
}

#[derive(Actor)]
struct Prices;

#[handlers]
impl Prices {
    #[handler]
    fn price(&self, sku: u32) -> Result<u32, String> {
        if sku == 0 { Err("no such thing".to_owned()) } else { Ok(sku * 10) }
    }
}

#[handlers]
impl Shop {
    #[handler]
    async fn sell(&mut self, sku: u32) -> Result<u32, String> {
        let is_failure = |error: &CallError<String>| matches!(error, CallError::Ask(_));
        let price = self.breaker.call_with(self.prices.price(sku), is_failure).await;
        price.map_err(|error| error.to_string())
    }
}

#[tokio::test(start_paused = true)]
async fn actors_ask_through_it() {
    let system = ActorSystem::new();
    let prices = system.spawn(Prices);
    let shop = system.spawn(Shop { prices: prices.clone(), breaker: breaker() });
    for _ in 0..5 {
        assert_eq!(shop.sell(0).await, Err(CallError::Handler("no such thing".to_owned())));
    }
    assert_eq!(shop.sell(4).await, Ok(40));
    prices.stop();
    prices.wait().await;
    let handler_error = async || shop.sell(4).await.unwrap_err().to_string();
    for _ in 0..3 {
        assert_eq!(handler_error().await, "the actor has stopped");
    }
    assert_eq!(handler_error().await, "the circuit breaker is open for 1s more");
}
