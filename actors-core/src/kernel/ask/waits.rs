//! Circles of askers, found when the ask that would close one is made.
//!
//! While an actor's handler awaits an ask, the actor has an edge to the one it asked. Whoever adds an edge (1) adds it to
//! its own list, (2) follows the lists of others from there. Two actors that close a circle at the same time cannot both
//! miss the other's edge: each locks its own list before the other's.

use std::fmt;
use std::sync::Arc;

use crate::error::AskError;
use crate::kernel::cell::AnyCell;
use crate::kernel::envelope::current;
use crate::sync::Lock;

/// Whom an asker waits for: what a circle is made of.
pub struct WaitTarget(pub(crate) Arc<dyn AnyCell>);

impl fmt::Debug for WaitTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WaitTarget({})", self.0.core().path())
    }
}

/// Whom an actor's handler waits for at the moment.
#[derive(Default)]
pub(crate) struct WaitList(Lock<Vec<Arc<dyn AnyCell>>>);

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
pub(crate) fn begin_wait(target: impl FnOnce() -> Option<WaitTarget>) -> Result<Option<Wait>, AskError> {
    let Some(asker) = current() else { return Ok(None) };
    let Some(WaitTarget(asked)) = target() else { return Ok(None) };
    asker.core().waits().0.lock().push(asked.clone());
    let wait = Wait { asker, asked };
    let mut chain = vec![wait.asker.clone()];
    if leads_back(&wait.asked, &wait.asker, &mut chain) {
        let names = chain.iter().chain([&wait.asker]).map(|cell| cell.core().path().to_string());
        return Err(AskError::Cycle(names.collect()));
    }
    Ok(Some(wait))
}

/// Whether following the waits from `at` comes to `goal`; the way there is in `chain` then.
fn leads_back(at: &Arc<dyn AnyCell>, goal: &Arc<dyn AnyCell>, chain: &mut Vec<Arc<dyn AnyCell>>) -> bool {
    if is_same(at, goal) {
        return true;
    }
    // A circle beside the goal: its members know of it.
    if chain.iter().any(|cell| is_same(cell, at)) {
        return false;
    }
    let Some(waits) = at.core().waits_if_any() else { return false };
    let next = waits.0.lock().clone();
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
        let mut waits = self.asker.core().waits().0.lock();
        if let Some(at) = waits.iter().position(|asked| is_same(asked, &self.asked)) {
            waits.swap_remove(at);
        }
    }
}
