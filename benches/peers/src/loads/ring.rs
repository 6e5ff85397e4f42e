//! Actors in a circle that pass one token on; Savina's thread ring is the same with fewer of them.

use std::time::Instant;

use super::latch::Latch;
use super::{Outcome, Scale};
use crate::frameworks::{Behaviour, Framework};

struct Node<F: Framework> {
    next: Option<F::Ref<Self>>,
    passed: u64,
    over: Latch,
}

enum Pass<F: Framework> {
    To(F::Ref<Node<F>>),
    /// How many hops it has left.
    Token(u64),
    Passed,
}

impl<F: Framework> Behaviour for Node<F> {
    type Message = Pass<F>;

    async fn handle(&mut self, message: Pass<F>) -> u64 {
        match message {
            Pass::To(next) => self.next = Some(next),
            Pass::Token(0) => self.over.arrive(1),
            Pass::Token(left) => {
                self.passed += 1;
                if let Some(next) = &self.next {
                    F::tell(next, Pass::Token(left - 1)).await;
                }
            }
            Pass::Passed => {}
        }
        self.passed
    }
}

pub(crate) async fn run<F: Framework>(framework: F, nodes: usize, scale: Scale) -> Outcome {
    let hops = scale.of(1_000_000);
    let over = Latch::new(1);
    let mut ring = Vec::new();
    for _ in 0..nodes {
        ring.push(framework.spawn(Node::<F> { next: None, passed: 0, over: over.clone() }).await);
    }
    for (at, node) in ring.iter().enumerate() {
        F::tell(node, Pass::To(ring[(at + 1) % nodes].clone())).await;
    }
    let start = Instant::now();
    F::tell(&ring[0], Pass::Token(hops)).await;
    over.opened().await;
    let outcome = Outcome::timed(hops, start);
    let mut passed = 0;
    for node in &ring {
        passed += F::ask(node, Pass::Passed).await;
    }
    assert_eq!(passed, hops);
    outcome
}
