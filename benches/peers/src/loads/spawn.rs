//! Actors that are spawned, told one message and asked one, and live on.

use std::time::Instant;

use super::counter::{Count, Counter};
use super::{Outcome, Scale};
use crate::frameworks::Framework;

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let actors = scale.of(100_000);
    let mut counters = Vec::new();
    let start = Instant::now();
    for number in 0..actors {
        let counter = framework.spawn(Counter::default()).await;
        F::tell(&counter, Count::Add(number)).await;
        assert_eq!(F::ask(&counter, Count::Total).await, number);
        counters.push(counter);
    }
    Outcome::timed(actors, start)
}
