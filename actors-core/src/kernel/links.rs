//! Links: two lives that share their fate, until one of them ends.
//!
//! A link belongs to lives, not to actors: an exit that reaches a later life than the one that was linked is dropped.

use std::sync::Arc;

use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath, Incarnation};
use crate::kernel::any_cell::AnyCell;
use crate::kernel::cell::Core;
use crate::kernel::endpoint::EndpointKey;
use crate::mailbox::Home;
use crate::message::{Message, Plain};

/// Tells an actor that [traps exits](crate::Context::trap_exit) that a linked one has ended.
#[derive(Clone, Debug)]
pub struct Exit {
    id: ActorId,
    path: ActorPath,
    reason: ExitReason,
}

impl Exit {
    /// The actor whose life ended.
    pub fn id(&self) -> ActorId {
        self.id
    }

    /// Where it stands, or stood.
    pub fn path(&self) -> &ActorPath {
        &self.path
    }

    /// Why its life ended.
    pub fn reason(&self) -> &ExitReason {
        &self.reason
    }
}

impl Message for Exit {
    type Reply = ();
    type Kind = Plain;
}

/// What an actor does with exits instead of ending.
type Trap = Arc<dyn Fn(Exit) + Send + Sync>;

/// The links of the life that runs.
#[derive(Default)]
pub(crate) struct Links {
    peers: Vec<Peer>,
    trap: Option<Trap>,
    /// The last life that is over: it takes no links any more.
    over: Option<Incarnation>,
}

/// A life at the other end.
struct Peer {
    cell: Home<dyn AnyCell>,
    life: Incarnation,
}

impl Peer {
    /// By key: actors of two systems may have the same number.
    fn is(&self, other: EndpointKey) -> bool {
        self.cell.key() == other
    }
}

/// Links two lives; false if the other's is over already.
pub(crate) fn link(me: &Home<dyn AnyCell>, other: &Home<dyn AnyCell>) -> bool {
    if me.key() == other.key() {
        return true;
    }
    // The other's side first: if it ends now, the exit reaches this life, which is still there to end.
    if !add(other.core(), me) {
        return false;
    }
    add(me.core(), other);
    true
}

pub(crate) fn unlink(me: &dyn AnyCell, other: &dyn AnyCell) {
    for (one, peer) in [(me.core(), other.key()), (other.core(), me.key())] {
        one.links().lock().peers.retain(|known| !known.is(peer));
    }
}

fn add(core: &Core, peer: &Home<dyn AnyCell>) -> bool {
    let mut links = core.links().lock();
    if links.over == Some(core.incarnation()) || !core.is_alive() {
        return false;
    }
    if !links.peers.iter().any(|known| known.is(peer.key())) {
        links.peers.push(Peer { cell: peer.clone(), life: peer.core().incarnation() });
    }
    true
}

/// Has exits come as messages to the life that runs, or end it again.
pub(crate) fn set_trap(core: &Core, trap: Option<Trap>) {
    core.links().lock().trap = trap;
}

/// A life is over: those linked to it hear of it.
pub(crate) fn break_links(core: &Core, reason: &ExitReason) {
    let Some(links) = core.links_if_any() else { return };
    let peers = {
        let mut links = links.lock();
        links.trap = None;
        links.over = Some(core.incarnation());
        std::mem::take(&mut links.peers)
    };
    for peer in peers {
        if let Some(links) = peer.cell.core().links_if_any() {
            links.lock().peers.retain(|known| !known.is(core.endpoint_key()));
        }
        receive_exit(&*peer.cell, peer.life, Exit { id: core.id, path: core.path(), reason: reason.clone() });
    }
}

/// An exit arrives at a life: a message if it traps exits, its end if the exit was not a normal one.
pub(crate) fn receive_exit(cell: &dyn AnyCell, life: Incarnation, exit: Exit) {
    let core = cell.core();
    if core.incarnation() != life {
        return;
    }
    let trap = core.links_if_any().and_then(|links| links.lock().trap.clone());
    match trap {
        Some(trap) => trap(exit),
        None if matches!(exit.reason, ExitReason::Normal) => {}
        None => cell.fault(life, exit.reason),
    }
}

/// The exit of an actor that is not there to be linked.
pub(crate) fn exit_of_nobody(core: &Core) -> Exit {
    Exit { id: core.id, path: core.path(), reason: ExitReason::NoActor }
}
