//! Tells: one sender and one receiver, many senders, many receivers.

use std::time::Instant;

use super::counter::{Count, Counter};
use super::{Outcome, Scale};
use crate::frameworks::Framework;

pub(crate) async fn one_sender<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let messages = scale.of(2_000_000);
    let counter = framework.spawn(Counter::default()).await;
    let start = Instant::now();
    for number in 0..messages {
        F::tell(&counter, Count::Add(number)).await;
    }
    assert_eq!(F::ask(&counter, Count::Total).await, messages * (messages - 1) / 2);
    Outcome::timed(messages, start)
}

pub(crate) async fn many_senders<F: Framework>(framework: F, scale: Scale) -> Outcome {
    const SENDERS: u64 = 4;
    let messages = scale.of(500_000);
    let counter = framework.spawn(Counter::default()).await;
    let start = Instant::now();
    let senders: Vec<_> = (0..SENDERS).map(|_| F::task(send::<F>(counter.clone(), messages))).collect();
    for sender in senders {
        sender.await;
    }
    assert_eq!(F::ask(&counter, Count::Total).await, SENDERS * messages);
    Outcome::timed(SENDERS * messages, start)
}

async fn send<F: Framework>(counter: F::Ref<Counter>, messages: u64) {
    for _ in 0..messages {
        F::tell(&counter, Count::Add(1)).await;
    }
}

pub(crate) async fn many_receivers<F: Framework>(framework: F, scale: Scale) -> Outcome {
    const RECEIVERS: u64 = 1_000;
    let rounds = scale.of(1_000);
    let mut counters = Vec::new();
    for _ in 0..RECEIVERS {
        counters.push(framework.spawn(Counter::default()).await);
    }
    let start = Instant::now();
    for _ in 0..rounds {
        for counter in &counters {
            F::tell(counter, Count::Add(1)).await;
        }
    }
    for counter in &counters {
        assert_eq!(F::ask(counter, Count::Total).await, rounds);
    }
    Outcome::timed(RECEIVERS * rounds, start)
}
