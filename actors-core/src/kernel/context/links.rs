//! Links from inside an actor.

use std::sync::Arc;

use super::{Context, Ticket, deliver_to_self};
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::any_cell::AnyCell;
use crate::kernel::links::{self, Exit};
use crate::kernel::refs::AnyActorRef;
use crate::mailbox::{Home, Lane};

impl<A: Actor> Context<A> {
    /// Links this life and the other's: when one ends other than normally, so does the other, for the same reason.
    ///
    /// A link lasts until one of the two lives ends; a restart does not bring it back. Linking an actor that has ended
    /// is an exit with the reason [`ExitReason::NoActor`](crate::ExitReason::NoActor).
    ///
    /// ```
    /// # use actors_core::*;
    /// # struct Worker; impl Actor for Worker {}
    /// struct Boss(ActorRef<Worker>);
    ///
    /// impl Actor for Boss {
    ///     async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), ActorError> {
    ///         ctx.link(&self.0);
    ///         Ok(())
    ///     }
    /// }
    /// ```
    pub fn link(&mut self, other: impl Into<AnyActorRef>) {
        let (me, other): (Home<dyn AnyCell>, _) = (self.cell.clone().upcast(), other.into().into_cell());
        if !links::link(&me, &other) {
            links::receive_exit(&*me, self.incarnation, links::exit_of_nobody(other.core()));
        }
    }

    /// Takes a link back. An exit that lies in the mailbox already is still delivered.
    pub fn unlink(&mut self, other: impl Into<AnyActorRef>) {
        links::unlink(&*self.cell, &*other.into().into_cell());
    }

    /// Has exits of linked actors, normal ones too, come as [`Exit`] messages instead of ending this life; or not any
    /// more. [`kill`](crate::ActorRef::kill) cannot be trapped. Ends with this life.
    pub fn trap_exit(&mut self, trap: bool)
    where
        A: Responder<Exit>,
    {
        let (me, life) = (self.cell.downgrade(), self.incarnation);
        let deliver = move |exit| {
            if let Some(me) = me.upgrade() {
                deliver_to_self(&me, Lane::System, Ticket::Life(life), exit);
            }
        };
        links::set_trap(self.core(), trap.then(|| -> Arc<dyn Fn(Exit) + Send + Sync> { Arc::new(deliver) }));
    }
}
