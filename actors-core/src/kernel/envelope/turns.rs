//! Cells as consumers of their mailboxes.
#![allow(unsafe_code, reason = "cells are made in an `Arc`, by `Cell::new` alone")]

use std::sync::Arc;

use super::Envelope;
use crate::kernel::actor::Actor;
use crate::kernel::cell::Cell;
use crate::kernel::task::Task;
use crate::mailbox::{Consumer, Outlet};

// SAFETY: `Cell::new` gives an `Arc`, and there is no other way to make one.
unsafe impl<A: Actor> Consumer for Cell<A> {
    type Item = Envelope<A>;

    fn take_turn(outlet: Outlet<'_, Self>) -> Option<Outlet<'_, Self>> {
        Self::take_turn_in_chain(outlet)
    }

    fn end(outlet: Outlet<'_, Self>) {
        Self::end_abandoned(outlet);
    }

    fn make_task(self: Arc<Self>) {
        let host = self.core.host.clone();
        host.runtime().spawn(Task::new(self));
    }
}
