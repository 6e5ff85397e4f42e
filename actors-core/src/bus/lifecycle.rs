//! What becomes of actors, on the bus.

use super::event::Event;
use super::handle::Bus;
use crate::message::{Message, Plain};
use crate::observe::LifecycleEvent;

impl Message for LifecycleEvent {
    type Reply = ();
    type Kind = Plain;
}

/// Published from the first subscription on, in the order of each actor's own life. A subscriber that has publishers wait
/// delays no actor, but what is reported more than 4,096 events later is lost.
impl Event for LifecycleEvent {
    const TOPIC: &'static str = "$actors.lifecycle";

    fn key(&self) -> Option<String> {
        Some(self.id().to_string())
    }
}

/// Publishes what the system reports, from now on and once for all. Reports are not even made while nobody subscribes.
pub(super) fn forward(bus: &Bus) {
    bus.state.lifecycle.call_once(|| {
        let (mut reports, system) = (bus.system.lifecycle().subscribe(), bus.system.downgrade());
        bus.system.runtime().spawn(async move {
            while let Some(report) = reports.recv().await {
                let Some(system) = system.upgrade() else { return };
                if system.bus().publish(report).await.is_err() && system.is_shutting_down() {
                    return;
                }
            }
        });
    });
}
