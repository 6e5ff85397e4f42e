//! The end of a supervisor's life: its children end first, those started last before the others, dynamic ones together.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::time::Instant;

use crate::kernel::cell::AnyCell;
use crate::kernel::context::unless_killed;
use crate::kernel::custody::{BoxFuture, Brood, Verdict};
use crate::supervision::child_spec::Terms;
use crate::supervision::roster::{Key, Occupant, Roster};
use crate::supervision::strategy::ShutdownPolicy;

impl Brood for Roster {
    fn wind_down(self: Arc<Self>, parent: Arc<dyn AnyCell>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            self.seats().give_up_waiting();
            let endings: Vec<Ending> = self
                .seats()
                .occupants()
                .into_iter()
                .rev()
                .map(|(key, occupant, terms)| Ending {
                    stays: self.stays(key, &*parent, &terms),
                    occupant,
                    terms,
                })
                .collect();
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
        })
    }
}

impl Roster {
    /// Whether the next life of the supervisor takes the child over.
    fn stays(&self, key: Key, parent: &dyn AnyCell, terms: &Terms) -> bool {
        self.is_nested
            && parent.core().may_restart()
            && key < self.originals.len() as Key
            && !terms.restart.is_temporary()
    }

    /// Ends the children that wait for a next life of their supervisor, because there is none.
    pub(in crate::supervision) async fn dismiss_all(&self) {
        let occupants = self.seats().occupants();
        for (_, Occupant { cell, post, .. }, _) in occupants.into_iter().rev() {
            cell.kill_for_good();
            post.decide(Verdict::Stop);
            cell.core().ended().await;
        }
    }
}

/// One child on its way out.
struct Ending {
    occupant: Occupant,
    terms: Terms,
    /// Its life ends and its address stays.
    stays: bool,
}

impl Ending {
    fn begin(&self, parent: &dyn AnyCell) {
        let cell = &self.occupant.cell;
        if parent.core().is_killed() || self.terms.shutdown == ShutdownPolicy::Kill {
            self.kill();
        } else if self.stays {
            cell.end_life();
        } else {
            cell.shut_down();
        }
    }

    fn kill(&self) {
        if self.stays {
            self.occupant.cell.kill_life();
        } else {
            self.occupant.cell.kill_for_good();
        }
    }

    async fn finish(self, parent: &dyn AnyCell, begun: Instant) {
        let in_time = match self.terms.shutdown {
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
            if ended.as_mut().poll(cx).is_ready() || (self.stays && parked.as_mut().poll(cx).is_ready()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}
