//! Bounded buffer: producers fill a buffer that consumers empty; its manager makes each side wait for the other.

use std::collections::VecDeque;
use std::time::Instant;

use super::computation::compute;
use crate::frameworks::{Behaviour, Framework};
use crate::loads::latch::Latch;
use crate::loads::{Outcome, Scale};

const PRODUCERS: usize = 40;
const CONSUMERS: usize = 40;
const BUFFER: usize = 50;
const ANGLE: f64 = 37.2;

struct Manager<F: Framework> {
    producers: Vec<F::Ref<Producer<F>>>,
    consumers: Vec<F::Ref<Consumer<F>>>,
    buffer: VecDeque<u64>,
    producers_waiting: VecDeque<usize>,
    consumers_waiting: VecDeque<usize>,
}

enum Manage<F: Framework> {
    Begin { producers: Vec<F::Ref<Producer<F>>>, consumers: Vec<F::Ref<Consumer<F>>> },
    Produced { item: u64, by: usize },
    Consumed { by: usize },
}

impl<F: Framework> Manager<F> {
    async fn begin(&mut self, producers: Vec<F::Ref<Producer<F>>>, consumers: Vec<F::Ref<Consumer<F>>>) {
        (self.producers, self.consumers) = (producers, consumers);
        self.consumers_waiting.extend(0..CONSUMERS);
        for producer in &self.producers {
            F::tell(producer, Produce::One).await;
        }
    }

    async fn take_in(&mut self, item: u64, by: usize) {
        match self.consumers_waiting.pop_front() {
            Some(consumer) => F::tell(&self.consumers[consumer], Consume(item)).await,
            None => self.buffer.push_back(item),
        }
        // Each of the other producers may have an item under way.
        if self.buffer.len() >= BUFFER - PRODUCERS {
            self.producers_waiting.push_back(by);
        } else {
            F::tell(&self.producers[by], Produce::One).await;
        }
    }

    async fn hand_out(&mut self, to: usize) {
        let Some(item) = self.buffer.pop_front() else {
            return self.consumers_waiting.push_back(to);
        };
        F::tell(&self.consumers[to], Consume(item)).await;
        if let Some(producer) = self.producers_waiting.pop_front() {
            F::tell(&self.producers[producer], Produce::One).await;
        }
    }
}

impl<F: Framework> Behaviour for Manager<F> {
    type Message = Manage<F>;

    async fn handle(&mut self, message: Manage<F>) -> u64 {
        match message {
            Manage::Begin { producers, consumers } => self.begin(producers, consumers).await,
            Manage::Produced { item, by } => self.take_in(item, by).await,
            Manage::Consumed { by } => self.hand_out(by).await,
        }
        assert!(self.buffer.len() <= BUFFER);
        0
    }
}

struct Producer<F: Framework> {
    number: usize,
    manager: F::Ref<Manager<F>>,
    left: u64,
}

enum Produce {
    One,
}

impl<F: Framework> Behaviour for Producer<F> {
    type Message = Produce;

    async fn handle(&mut self, Produce::One: Produce) -> u64 {
        if self.left > 0 {
            self.left -= compute(ANGLE);
            F::tell(&self.manager, Manage::Produced { item: self.left, by: self.number }).await;
        }
        0
    }
}

struct Consumer<F: Framework> {
    number: usize,
    manager: F::Ref<Manager<F>>,
    over: Latch,
}

struct Consume(u64);

impl<F: Framework> Behaviour for Consumer<F> {
    type Message = Consume;

    async fn handle(&mut self, Consume(item): Consume) -> u64 {
        self.over.arrive(item * compute(ANGLE));
        F::tell(&self.manager, Manage::Consumed { by: self.number }).await;
        0
    }
}

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let each = scale.of(25_000);
    let items = PRODUCERS as u64 * each;
    let over = Latch::new(items);
    let manager = Manager::<F> {
        producers: Vec::new(),
        consumers: Vec::new(),
        buffer: VecDeque::with_capacity(BUFFER),
        producers_waiting: VecDeque::with_capacity(PRODUCERS),
        consumers_waiting: VecDeque::with_capacity(CONSUMERS),
    };
    let manager = framework.spawn(manager).await;
    let (mut producers, mut consumers) = (Vec::new(), Vec::new());
    for number in 0..PRODUCERS {
        let manager = manager.clone();
        producers.push(framework.spawn(Producer::<F> { number, manager, left: each }).await);
    }
    for number in 0..CONSUMERS {
        let (manager, over) = (manager.clone(), over.clone());
        consumers.push(framework.spawn(Consumer::<F> { number, manager, over }).await);
    }
    let start = Instant::now();
    F::tell(&manager, Manage::Begin { producers, consumers }).await;
    assert_eq!(over.opened().await, PRODUCERS as u64 * (each * (each - 1) / 2));
    Outcome::timed(items, start)
}
