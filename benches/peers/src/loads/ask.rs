//! Asks of one actor: one after another, and from many tasks at once.

use std::time::Instant;

use super::counter::{Count, Counter};
use super::{Outcome, Scale};
use crate::frameworks::Framework;

pub(crate) async fn one_asker<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let asks = scale.of(200_000);
    let counter = framework.spawn(Counter::default()).await;
    let start = Instant::now();
    for number in 1..=asks {
        assert_eq!(F::ask(&counter, Count::Add(1)).await, number);
    }
    Outcome::timed(asks, start)
}

/// Tells and asks, in turn: the question comes after what the same task has just sent.
pub(crate) async fn one_teller<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let rounds = scale.of(200_000);
    let counter = framework.spawn(Counter::default()).await;
    let start = Instant::now();
    for number in 1..=rounds {
        F::tell(&counter, Count::Add(1)).await;
        assert_eq!(F::ask(&counter, Count::Total).await, number);
    }
    Outcome::timed(rounds, start)
}

pub(crate) async fn many_askers<F: Framework>(framework: F, scale: Scale) -> Outcome {
    const ASKERS: u64 = 64;
    let asks = scale.of(3_125);
    let counter = framework.spawn(Counter::default()).await;
    let start = Instant::now();
    let askers: Vec<_> = (0..ASKERS).map(|_| F::task(ask::<F>(counter.clone(), asks))).collect();
    for asker in askers {
        asker.await;
    }
    assert_eq!(F::ask(&counter, Count::Total).await, ASKERS * asks);
    Outcome::timed(ASKERS * asks, start)
}

async fn ask<F: Framework>(counter: F::Ref<Counter>, asks: u64) {
    let mut last = 0;
    for _ in 0..asks {
        let total = F::ask(&counter, Count::Add(1)).await;
        assert!(total > last);
        last = total;
    }
}
