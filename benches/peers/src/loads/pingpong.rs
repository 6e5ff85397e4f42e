//! Two actors that send one message to and fro; alone, and a thousand such pairs.

use std::time::Instant;

use super::latch::Latch;
use super::{Outcome, Scale};
use crate::frameworks::{Behaviour, Framework};

struct Player<F: Framework> {
    opponent: Option<F::Ref<Self>>,
    hits: u64,
    over: Latch,
}

enum Play<F: Framework> {
    Against(F::Ref<Player<F>>),
    /// How often it is to be hit yet.
    Ball(u64),
    Hits,
}

impl<F: Framework> Behaviour for Player<F> {
    type Message = Play<F>;

    async fn handle(&mut self, message: Play<F>) -> u64 {
        match message {
            Play::Against(opponent) => self.opponent = Some(opponent),
            Play::Ball(0) => self.over.arrive(1),
            Play::Ball(left) => {
                self.hits += 1;
                if let Some(opponent) = &self.opponent {
                    F::tell(opponent, Play::Ball(left - 1)).await;
                }
            }
            Play::Hits => {}
        }
        self.hits
    }
}

pub(crate) async fn one_pair<F: Framework>(framework: F, scale: Scale) -> Outcome {
    play(framework, 1, scale.of(300_000)).await
}

pub(crate) async fn many_pairs<F: Framework>(framework: F, scale: Scale) -> Outcome {
    play(framework, 1_000, scale.of(500)).await
}

async fn play<F: Framework>(framework: F, pairs: u64, round_trips: u64) -> Outcome {
    let over = Latch::new(pairs);
    let player = || Player::<F> { opponent: None, hits: 0, over: over.clone() };
    let mut players = Vec::new();
    for _ in 0..pairs {
        let (one, other) = (framework.spawn(player()).await, framework.spawn(player()).await);
        F::tell(&one, Play::Against(other.clone())).await;
        F::tell(&other, Play::Against(one.clone())).await;
        players.push((one, other));
    }
    let start = Instant::now();
    for (one, _) in &players {
        F::tell(one, Play::Ball(2 * round_trips)).await;
    }
    assert_eq!(over.opened().await, pairs);
    let outcome = Outcome::timed(pairs * round_trips, start);
    for (one, other) in &players {
        assert_eq!(F::ask(one, Play::Hits).await, round_trips);
        assert_eq!(F::ask(other, Play::Hits).await, round_trips);
    }
    outcome
}
