//! Turns that whoever asks takes itself, instead of waking the task of the actor that it asks.
//!
//! A question to an actor at rest is answered soonest by whoever asks it: it has nothing else to do than to wait, and the actor's
//! state is free. So a task that asks takes the turn, if that is known to be short: the last questions to the actor were answered
//! within [`SHORT`]. A turn that takes longer than that is the last one for a while, so that whoever asks several actors at once, or
//! wants to give up in time, waits in vain for one such turn at most.
//!
//! A task that finds no room in a mailbox is in a similar place, if the actor is the first in line on this very thread: the task takes its
//! turns until there is room for more than one message, instead of being woken for it. It does so only if room is known to come within
//! [`SHORT`], for the turns it takes are those of messages that were there before.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI16, Ordering};
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
use crate::mailbox::Home;
use crate::message::{Message, ReplyKind};
use crate::sched::is_off;

/// What a turn may take of the time of whoever asks.
const SHORT: Duration = Duration::from_micros(100);

/// So many answers in a row have to come within that time before an asker takes a turn.
const LESSONS: i16 = 16;

/// So many more after one that did not.
const PENALTY: i16 = 64;

/// And after somebody else had the turn when it was asked for: whoever answers several who ask at the same time does so best
/// in one turn. Until these have come down to the penalty, nobody looks how long an answer takes.
const CONTENDED: i16 = 4096;

const CONTENDED_NO_MORE: i16 = -PENALTY;

/// So often room has to come within the time of a [`SHORT`] turn before a task makes some.
const WAITS: i16 = 4;

/// How often in a row a task makes room before it waits for some.
const IN_A_ROW: i16 = 64;

/// What a unit of a task's budget is worth of turns that it takes itself, in nanoseconds. There are 128 of them for each poll.
const UNIT: u64 = 1_000;

/// What a turn costs at least: under a clock that stands still too, a task is to give way some time.
const LEAST_SPENT: u64 = 50;

/// More than a budget has, and what a turn can cost at most.
const MOST_SPENT: u64 = 256 * UNIT;

/// Whether askers may take an actor's turns.
pub(crate) struct Ease(AtomicI16);

/// What an asker may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Way {
    /// Ask, and wait.
    Ask,
    /// Ask, and tell how long the answer took.
    Learn,
    /// Take the turn.
    Direct,
}

/// A type of actors, as the address of what names it.
type Kind = fn() -> &'static str;

impl Ease {
    /// Of a new actor: as what is known of its kind on this thread.
    pub(crate) fn of_kind(kind: Kind) -> Self {
        let mut known = 0;
        with_kind(kind, |place| known = place.get().1);
        Self(AtomicI16::new(if known >= LESSONS { LESSONS } else { 0 }))
    }

    #[inline]
    pub(crate) fn way(&self) -> Way {
        match self.0.load(Ordering::Relaxed) {
            LESSONS.. => Way::Direct,
            known @ ..CONTENDED_NO_MORE => {
                // Those who ask at the same time may count one less.
                self.0.store(known + 1, Ordering::Relaxed);
                Way::Ask
            }
            _ => Way::Learn,
        }
    }

    /// Whether several have asked at the same time, and this has not been asked often enough since: it is counted.
    pub(crate) fn is_still_contended(&self) -> bool {
        self.way() == Way::Ask
    }

    /// An answer took so long. Those who ask at the same time may count one less.
    pub(crate) fn learn(&self, kind: Kind, took: Duration, way: Way) {
        let known = self.0.load(Ordering::Relaxed);
        let learnt = after_lesson(known, took, way);
        if learnt != known {
            self.0.store(learnt, Ordering::Relaxed);
            with_kind(kind, |place| {
                let (kind, known) = place.get();
                place.set((kind, after_lesson(known, took, way)));
            });
        }
    }

    /// Somebody else has the turn.
    #[cold]
    pub(crate) fn note_contention(&self) {
        self.0.store(-CONTENDED, Ordering::Relaxed);
    }
}

/// Whether tasks that find no room may take an actor's turns. Those who send at the same time may count one less.
pub(crate) struct Relief(AtomicI16);

impl Relief {
    pub(crate) fn new() -> Self {
        Self(AtomicI16::new(0))
    }

    /// Whether a task may take turns now. Now and then it may not, so that it waits like others, whatever its budget.
    fn may_come(&self) -> bool {
        let known = self.0.load(Ordering::Relaxed);
        if known >= WAITS + IN_A_ROW {
            self.0.store(WAITS, Ordering::Relaxed);
            return false;
        }
        known >= WAITS
    }

    /// Turns took so long, of a task that waited for room.
    fn note_turns(&self, took: Duration) {
        let known = self.0.load(Ordering::Relaxed);
        // Where turns are long, those who wait do not have room soon either, and it stays at that.
        self.0.store(if took > SHORT { 0 } else { known.saturating_add(1) }, Ordering::Relaxed);
    }

    /// Somebody has waited so long for room. Others may have been in the way of one that has waited for long.
    #[cold]
    pub(super) fn note_wait(&self, took: Duration) {
        let known = self.0.load(Ordering::Relaxed);
        let learnt = if took <= SHORT { known + 1 } else { known };
        self.0.store(learnt.min(WAITS), Ordering::Relaxed);
    }
}

/// What is known when an answer has taken so long.
fn after_lesson(known: i16, took: Duration, way: Way) -> i16 {
    match way {
        _ if took <= SHORT => known.saturating_add(1).min(LESSONS),
        Way::Direct => -PENALTY,
        // Others may have been in the way of one that was waited for.
        Way::Ask | Way::Learn => known,
    }
}

/// The place of what this thread knows of a kind; another kind may have had it before.
fn with_kind(kind: Kind, look: impl FnOnce(&Cell<(usize, i16)>)) {
    let kind = kind as usize;
    let _ = KINDS.try_with(|places| {
        let place = &places[(kind >> 4) % KINDS_KNOWN];
        if place.get().0 != kind {
            place.set((kind, 0));
        }
        look(place);
    });
}

/// So many kinds of actors a thread knows something of.
const KINDS_KNOWN: usize = 16;

thread_local! {
    /// Kinds of actors, and how many answers of each came in time.
    static KINDS: [Cell<(usize, i16)>; KINDS_KNOWN] = const { [const { Cell::new((0, 0)) }; KINDS_KNOWN] };
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
    if !chains.take_turns_of(|first| first.is_of(actor), is_enough) {
        return false;
    }
    let took = began.elapsed();
    core.relief.note_turns(took);
    spend(took, cx);
    true
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

    const QUICK: Duration = Duration::from_micros(1);
    const SLOW: Duration = Duration::from_millis(1);

    fn one() -> &'static str {
        "One"
    }

    fn other() -> &'static str {
        "Other"
    }

    #[test]
    fn an_actor_that_answers_soon_again_and_again_may_be_run_by_those_who_ask() {
        let ease = Ease::of_kind(one);
        for _ in 0..LESSONS {
            assert_eq!(ease.way(), Way::Learn);
            ease.learn(one, SLOW, Way::Learn);
            ease.learn(one, QUICK, Way::Learn);
        }
        assert_eq!(ease.way(), Way::Direct);
    }

    #[test]
    fn one_long_turn_of_an_asker_is_the_last_for_a_while() {
        let ease = Ease::of_kind(other);
        (0..LESSONS).for_each(|_| ease.learn(other, QUICK, Way::Learn));
        ease.learn(other, SLOW, Way::Direct);
        for _ in 0..PENALTY + LESSONS {
            assert_eq!(ease.way(), Way::Learn);
            ease.learn(other, QUICK, Way::Learn);
        }
        assert_eq!(ease.way(), Way::Direct);
    }

    #[test]
    fn tasks_make_room_where_it_has_come_soon_again_and_again_and_wait_now_and_then() {
        let relief = Relief::new();
        let learn = || {
            for _ in 0..WAITS {
                assert!(!relief.may_come());
                relief.note_wait(SLOW);
                relief.note_wait(QUICK);
            }
        };
        learn();
        for _ in 0..3 {
            for _ in 0..IN_A_ROW {
                assert!(relief.may_come());
                relief.note_turns(QUICK);
            }
            assert!(!relief.may_come());
            relief.note_wait(QUICK);
        }
        relief.note_turns(SLOW);
        learn();
        assert!(relief.may_come());
    }

    #[test]
    fn an_actor_that_several_ask_at_once_is_left_to_itself_for_a_while() {
        fn fourth() -> &'static str {
            "Fourth"
        }
        let ease = Ease::of_kind(fourth);
        (0..LESSONS).for_each(|_| ease.learn(fourth, QUICK, Way::Learn));
        ease.note_contention();
        for _ in PENALTY..CONTENDED {
            assert_eq!(ease.way(), Way::Ask);
        }
        assert!(!ease.is_still_contended());
        for _ in 0..PENALTY + LESSONS {
            assert_eq!(ease.way(), Way::Learn);
            ease.learn(fourth, QUICK, Way::Learn);
        }
        assert_eq!(ease.way(), Way::Direct);
    }

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

    #[test]
    fn new_actors_of_a_kind_are_like_those_that_are_known() {
        fn third() -> &'static str {
            "Third"
        }
        let first = Ease::of_kind(third);
        (0..LESSONS).for_each(|_| first.learn(third, QUICK, Way::Learn));
        assert_eq!(Ease::of_kind(third).way(), Way::Direct);
        Ease::of_kind(third).learn(third, SLOW, Way::Direct);
        assert_eq!(Ease::of_kind(third).way(), Way::Learn);
        assert_eq!(first.way(), Way::Direct, "what is known of an actor itself counts more");
    }
}
