//! Turns that whoever asks takes itself, instead of waking the task of the actor that it asks.
//!
//! A question to an actor at rest is answered soonest by whoever asks it: it has nothing else to do than to wait, and the actor's
//! state is free. So a task that asks takes the turn, if that is known to be short: the last questions to the actor were answered
//! within [`SHORT`]. A turn that takes longer than that is the last one for a while, so that whoever asks several actors at once, or
//! wants to give up in time, waits in vain for one such turn at most.
//!
//! The actor need not be at rest: what this very task has told it before puts it into the line of this thread. If it is the first there, with
//! few messages before the question, its turn is taken from there.
//!
//! A task that finds no room in a mailbox is in a similar place, if the actor is the first in line on this very thread: the task takes its
//! turns until there is room for more than one message, instead of being woken for it. It does so only if room is known to come within
//! [`SHORT`], for the turns it takes are those of messages that were there before.

mod ease;
mod relief;

use std::cell::Cell;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::runtime::{self, Handle};
use tokio::task::{self, coop};

use crate::error::AskError;
use crate::kernel::actor::Actor;
use crate::kernel::ask::{Asker, DeadlineQueue, Limit, Posted};
use crate::kernel::cell as actor;
use crate::kernel::envelope::is_inside_actor;
use crate::kernel::host::Host;
use crate::kernel::request::Request;
use crate::mailbox::{Home, Ready};
use crate::message::{Message, ReplyKind};
use crate::sched::{FirstInLine, is_off};

pub(crate) use ease::{Ease, Way};
pub(crate) use relief::Relief;

/// What a turn may take of the time of whoever asks.
const SHORT: Duration = Duration::from_micros(100);

/// So many messages are handled in one turn, and soon, as far as is known: a question comes after those that were there before.
const FEW: usize = 8;

/// What a unit of a task's budget is worth of turns that it takes itself, in nanoseconds. There are 128 of them for each poll.
const UNIT: u64 = 1_000;

/// What a turn costs at least: under a clock that stands still too, a task is to give way some time.
const LEAST_SPENT: u64 = 50;

/// More than a budget has, and what a turn can cost at most.
const MOST_SPENT: u64 = 256 * UNIT;

thread_local! {
    /// Nanoseconds of turns that no budget was spent for yet.
    static OWED: Cell<u64> = const { Cell::new(0) };
    /// The task that was last looked at, and the runtime it is of.
    static KNOWN: Cell<Option<(task::Id, runtime::Id)>> = const { Cell::new(None) };
}

/// Whether what runs here runs in the runtime of this system, so that handlers find there what they expect.
#[inline]
pub(crate) fn is_at_home(host: &Arc<dyn Host>) -> bool {
    let home = host.runtime().id();
    let here = task::try_id().map(|task| (task, home));
    if here.is_some() && KNOWN.try_with(Cell::get).is_ok_and(|known| known == here) {
        return true;
    }
    let is_at_home = Handle::try_current().is_ok_and(|current| current.id() == home);
    if is_at_home {
        let _ = KNOWN.try_with(|known| known.set(here));
    }
    is_at_home
}

/// Whether this is a task of that runtime, and no actor's turn.
pub(crate) fn is_task_at_home(host: &Arc<dyn Host>) -> bool {
    task::try_id().is_some() && is_off() && is_at_home(host)
}

/// Makes room in a mailbox by taking the actor's turns, if that is up to this thread and known not to take long. There need not be room
/// after that.
pub(super) fn make_room<A: Actor>(actor: &Home<actor::Cell<A>>, cx: &mut Context<'_>) -> bool {
    let core = &actor.core;
    let may_come = !is_inside_actor() && coop::has_budget_remaining() && is_task_at_home(&core.host);
    let Some(chains) = core.chains().filter(|_| may_come && core.relief.may_come()) else { return false };
    let began = Instant::now();
    let is_enough = || actor.inbox.is_half_empty() || began.elapsed() > SHORT / 2;
    if chains.take_turns_of(|first| first.is_of(actor), is_enough) != FirstInLine::Taken {
        return false;
    }
    let took = began.elapsed();
    core.relief.note_turns(took);
    spend(took, cx);
    true
}

/// Takes the turn in which a question is answered that was just put into the mailbox, if that is up to this thread: if nobody has the turn,
/// or if the actor waits for it in the line of this thread, as one does that this task has told something before.
pub(super) fn take_turn<A: Actor>(actor: &Home<actor::Cell<A>>, is_answered: impl Fn() -> bool) {
    let core = &actor.core;
    let chains = core.host.chains();
    if let Some(ready) = Ready::take(actor) {
        return chains.lead(|| ready.take_turn(), is_answered);
    }
    let is_soon_answered = actor.inbox.len() <= FEW;
    match chains.take_turns_of(|first| is_soon_answered && first.is_of(actor), || true) {
        // Whoever is in this line may well be there for what this task has told it.
        FirstInLine::Taken | FirstInLine::Another => {}
        FirstInLine::Nobody => core.ease.note_contention(),
    }
}

/// Spends some of what the task may do in one poll, for a turn that took so long.
fn spend(took: Duration, cx: &mut Context<'_>) {
    let owed = OWED.get() + u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).clamp(LEAST_SPENT, MOST_SPENT);
    OWED.set(owed % UNIT);
    for _ in 0..owed / UNIT {
        if !coop::has_budget_remaining() {
            return;
        }
        if let Poll::Ready(spent) = coop::poll_proceed(cx) {
            spent.made_progress();
        }
    }
}

impl<M: Message> Request<'_, M> {
    /// Asks, and takes the turn in which that is answered.
    #[inline(never)]
    pub(super) fn ask_directly(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<<M::Kind as ReplyKind<M::Reply>>::Answer> {
        let (message, began, until) = self.begin();
        let (asker, question) = Asker::<M>::new(message, Limit::watched(until), None);
        let asker = self.asker.insert(asker);
        let sent = self.target.ask_directly(Posted::new(question), &|| asker.is_settled());
        if let Err(refusal) = sent {
            return self.wait_longer(Some(refusal), until, cx).map(M::Kind::answer);
        }
        let deadlines = self.target.deadlines();
        if !asker.is_settled() {
            let Some(queue) = deadlines else {
                return self.wait_longer(None, until, cx).map(M::Kind::answer);
            };
            queue.add::<M>(asker, until, self.timeout);
            ready!(asker.poll_settled(cx));
            return Poll::Ready(M::Kind::answer(self.take_answer()));
        }
        let took = began.elapsed();
        self.target.learn(took, Way::Direct);
        spend(took, cx);
        if took > self.timeout {
            deadlines.into_iter().for_each(DeadlineQueue::count_late_answer);
            return self.refuse(AskError::Timeout(self.timeout));
        }
        Poll::Ready(M::Kind::answer(self.take_answer()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_that_were_taken_are_paid_for_by_the_time_they_took() {
        let spent = |took: Duration, turns: u32| {
            std::future::poll_fn(move |cx| {
                (0..turns).for_each(|_| spend(took, cx));
                Poll::Ready(coop::has_budget_remaining())
            })
        };
        let short = tokio::spawn(spent(Duration::from_nanos(100), 1_000));
        assert!(short.await.unwrap(), "100 microseconds in all");
        let many = tokio::spawn(spent(Duration::from_nanos(100), 1_300));
        assert!(!many.await.unwrap(), "130 microseconds in all");
        let long = tokio::spawn(spent(Duration::from_millis(1), 1));
        assert!(!long.await.unwrap());
        let timeless = tokio::spawn(spent(Duration::ZERO, 3_000));
        assert!(!timeless.await.unwrap(), "a clock that stands still does not make turns free");
    }
}
