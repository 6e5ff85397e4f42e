//! Concurrent dictionary: workers read and write one map, each waiting for an answer before it goes on.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::time::Instant;

use crate::frameworks::{Behaviour, Framework};
use crate::loads::latch::Latch;
use crate::loads::random::Random;
use crate::loads::{Outcome, Scale};

struct Dictionary<F> {
    entries: HashMap<u64, u64>,
    framework: PhantomData<F>,
}

enum Access<F: Framework> {
    Read { key: u64, worker: F::Ref<Worker<F>> },
    Write { key: u64, value: u64, worker: F::Ref<Worker<F>> },
    Len,
}

impl<F: Framework> Behaviour for Dictionary<F> {
    type Message = Access<F>;

    async fn handle(&mut self, message: Access<F>) -> u64 {
        match message {
            Access::Read { key, worker } => {
                let found = self.entries.get(&key).copied();
                F::tell(&worker, Next::Found(found)).await;
            }
            Access::Write { key, value, worker } => {
                self.entries.insert(key, value);
                F::tell(&worker, Next::Written).await;
            }
            Access::Len => {}
        }
        self.entries.len() as u64
    }
}

struct Worker<F: Framework> {
    dictionary: F::Ref<Dictionary<F>>,
    myself: Option<F::Ref<Self>>,
    random: Random,
    left: u64,
    answers: u64,
    over: Latch,
}

enum Next<F: Framework> {
    Begin { myself: F::Ref<Worker<F>> },
    Found(Option<u64>),
    Written,
}

impl<F: Framework> Worker<F> {
    async fn access(&mut self) {
        const KEYS: u64 = 512;
        const WRITES_IN_100: u64 = 10;
        let Some(worker) = self.myself.clone().filter(|_| self.left > 0) else {
            self.myself = None;
            return self.over.arrive(self.answers);
        };
        self.left -= 1;
        let key = self.random.below(KEYS);
        let access = if self.random.below(100) < WRITES_IN_100 {
            Access::Write { key, value: key + 1, worker }
        } else {
            Access::Read { key, worker }
        };
        F::tell(&self.dictionary, access).await;
    }
}

impl<F: Framework> Behaviour for Worker<F> {
    type Message = Next<F>;

    async fn handle(&mut self, message: Next<F>) -> u64 {
        match message {
            Next::Begin { myself } => self.myself = Some(myself),
            Next::Found(value) => {
                assert!(value != Some(0), "no value is 0");
                self.answers += 1;
            }
            Next::Written => self.answers += 1,
        }
        self.access().await;
        0
    }
}

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    const WORKERS: u64 = 20;
    let accesses = scale.of(50_000);
    let over = Latch::new(WORKERS);
    let dictionary = Dictionary { entries: HashMap::new(), framework: PhantomData };
    let dictionary = framework.spawn(dictionary).await;
    let mut workers = Vec::new();
    for number in 0..WORKERS {
        let (dictionary, over) = (dictionary.clone(), over.clone());
        let random = Random::new(number);
        let worker = Worker::<F> { dictionary, myself: None, random, left: accesses, answers: 0, over };
        workers.push(framework.spawn(worker).await);
    }
    let start = Instant::now();
    for worker in &workers {
        F::tell(worker, Next::Begin { myself: worker.clone() }).await;
    }
    assert_eq!(over.opened().await, WORKERS * accesses);
    let outcome = Outcome::timed(WORKERS * accesses, start);
    assert!(F::ask(&dictionary, Access::Len).await > 0);
    outcome
}
