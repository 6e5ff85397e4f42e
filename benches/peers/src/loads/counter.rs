//! The actor of the loads that are about sending: it adds up numbers.

use crate::frameworks::Behaviour;

#[derive(Default)]
pub(crate) struct Counter {
    total: u64,
}

pub(crate) enum Count {
    Add(u64),
    Total,
}

impl Behaviour for Counter {
    type Message = Count;

    async fn handle(&mut self, message: Count) -> u64 {
        match message {
            Count::Add(by) => self.total += by,
            Count::Total => {}
        }
        self.total
    }
}
