//! Chameneos: creatures meet in pairs at a mall and change their colours, until the mall closes.

use std::time::Instant;

use crate::frameworks::{Behaviour, Framework};
use crate::loads::latch::Latch;
use crate::loads::{Outcome, Scale};

#[derive(Clone, Copy)]
enum Colour {
    Yellow,
    Blue,
    Red,
}

impl Colour {
    /// What two creatures turn into: they stay alike, or become what neither was.
    fn mixed_with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yellow, Self::Yellow) | (Self::Blue, Self::Red) | (Self::Red, Self::Blue) => Self::Yellow,
            (Self::Blue, Self::Blue) | (Self::Yellow, Self::Red) | (Self::Red, Self::Yellow) => Self::Blue,
            (Self::Red, Self::Red) | (Self::Yellow, Self::Blue) | (Self::Blue, Self::Yellow) => Self::Red,
        }
    }
}

struct Creature<F: Framework> {
    colour: Colour,
    meetings: u64,
    mall: F::Ref<Mall<F>>,
    myself: Option<F::Ref<Self>>,
    over: Latch,
}

enum Meet<F: Framework> {
    Begin {
        myself: F::Ref<Creature<F>>,
    },
    /// The creature that came last tells the one that waited which colour both get.
    Visitor {
        colour: Colour,
        visitor: F::Ref<Creature<F>>,
    },
    Change(Colour),
    Closed,
}

impl<F: Framework> Creature<F> {
    async fn visit(&self) {
        if let Some(myself) = &self.myself {
            F::tell(&self.mall, Visit { colour: self.colour, visitor: myself.clone() }).await;
        }
    }
}

impl<F: Framework> Behaviour for Creature<F> {
    type Message = Meet<F>;

    async fn handle(&mut self, message: Meet<F>) -> u64 {
        match message {
            Meet::Begin { myself } => {
                self.myself = Some(myself);
                self.visit().await;
            }
            Meet::Visitor { colour, visitor } => {
                self.colour = self.colour.mixed_with(colour);
                self.meetings += 1;
                F::tell(&visitor, Meet::Change(self.colour)).await;
                self.visit().await;
            }
            Meet::Change(colour) => {
                self.colour = colour;
                self.meetings += 1;
                self.visit().await;
            }
            Meet::Closed => {
                self.myself = None;
                self.over.arrive(self.meetings);
            }
        }
        0
    }
}

struct Mall<F: Framework> {
    left: u64,
    waiting: Option<F::Ref<Creature<F>>>,
}

struct Visit<F: Framework> {
    colour: Colour,
    visitor: F::Ref<Creature<F>>,
}

impl<F: Framework> Behaviour for Mall<F> {
    type Message = Visit<F>;

    async fn handle(&mut self, Visit { colour, visitor }: Visit<F>) -> u64 {
        if self.left == 0 {
            F::tell(&visitor, Meet::Closed).await;
        } else if let Some(waiting) = self.waiting.take() {
            self.left -= 1;
            F::tell(&waiting, Meet::Visitor { colour, visitor }).await;
        } else {
            self.waiting = Some(visitor);
        }
        0
    }
}

pub(crate) async fn run<F: Framework>(framework: F, scale: Scale) -> Outcome {
    const CREATURES: u64 = 100;
    let meetings = scale.of(500_000);
    let over = Latch::new(CREATURES);
    let mall = framework.spawn(Mall::<F> { left: meetings, waiting: None }).await;
    let mut creatures = Vec::new();
    for colour in [Colour::Yellow, Colour::Blue, Colour::Red].into_iter().cycle().take(CREATURES as usize) {
        let (mall, over) = (mall.clone(), over.clone());
        creatures
            .push(framework.spawn(Creature::<F> { colour, meetings: 0, mall, myself: None, over }).await);
    }
    let start = Instant::now();
    for creature in &creatures {
        F::tell(creature, Meet::Begin { myself: creature.clone() }).await;
    }
    assert_eq!(over.opened().await, 2 * meetings);
    Outcome::timed(meetings, start)
}
