//! Big: every actor pings others at random, one at a time, and answers whoever pings it.

use std::sync::Arc;
use std::time::Instant;

use crate::frameworks::{Behaviour, Framework};
use crate::loads::latch::Latch;
use crate::loads::random::Random;
use crate::loads::{Outcome, Scale};

struct Member<F: Framework> {
    number: usize,
    everybody: Arc<[F::Ref<Self>]>,
    random: Random,
    pings_left: u64,
    pongs: u64,
    over: Latch,
}

enum Talk<F: Framework> {
    Meet { everybody: Arc<[F::Ref<Member<F>>]> },
    Begin,
    Ping { from: usize },
    Pong,
}

impl<F: Framework> Member<F> {
    async fn ping(&mut self) {
        if self.pings_left == 0 {
            return self.over.arrive(self.pongs);
        }
        self.pings_left -= 1;
        let whom = self.random.below(self.everybody.len() as u64) as usize;
        F::tell(&self.everybody[whom], Talk::Ping { from: self.number }).await;
    }
}

impl<F: Framework> Behaviour for Member<F> {
    type Message = Talk<F>;

    async fn handle(&mut self, message: Talk<F>) -> u64 {
        match message {
            Talk::Meet { everybody } => self.everybody = everybody,
            Talk::Begin => self.ping().await,
            Talk::Ping { from } => F::tell(&self.everybody[from], Talk::Pong).await,
            Talk::Pong => {
                self.pongs += 1;
                self.ping().await;
            }
        }
        0
    }
}

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    const MEMBERS: usize = 120;
    let pings = scale.of(10_000);
    let over = Latch::new(MEMBERS as u64);
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        let (random, over) = (Random::new(number as u64), over.clone());
        let everybody = Arc::new([]);
        let member = Member::<F> { number, everybody, random, pings_left: pings, pongs: 0, over };
        members.push(framework.spawn(member).await);
    }
    let everybody: Arc<[_]> = members.into();
    // All know each other before the first one pings: it may ping any of them.
    for member in &*everybody {
        F::tell(member, Talk::Meet { everybody: everybody.clone() }).await;
    }
    let start = Instant::now();
    for member in &*everybody {
        F::tell(member, Talk::Begin).await;
    }
    let operations = MEMBERS as u64 * pings;
    assert_eq!(over.opened().await, operations);
    Outcome::timed(operations, start)
}
