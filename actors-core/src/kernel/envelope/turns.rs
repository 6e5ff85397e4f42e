//! Cells as consumers of their mailboxes, and cells whose actor's type is forgotten or known again.
#![allow(unsafe_code, reason = "cells are made in a `Home`, by `Cell::new` alone")]

use std::any::Any;

use super::Envelope;
use crate::kernel::actor::Actor;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::cell::Cell;
use crate::kernel::task::Task;
use crate::mailbox::{Consumer, Home, Outlet, Upcast};

// SAFETY: `Cell::new` gives a `Home`, and there is no other way to make one.
unsafe impl<A: Actor> Consumer for Cell<A> {
    type Item = Envelope<A>;

    fn take_turn(outlet: Outlet<'_, Self>) -> Option<Outlet<'_, Self>> {
        Self::take_turn_in_chain(outlet)
    }

    fn end(outlet: Outlet<'_, Self>) {
        Self::end_abandoned(outlet);
    }

    fn make_task(home: Home<Self>) {
        let host = home.core.host.clone();
        host.runtime().spawn(Task::new(home));
    }

    fn wake(home: &Home<Self>) {
        Self::look_again(home);
    }
}

// SAFETY: it is the same pointer.
unsafe impl<A: Actor> Upcast<dyn AnyCell> for Cell<A> {
    fn upcast(this: *const Self) -> *const dyn AnyCell {
        this
    }
}

/// The cell, if its actor is an `A`.
pub(crate) fn downcast<A: Actor>(cell: Home<dyn AnyCell>) -> Option<Home<Cell<A>>> {
    // SAFETY: as was just seen.
    is_of::<A>(&*cell).then(|| unsafe { cell.cast() })
}

/// Whether the cell's actor is an `A`.
pub(crate) fn is_of<A: Actor>(cell: &dyn AnyCell) -> bool {
    let cell: &dyn Any = cell;
    cell.is::<Cell<A>>()
}
