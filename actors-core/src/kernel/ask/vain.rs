//! Asks of actors that are to end, which could be answered only after that end.
//!
//! A supervisor that restarts several children ends them one after another before the first one has its next life. One of
//! them may wait, itself or through others, for the answer of one that is between two lives already: it would wait for its
//! own end. So whoever was ordered to end does not wait for an actor between two lives: such an ask fails at once.
//!
//! It is looked for by (1) whoever is ordered to end while it waits, (2) whoever asks when it is to end, and (3) because a wait
//! may become one in vain later, by those who are to end and wait, when an actor comes between two lives or somebody asks
//! one that is. For (3) those who are to end are noted: each of the three (a) notes what is new with it, (b) looks at what
//! others have noted, so that the last one sees it all.

use std::collections::HashMap;

use super::waits::{Edge, Search};
use crate::id::ActorId;
use crate::kernel::any_cell::AnyCell;
use crate::kernel::cell::Core;
use crate::kernel::envelope::current;
use crate::mailbox::{Home, WeakHome};
use crate::sync::Lock;
use crate::sync::atomic::{AtomicUsize, Ordering, fence};

/// The actors of a system that are to end and whose handlers wait for answers.
#[derive(Default)]
pub(crate) struct Leavers {
    /// How many there are: mostly none.
    count: AtomicUsize,
    cells: Lock<HashMap<ActorId, WeakHome<dyn AnyCell>>>,
}

impl Leavers {
    fn add(&self, cell: &Home<dyn AnyCell>) {
        let mut cells = self.cells.lock();
        cells.insert(cell.core().id, cell.downgrade());
        self.count.store(cells.len(), Ordering::Relaxed);
        drop(cells);
        fence(Ordering::SeqCst);
    }

    pub(super) fn remove(&self, actor: ActorId) {
        let mut cells = self.cells.lock();
        cells.remove(&actor);
        self.count.store(cells.len(), Ordering::Relaxed);
    }

    /// Has them look whether they wait in vain now.
    pub(super) fn wake(&self) {
        if self.count.load(Ordering::Relaxed) == 0 {
            return;
        }
        let cells: Vec<_> = self.cells.lock().values().filter_map(WeakHome::upgrade).collect();
        cells.iter().for_each(|cell| cell.wake());
    }
}

impl Core {
    /// A life is over, and somebody decides whether another one follows.
    #[cold]
    pub(crate) fn enter_gap(&self) {
        if self.waits().mark_gap(true) {
            self.host.leavers().wake();
        }
    }

    pub(crate) fn leave_gap(&self) {
        if let Some(waits) = self.waits_if_any() {
            waits.mark_gap(false);
        }
    }
}

/// It is to end, and waits.
#[cold]
pub(super) fn note_leaver(cell: &Home<dyn AnyCell>) {
    if cell.core().waits().mark_leaver() {
        cell.core().host.leavers().add(cell);
    }
}

/// Fails the asks of the running actor, which is to end, that could be answered only after that.
#[cold]
pub(crate) fn fail_asks_in_vain() {
    let Some(me) = current() else { return };
    let edges = me.core().waits_if_any().map(|waits| waits.edges()).unwrap_or_default();
    if edges.is_empty() {
        return;
    }
    note_leaver(&me);
    for Edge { asked, question } in edges {
        let mut search = Search::from(&me);
        search.leads_back(&asked);
        if search.has_met_gap {
            // Looked for once more while it cannot leave: the address may be another question's by now.
            let waits = me.core().waits();
            me.core().host.deadlines().expire(|address| address == question && waits.has(question));
        }
    }
}
