//! The end of the bus: what waits is handled, within the deadline of the system's shutdown.

use std::sync::{Arc, Weak};

use super::member::Member;
use super::state::BusState;
use crate::system::{ActorSystem, ShutdownPhase};

/// Has events that wait handled while there are actors to handle them, and the bus drained when those have ended. The system
/// does not keep itself alive by it.
pub(super) fn drain_at_shutdown(system: &ActorSystem, state: &Arc<BusState>) {
    let state: Weak<BusState> = Arc::downgrade(state);
    let early = state.clone();
    system.on_shutdown(ShutdownPhase::Drain, move || settle(early));
    system.on_shutdown(ShutdownPhase::Bus, move || drain(state));
}

/// Returns once no subscription has anything to handle; one may bring about events for others.
async fn settle(state: Weak<BusState>) {
    let Some(state) = state.upgrade() else { return };
    loop {
        let mut settled = true;
        for member in state.members().iter().filter(|member| member.is_awaited) {
            settled &= !member.group.quiet().await;
        }
        if settled {
            return;
        }
    }
}

/// 1. Publishers are refused. 2. Groups take in nothing more. 3. Subscriptions handle what waits, and end.
/// 4. Those that have not when the deadline drops this future are ended in the middle of it.
async fn drain(state: Weak<BusState>) {
    let Some(state) = state.upgrade() else { return };
    state.close();
    let members = Deadline(state.members());
    for member in &members.0 {
        member.group.drain();
    }
    // Streams have no workers: their owners read what is left whenever they like.
    for member in members.0.iter().filter(|member| member.is_awaited) {
        member.ended().await;
    }
}

/// Members that may not outlive the shutdown.
struct Deadline(Vec<Arc<Member>>);

impl Drop for Deadline {
    fn drop(&mut self) {
        for member in self.0.iter().filter(|member| member.is_awaited && !member.has_ended()) {
            member.abort();
        }
    }
}
