//! The task of an actor, and turns that are taken without it.
//!
//! A turn belongs to whoever has the claim on the actor's mailbox: the task, when it was woken, or the chain of turns of a thread,
//! where an actor of the same system has sent the message.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use crate::kernel::actor::Actor;
use crate::kernel::cell::Cell;
use crate::kernel::direct::is_task_at_home;
use crate::kernel::life::{Life, Pause, contain};
use crate::mailbox::{Home, Outlet, Ready, Release, home_of, waker_of};

/// What the runtime runs of an actor. Dropped before it is ready, as a runtime does when it goes down, it ends the actor as killed.
pub(crate) struct Task<A: Actor> {
    cell: Home<Cell<A>>,
}

/// How a turn went.
enum After<'a, A: Actor> {
    /// The claim was given back.
    Over,
    /// Another turn is to follow at once.
    Again(Outlet<'a, Cell<A>>),
    /// The actor has ended.
    Ended(Outlet<'a, Cell<A>>),
}

impl<A: Actor> Task<A> {
    /// The only one of this cell.
    pub(crate) fn new(cell: Home<Cell<A>>) -> Self {
        Self { cell }
    }
}

impl<A: Actor> Future for Task<A> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let cell = &self.cell;
        let Some(outlet) = Outlet::begin(cell, cx.waker()) else { return Poll::Pending };
        let mut poll = Poll::Pending;
        let turn = || match take_turn(outlet) {
            After::Over => None,
            After::Again(outlet) => Some(outlet.into_ready()),
            After::Ended(_) => {
                poll = Poll::Ready(());
                None
            }
        };
        match cell.core.chains() {
            Some(chains) => chains.lead(turn, || false),
            None => turn().into_iter().for_each(Ready::hand_to_task),
        }
        poll
    }
}

impl<A: Actor> Drop for Task<A> {
    fn drop(&mut self) {
        if let Some(outlet) = Outlet::abandon(&self.cell) {
            Life::of(outlet).abandon();
        }
    }
}

impl<A: Actor> Cell<A> {
    /// Has it begin, which was just made.
    pub(crate) fn begin(this: &Home<Self>) {
        let newborn = || Ready::newborn(this);
        match this.core.chains() {
            Some(chains) if chains.come_into_being(newborn) => {}
            Some(chains) if is_task_at_home(&this.core.host) => chains.line_up_newborn(newborn()),
            _ => newborn().hand_to_task(),
        }
    }

    /// To be called after a push: somebody has to handle it.
    #[inline(always)]
    pub(crate) fn call(this: &Home<Self>) {
        if this.inbox.is_resting() {
            Self::call_from_rest(this);
        }
    }

    /// As [`call`](Self::call), for whoever has no count of it.
    pub(super) fn call_by_ref(&self) {
        if self.inbox.is_resting() {
            Self::call_from_rest(&home_of(self));
        }
    }

    #[inline(never)]
    fn call_from_rest(this: &Home<Self>) {
        Self::have_turn(this, || Ready::call(this));
    }

    /// Has it look again, which waits for something or is given an order.
    pub(super) fn look_again(this: &Home<Self>) {
        Self::have_turn(this, || Ready::wake(this));
    }

    /// Takes the claim for the next turn to where that is taken: the line of this thread, or the task if several ask at the same time
    /// or this thread has nothing to do with the system.
    fn have_turn(this: &Home<Self>, claim: impl Fn() -> Option<Ready>) {
        let chains = this.core.chains();
        if chains.is_some_and(|chains| chains.come_next(&claim)) {
            return;
        }
        let Some(ready) = claim() else { return };
        match chains {
            // Whoever answers several who ask at the same time does so best in a task of its own.
            Some(chains) if !this.core.ease.is_still_contended() && is_task_at_home(&this.core.host) => {
                chains.line_up(ready);
            }
            _ => ready.hand_to_task(),
        }
    }

    /// Takes a turn in a chain.
    pub(super) fn take_turn_in_chain(outlet: Outlet<'_, Self>) -> Option<Outlet<'_, Self>> {
        match take_turn(outlet) {
            After::Over => None,
            After::Again(outlet) => Some(outlet),
            After::Ended(outlet) => {
                outlet.finish();
                None
            }
        }
    }

    /// Ends it, whose task is gone.
    pub(super) fn end_abandoned(outlet: Outlet<'_, Self>) {
        end(outlet);
    }
}

/// Takes one turn.
fn take_turn<A: Actor>(outlet: Outlet<'_, Cell<A>>) -> After<'_, A> {
    let waker = waker_of(outlet.home());
    let mut life = Life::of(outlet);
    let Ok(pause) = contain(|| life.go_on(&mut TaskContext::from_waker(&waker))) else {
        return end(life.into_outlet());
    };
    let outlet = life.into_outlet();
    let release = match pause {
        Pause::Rest => outlet.rest(false),
        Pause::Suspended => outlet.rest(true),
        Pause::Wait => outlet.wait(),
        Pause::Ended => return end(outlet),
    };
    match release {
        Release::Done => After::Over,
        Release::Again(outlet) => After::Again(outlet),
        Release::Nudged(outlet) => give_way(outlet),
        Release::Abandoned(outlet) => end(outlet),
    }
}

/// The neighbours first, and then this one again.
fn give_way<A: Actor>(outlet: Outlet<'_, Cell<A>>) -> After<'_, A> {
    let release = if outlet.inbox.has_task() { outlet.hand_to_task() } else { outlet.keep() };
    match release {
        Release::Again(outlet) => After::Again(outlet),
        Release::Abandoned(outlet) => end(outlet),
        _ => After::Over,
    }
}

/// The end, if it has not ended yet.
fn end<A: Actor>(outlet: Outlet<'_, Cell<A>>) -> After<'_, A> {
    let mut life = Life::of(outlet);
    life.abandon();
    After::Ended(life.into_outlet())
}
