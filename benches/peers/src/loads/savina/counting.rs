//! Counting: one actor tells another many times, then fetches what it counted.

use std::marker::PhantomData;
use std::time::Instant;

use crate::frameworks::{Behaviour, Framework};
use crate::loads::latch::Latch;
use crate::loads::{Outcome, Scale};

struct Producer<F: Framework> {
    counter: F::Ref<Counter<F>>,
    over: Latch,
}

enum Produce<F: Framework> {
    Begin { messages: u64, myself: F::Ref<Producer<F>> },
    Counted(u64),
}

impl<F: Framework> Behaviour for Producer<F> {
    type Message = Produce<F>;

    async fn handle(&mut self, message: Produce<F>) -> u64 {
        match message {
            Produce::Begin { messages, myself } => {
                for _ in 0..messages {
                    F::tell(&self.counter, Count::Increment).await;
                }
                F::tell(&self.counter, Count::Retrieve(myself)).await;
            }
            Produce::Counted(total) => self.over.arrive(total),
        }
        0
    }
}

struct Counter<F> {
    total: u64,
    framework: PhantomData<F>,
}

enum Count<F: Framework> {
    Increment,
    Retrieve(F::Ref<Producer<F>>),
}

impl<F: Framework> Behaviour for Counter<F> {
    type Message = Count<F>;

    async fn handle(&mut self, message: Count<F>) -> u64 {
        match message {
            Count::Increment => self.total += 1,
            Count::Retrieve(producer) => F::tell(&producer, Produce::Counted(self.total)).await,
        }
        0
    }
}

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    let messages = scale.of(3_000_000);
    let over = Latch::new(1);
    let counter = framework.spawn(Counter { total: 0, framework: PhantomData }).await;
    let producer = framework.spawn(Producer::<F> { counter, over: over.clone() }).await;
    let start = Instant::now();
    F::tell(&producer, Produce::Begin { messages, myself: producer.clone() }).await;
    assert_eq!(over.opened().await, messages);
    Outcome::timed(messages, start)
}
