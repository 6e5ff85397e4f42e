//! Circles of askers, found when the ask that would close one is made.
//!
//! While an actor's handler awaits an ask, the actor has an edge to the one it asked. Whoever adds an edge (1) adds it to
//! its own list, (2) follows the lists of others from there. Two actors that close a circle at the same time cannot both
//! miss the other's edge: each adds to its own list before it looks at the other's.

use std::fmt;
use std::sync::Arc;

use crate::error::AskError;
use crate::kernel::cell::{AnyCell, Core};
use crate::kernel::envelope::current;
use crate::sync::Lock;
use crate::sync::atomic::{AtomicUsize, Ordering, fence};

/// Whom an asker waits for: what a circle is made of.
pub struct WaitTarget(pub(crate) Arc<dyn AnyCell>);

impl fmt::Debug for WaitTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WaitTarget({})", self.0.core().path())
    }
}

/// Whom an actor's handler waits for at the moment.
pub(crate) struct WaitList<T = Arc<dyn AnyCell>> {
    /// How many there are: most actors wait for nobody, and are passed by without their lock.
    count: AtomicUsize,
    asked: Lock<Vec<T>>,
}

/// An edge, for as long as the ask waits.
pub(crate) struct Wait {
    asker: Arc<dyn AnyCell>,
    asked: Arc<dyn AnyCell>,
}

/// Notes that the running actor, if one runs, waits for the target.
///
/// # Errors
///
/// [`AskError::Cycle`] if the target waits for the running actor, itself or through others.
pub(crate) fn begin_wait(target: impl FnOnce() -> Option<WaitTarget>) -> Result<Option<Box<Wait>>, AskError> {
    let Some(asker) = current() else { return Ok(None) };
    let Some(WaitTarget(asked)) = target() else { return Ok(None) };
    asker.core().waits().add(asked.clone());
    let wait = Box::new(Wait { asker, asked });
    if !is_same(&wait.asked, &wait.asker) && wait.asked.core().waits_for_nobody() {
        return Ok(Some(wait));
    }
    let mut chain = vec![wait.asker.clone()];
    if leads_back(&wait.asked, &wait.asker, &mut chain) {
        let names = chain.iter().chain([&wait.asker]).map(|cell| cell.core().path().to_string());
        return Err(AskError::Cycle(names.collect()));
    }
    Ok(Some(wait))
}

impl<T> Default for WaitList<T> {
    fn default() -> Self {
        Self { count: AtomicUsize::new(0), asked: Lock::new(Vec::new()) }
    }
}

impl<T> WaitList<T> {
    /// From here on its owner may look at others: of two who add to their own and then look at each other's, one at least
    /// sees that the other's is not empty.
    fn add(&self, asked: T) {
        let mut all = self.asked.lock();
        all.push(asked);
        self.count.store(all.len(), Ordering::Relaxed);
        drop(all);
        fence(Ordering::SeqCst);
    }

    fn remove(&self, is_it: impl Fn(&T) -> bool) {
        let mut all = self.asked.lock();
        if let Some(at) = all.iter().position(is_it) {
            all.swap_remove(at);
            self.count.store(all.len(), Ordering::Relaxed);
        }
    }

    /// Between the fence and this, nothing but looks.
    fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }
}

impl Core {
    fn waits_for_nobody(&self) -> bool {
        self.waits_if_any().is_none_or(WaitList::is_empty)
    }
}

/// Whether following the waits from `at` comes to `goal`; the way there is in `chain` then.
fn leads_back(at: &Arc<dyn AnyCell>, goal: &Arc<dyn AnyCell>, chain: &mut Vec<Arc<dyn AnyCell>>) -> bool {
    if is_same(at, goal) {
        return true;
    }
    // A circle beside the goal: its members know of it.
    if at.core().waits_for_nobody() || chain.iter().any(|cell| is_same(cell, at)) {
        return false;
    }
    let next = at.core().waits().asked.lock().clone();
    chain.push(at.clone());
    if next.iter().any(|next| leads_back(next, goal, chain)) {
        return true;
    }
    chain.pop();
    false
}

fn is_same(one: &Arc<dyn AnyCell>, other: &Arc<dyn AnyCell>) -> bool {
    std::ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other))
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.asker.core().waits().remove(|other| is_same(other, &self.asked));
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
