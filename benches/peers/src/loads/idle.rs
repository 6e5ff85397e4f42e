//! The memory of an actor that does nothing, and of the reference that keeps it alive.

use super::counter::Counter;
use super::{Outcome, Scale};
use crate::frameworks::Framework;
use crate::memory;

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let actors = scale.of(100_000);
    let mut counters = Vec::with_capacity(actors as usize);
    let before = memory::resident().await;
    for _ in 0..actors {
        counters.push(framework.spawn(Counter::default()).await);
    }
    let after = memory::resident().await;
    drop(counters);
    Outcome { operations: actors, numbers: vec![(after - before) / actors as f64] }
}
