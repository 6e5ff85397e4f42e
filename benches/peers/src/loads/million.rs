//! A million actors: spawned, told, asked, stopped.

use std::time::Instant;

use super::counter::{Count, Counter};
use super::{Outcome, Scale};
use crate::frameworks::Framework;
use crate::memory;

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let actors = scale.of(1_000_000);
    let mut counters = Vec::new();
    let start = Instant::now();
    for _ in 0..actors {
        counters.push(framework.spawn(Counter::default()).await);
    }
    for (number, counter) in (0..).zip(&counters) {
        F::tell(counter, Count::Add(number)).await;
    }
    for (number, counter) in (0..).zip(&counters) {
        assert_eq!(F::ask(counter, Count::Total).await, number);
    }
    F::stop(counters).await;
    let mut outcome = Outcome::timed(actors, start);
    outcome.numbers.push(memory::peak() / 1e6);
    outcome.numbers.push(memory::resident().await / 1e6);
    outcome
}
