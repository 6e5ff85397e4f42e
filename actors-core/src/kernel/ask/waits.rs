//! Circles of askers, found when the ask that would close one is made.
//!
//! While an actor's handler awaits an ask, the actor has an edge to the one it asked. Whoever adds an edge (1) adds it to
//! its own list, (2) follows the lists of others from there. Two actors that close a circle at the same time cannot both
//! miss the other's edge: each adds to its own list before it looks at the other's.
//!
//! The same way leads to actors that are between two lives, for whom nobody waits who is to end; see [`vain`](super::vain).

use std::fmt;

use super::cell::{Asker, Limit};
use super::vain::note_leaver;
use crate::error::AskError;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::cell::Core;
use crate::kernel::envelope::current;
use crate::mailbox::{Course, Home};
use crate::message::Message;
use crate::sync::Lock;
use crate::sync::atomic::{AtomicUsize, Ordering, fence};

/// Whom an asker waits for: what a circle is made of.
pub struct WaitTarget(pub(crate) Home<dyn AnyCell>);

impl fmt::Debug for WaitTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WaitTarget({})", self.0.core().path())
    }
}

/// What an actor's handler waits for at the moment.
pub(crate) struct WaitList<T = Edge> {
    /// How many edges there are, and the two flags: most actors have nothing of this, and are passed by without their lock.
    state: AtomicUsize,
    edges: Lock<Vec<T>>,
}

/// In a list's state: its owner is between two lives.
const IN_GAP: usize = 1 << 31;
/// In a list's state: its owner is noted as one that is to end and waits.
const LEAVES: usize = 1 << 30;
const FLAGS: usize = IN_GAP | LEAVES;

/// Whom is waited for, and for which answer.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(super) asked: Home<dyn AnyCell>,
    /// The address of the question's course, which is there as long as the edge is.
    pub(super) question: usize,
}

/// An edge, for as long as the ask waits.
pub(crate) struct Wait {
    asker: Home<dyn AnyCell>,
    /// By which the edge is found again.
    question: usize,
}

/// Notes that the running actor, if one runs, waits for the target's answer to this question, until its asker ends.
///
/// # Errors
///
/// [`AskError::Cycle`] if the target waits for the running actor, itself or through others; [`AskError::Stopped`] if the
/// running actor is to end and would wait for one that is between two lives.
#[inline(never)]
pub(crate) fn begin_wait<M: Message>(
    asking: &mut Asker<M>,
    target: impl FnOnce() -> Option<WaitTarget>,
) -> Result<(), AskError> {
    let Some(asker) = current() else { return Ok(()) };
    let Some(WaitTarget(asked)) = target() else { return Ok(()) };
    let question = address_of(asking.course());
    asker.core().waits().add(Edge { asked: asked.clone(), question });
    asking.pack(Wait { asker: asker.clone(), question });
    let leaves = asker.core().is_leaving();
    if leaves {
        note_leaver(&asker);
    }
    if !leaves && !asked.is(&asker) && asked.core().waits_for_nobody() {
        return Ok(());
    }
    let mut search = Search::from(&asker);
    if search.leads_back(&asked) {
        let names = search.chain.iter().chain([&asker]).map(|cell| cell.core().path().to_string());
        return Err(AskError::Cycle(names.collect()));
    }
    if search.has_met_gap {
        if leaves {
            return Err(AskError::Stopped);
        }
        // Somebody who is to end may wait for this actor, and now waits in vain.
        asker.core().host.leavers().wake();
    }
    Ok(())
}

impl<T> Default for WaitList<T> {
    fn default() -> Self {
        Self { state: AtomicUsize::new(0), edges: Lock::new(Vec::new()) }
    }
}

impl<T> WaitList<T> {
    /// From here on its owner may look at others: of two who add to their own and then look at each other's, one at least
    /// sees that the other's is not empty.
    fn add(&self, edge: T) {
        let mut all = self.edges.lock();
        all.push(edge);
        self.state.store(self.flags() | all.len(), Ordering::Relaxed);
        drop(all);
        fence(Ordering::SeqCst);
    }

    /// True if it was the last one of an actor that was noted as a leaver, which it is not any more.
    fn remove(&self, is_it: impl Fn(&T) -> bool) -> bool {
        let mut all = self.edges.lock();
        let Some(at) = all.iter().position(is_it) else { return false };
        let removed = all.swap_remove(at);
        let flags = self.flags();
        let remain = if all.is_empty() { flags & !LEAVES } else { flags };
        self.state.store(remain | all.len(), Ordering::Relaxed);
        drop(all);
        // Outside the lock: the last hold on an actor may be in it.
        drop(removed);
        remain != flags
    }

    /// Between the fence and this, nothing but looks.
    fn is_empty(&self) -> bool {
        self.state.load(Ordering::Relaxed) == 0
    }

    /// Changed under the lock only.
    fn flags(&self) -> usize {
        self.state.load(Ordering::Relaxed) & FLAGS
    }

    /// Sets or takes away a flag; true if that is a change. As with an edge, its owner may look at others from here on.
    fn mark(&self, flag: usize, is_set: bool) -> bool {
        let all = self.edges.lock();
        let before = self.flags();
        let flags = if is_set { before | flag } else { before & !flag };
        self.state.store(flags | all.len(), Ordering::Relaxed);
        drop(all);
        fence(Ordering::SeqCst);
        flags != before
    }

    /// Its owner is between two lives, or not any more; true if that is new.
    pub(super) fn mark_gap(&self, is_set: bool) -> bool {
        self.mark(IN_GAP, is_set)
    }

    /// Its owner is to end, and waits; true if that is new.
    pub(super) fn mark_leaver(&self) -> bool {
        self.mark(LEAVES, true)
    }
}

impl WaitList {
    pub(super) fn edges(&self) -> Vec<Edge> {
        self.edges.lock().clone()
    }

    /// Whether there is an edge for this question still.
    pub(super) fn has(&self, question: usize) -> bool {
        self.edges.lock().iter().any(|edge| edge.question == question)
    }
}

impl Core {
    fn waits_for_nobody(&self) -> bool {
        self.waits_if_any().is_none_or(WaitList::is_empty)
    }
}

/// Follows the waits.
pub(super) struct Search<'a> {
    goal: &'a Home<dyn AnyCell>,
    /// The way to where it is.
    chain: Vec<Home<dyn AnyCell>>,
    /// Whether it has come to an actor that is between two lives.
    pub(super) has_met_gap: bool,
}

impl<'a> Search<'a> {
    /// From this actor on, and back to it.
    pub(super) fn from(asker: &'a Home<dyn AnyCell>) -> Self {
        Self { goal: asker, chain: vec![asker.clone()], has_met_gap: false }
    }

    /// Whether following the waits from `at` comes to the goal; the way there is in the chain then.
    pub(super) fn leads_back(&mut self, at: &Home<dyn AnyCell>) -> bool {
        if at.is(self.goal) {
            return true;
        }
        // A circle beside the goal: its members know of it.
        if at.core().waits_for_nobody() || self.chain.iter().any(|cell| cell.is(at)) {
            return false;
        }
        let waits = at.core().waits();
        self.has_met_gap |= waits.flags() & IN_GAP != 0;
        let next = waits.edges();
        self.chain.push(at.clone());
        if next.iter().any(|next| self.leads_back(&next.asked)) {
            return true;
        }
        self.chain.pop();
        false
    }
}

fn address_of(question: &Course<Limit>) -> usize {
    std::ptr::from_ref(question).addr()
}

impl Drop for Wait {
    fn drop(&mut self) {
        let core = self.asker.core();
        if core.waits().remove(|edge| edge.question == self.question) {
            core.host.leavers().remove(core.id);
        }
    }
}

#[cfg(all(test, actors_loom))]
mod loom {
    use loom::sync::Arc;
    use loom::thread;

    use super::WaitList;

    #[test]
    fn of_two_who_close_a_circle_one_sees_it() {
        loom::model(|| {
            let one = Arc::new(WaitList::<u8>::default());
            let other = Arc::new(WaitList::<u8>::default());
            let there = {
                let (one, other) = (one.clone(), other.clone());
                thread::spawn(move || {
                    other.add(1);
                    !one.is_empty()
                })
            };
            one.add(2);
            let here = !other.is_empty();
            assert!(there.join().unwrap() || here);
        });
    }
}
