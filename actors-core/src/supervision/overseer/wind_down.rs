//! The end of a supervisor's life: its children end first, those started last before the others, dynamic ones together.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::time::Instant;

use crate::kernel::any_cell::AnyCell;
use crate::kernel::context::unless_killed;
use crate::kernel::custody::{BoxFuture, Brood, Verdict};
use crate::mailbox::Home;
use crate::supervision::child_spec::Terms;
use crate::supervision::roster::{Key, Occupant, Roster, Seat};
use crate::supervision::strategy::ShutdownPolicy;

impl Brood for Roster {
    fn wind_down(self: Arc<Self>, parent: Home<dyn AnyCell>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            self.seats().give_up_waiting();
            let endings = self.endings(&*parent);
            if self.policy.dynamic.is_some() {
                endings.iter().for_each(|ending| ending.begin(&*parent));
                let begun = Instant::now();
                for ending in endings {
                    ending.finish(&*parent, begun).await;
                }
            } else {
                for ending in endings {
                    ending.begin(&*parent);
                    ending.finish(&*parent, Instant::now()).await;
                }
            }
            if !self.is_nested {
                self.close();
            }
        })
    }
}

impl Roster {
    /// The children, those started last first.
    fn endings(&self, parent: &dyn AnyCell) -> Vec<Ending> {
        let seats = self.seats();
        let ending = |(key, seat, occupant): (Key, &Seat, &Occupant)| Ending {
            occupant: occupant.clone(),
            shutdown: seat.terms.shutdown,
            next_life_after: self.stays(key, parent, &seat.terms).then_some(seat.life),
        };
        seats.occupants().rev().map(ending).collect()
    }

    /// Whether the next life of the supervisor takes the child over.
    fn stays(&self, key: Key, parent: &dyn AnyCell, terms: &Terms) -> bool {
        self.is_nested && parent.core().may_restart() && key < self.originals && !terms.restart.is_temporary()
    }

    /// Ends the children that wait for a next life of their supervisor, because there is none.
    pub(in crate::supervision) async fn dismiss_all(&self) {
        let occupants: Vec<Occupant> =
            self.seats().occupants().rev().map(|(_, _, held)| held.clone()).collect();
        for Occupant { cell, post, .. } in occupants {
            cell.kill_for_good();
            post.decide(Verdict::Stop);
            cell.core().ended().await;
        }
    }
}

/// One child on its way out.
struct Ending {
    occupant: Occupant,
    shutdown: ShutdownPolicy,
    /// Set if its address stays and only this life ends.
    next_life_after: Option<u32>,
}

impl Ending {
    fn begin(&self, parent: &dyn AnyCell) {
        if parent.core().is_killed() || self.shutdown == ShutdownPolicy::Kill {
            return self.kill();
        }
        match self.next_life_after {
            Some(life) => self.occupant.end_life(life, false),
            None => self.occupant.cell.shut_down(),
        }
    }

    fn kill(&self) {
        match self.next_life_after {
            Some(life) => self.occupant.end_life(life, true),
            None => self.occupant.cell.kill_for_good(),
        }
    }

    async fn finish(self, parent: &dyn AnyCell, begun: Instant) {
        let in_time = match self.shutdown {
            ShutdownPolicy::Kill => false,
            ShutdownPolicy::Infinity => unless_killed(parent, self.over()).await.is_some(),
            ShutdownPolicy::Timeout(patience) => {
                let patience = patience.saturating_sub(begun.elapsed());
                let over = tokio::time::timeout(patience, self.over());
                matches!(unless_killed(parent, over).await, Some(Ok(())))
            }
        };
        if !in_time {
            self.kill();
            self.over().await;
        }
    }

    /// Completes when its life is over or, if that does not stay, its actor.
    async fn over(&self) {
        let mut ended = pin!(self.occupant.cell.core().ended());
        let mut parked = pin!(self.occupant.post.until_parked());
        poll_fn(|cx| {
            if ended.as_mut().poll(cx).is_ready()
                || (self.next_life_after.is_some() && parked.as_mut().poll(cx).is_ready())
            {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}
