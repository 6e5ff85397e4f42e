//! Fork-join: many actors that live for one message, and few that get many.

use std::time::Instant;

use super::computation::compute;
use crate::frameworks::{Behaviour, Framework};
use crate::loads::latch::Latch;
use crate::loads::{Outcome, Scale};

struct Worker {
    missing: u64,
    done: u64,
    over: Latch,
}

struct Work(f64);

impl Behaviour for Worker {
    type Message = Work;

    async fn handle(&mut self, Work(angle): Work) -> u64 {
        self.done += compute(angle);
        self.missing -= 1;
        if self.missing == 0 {
            self.over.arrive(self.done);
        }
        0
    }
}

const ANGLE: f64 = 37.2;

pub(crate) async fn create<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let workers = scale.of(100_000);
    let over = Latch::new(workers);
    let start = Instant::now();
    for _ in 0..workers {
        let worker = framework.spawn(Worker { missing: 1, done: 0, over: over.clone() }).await;
        F::tell(&worker, Work(ANGLE)).await;
        F::dismiss(worker);
    }
    assert_eq!(over.opened().await, workers);
    Outcome::timed(workers, start)
}

pub(crate) async fn throughput<F: Framework>(framework: F, scale: Scale) -> Outcome {
    const WORKERS: u64 = 60;
    let messages = scale.of(50_000);
    let over = Latch::new(WORKERS);
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(framework.spawn(Worker { missing: messages, done: 0, over: over.clone() }).await);
    }
    let start = Instant::now();
    for _ in 0..messages {
        for worker in &workers {
            F::tell(worker, Work(ANGLE)).await;
        }
    }
    assert_eq!(over.opened().await, WORKERS * messages);
    Outcome::timed(WORKERS * messages, start)
}
