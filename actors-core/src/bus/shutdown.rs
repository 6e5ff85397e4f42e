//! The end of the bus: what waits is handled, within the deadline of the system's shutdown.

use std::sync::{Arc, Weak};

use super::member::Member;
use super::state::BusState;
use crate::system::{ActorSystem, ShutdownPhase};

/// Has the bus drained when the actors have ended. The system does not keep itself alive by it.
pub(super) fn drain_at_shutdown(system: &ActorSystem, state: &Arc<BusState>) {
    let state: Weak<BusState> = Arc::downgrade(state);
    system.on_shutdown(ShutdownPhase::Bus, move || drain(state));
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
