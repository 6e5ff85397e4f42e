//! What a tell costs in a crowd: to the only actor there is, to one of a thousand, to one of a million; and what it costs to tell and ask
//! each of the million.

use std::time::Instant;

use super::counter::{Count, Counter};
use super::{Outcome, Scale};
use crate::frameworks::Framework;

/// How many actors there are while one of them is told. In the last crowd each is told, then each is asked, again and again.
pub(super) const CROWDS: [u64; 3] = [1, 1_000, 1_000_000];

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let messages = scale.of(2_000_000);
    let mut crowd = Vec::new();
    let mut numbers = Vec::new();
    for size in CROWDS {
        while (crowd.len() as u64) < scale.of(size) {
            crowd.push(framework.spawn(Counter::default()).await);
        }
        let one = &crowd[crowd.len() / 2];
        let told = F::ask(one, Count::Total).await;
        let start = Instant::now();
        for _ in 0..messages {
            F::tell(one, Count::Add(1)).await;
        }
        assert_eq!(F::ask(one, Count::Total).await - told, messages);
        numbers.push(start.elapsed().as_nanos() as f64 / messages as f64);
    }
    let mut total = 0;
    for one in &crowd {
        total += F::ask(one, Count::Total).await;
    }
    const ROUNDS: u64 = 5;
    let start = Instant::now();
    for _ in 0..ROUNDS {
        for one in &crowd {
            F::tell(one, Count::Add(1)).await;
        }
        let mut more = 0;
        for one in &crowd {
            more += F::ask(one, Count::Total).await;
        }
        assert_eq!(more - total, crowd.len() as u64);
        total = more;
    }
    let operations = ROUNDS * crowd.len() as u64;
    numbers.push(start.elapsed().as_nanos() as f64 / operations as f64);
    Outcome { operations, numbers }
}
