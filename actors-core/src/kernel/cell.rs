//! What an actor is to everybody but itself: its identity, its mailbox, and the orders it was given.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath, Incarnation, short_type_name};
use crate::kernel::actor::Actor;
use crate::kernel::ask::WaitList;
use crate::kernel::endpoint::EndpointKey;
use crate::kernel::envelope::Envelope;
use crate::kernel::host::Host;
use crate::kernel::launch::Owner;
use crate::kernel::links::Links;
use crate::kernel::watch::{Terminated, WatchId, Watched, Watcher, Watchers};
use crate::mailbox::{Inbox, Lane, Mailbox, Outlet};
use crate::observe::DeadLetterReason;
use crate::sched::MESSAGES_PER_TURN;
use crate::sync::Lock;

/// One actor, shared by its references and its task.
pub(crate) struct Cell<A: Actor> {
    pub(crate) core: Core,
    pub(crate) inbox: Inbox<Envelope<A>>,
}

/// The part of a cell that does not depend on the actor's type.
pub(crate) struct Core {
    pub(crate) id: ActorId,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) kind: &'static str,
    /// Computed when first asked for: most actors never are.
    path: OnceLock<ActorPath>,
    /// Strong references in users' hands.
    handles: AtomicUsize,
    /// Whether something beside references keeps the actor: a parent, a supervisor, a name.
    retained: AtomicBool,
    orders: AtomicU8,
    /// Set once the actor has ended, before anybody is told.
    ended: AtomicBool,
    pub(crate) messages_per_turn: u8,
    pub(crate) incarnation: AtomicU32,
    watchers: Lock<Watchers>,
    /// What few actors ever need, made when first needed.
    rare: OnceLock<Box<Rare>>,
}

#[derive(Default)]
struct Rare {
    /// What went wrong in work done on the actor's behalf, until its life picks it up.
    fault: Lock<Option<ExitReason>>,
    waits: WaitList,
    links: Lock<Links>,
    /// The life that its supervisor ends or has ended; it may not have begun yet.
    doomed: Lock<Option<Doom>>,
}

/// An order to end one life in favour of the next.
#[derive(Clone, Copy)]
struct Doom {
    life: Incarnation,
    kill: bool,
}

/// Bits of `Core::orders`. Orders are given once and never taken back, except by the next life.
mod order {
    pub(super) const STOP_NOW: u8 = 1;
    pub(super) const KILL: u8 = 2;
    pub(super) const FAULT: u8 = 4;
    /// No life follows this one, and its reason is `Shutdown` if it is stopped.
    pub(super) const SHUT_DOWN: u8 = 8;
    pub(super) const NO_RESTART: u8 = 16;
    /// The life ends after the running handler, the queue stays for the next one.
    pub(super) const END_LIFE: u8 = 32;
    /// Orders to one life, done with when it has ended.
    pub(super) const OF_ONE_LIFE: u8 = STOP_NOW | KILL | FAULT | END_LIFE;
}

impl<A: Actor> Cell<A> {
    pub(crate) fn new(
        host: Arc<dyn Host>,
        name: Option<Arc<str>>,
        owner: &Owner,
        mailbox: Mailbox,
        retained: bool,
    ) -> Self {
        let (id, kind) = (host.next_id(), short_type_name::<A>());
        let path = OnceLock::new();
        if let Owner::Parent(parent, label) = owner {
            path.get_or_init(|| match label.as_deref().or(name.as_deref()) {
                Some(label) => parent.child(label),
                None => parent.child(format_args!("{kind}{id}")),
            });
        }
        let messages_per_turn =
            host.executor().map_or(MESSAGES_PER_TURN, |executor| executor.messages_per_turn().max(1));
        let core = Core {
            id,
            host,
            name,
            kind,
            path,
            handles: AtomicUsize::new(0),
            retained: AtomicBool::new(retained),
            orders: AtomicU8::new(0),
            ended: AtomicBool::new(false),
            messages_per_turn,
            incarnation: AtomicU32::new(0),
            watchers: Lock::new(Watchers::Watching(Vec::new())),
            rare: OnceLock::new(),
        };
        Self { core, inbox: Inbox::new(mailbox) }
    }

    /// The end: the mailbox closes, the name is free again, the watchers are told, in this order.
    pub(crate) fn finish(&self, outlet: &mut Outlet, reason: &ExitReason) {
        self.core.ended.store(true, Ordering::Release);
        for envelope in self.inbox.reader(outlet).close() {
            discard_contained(envelope, &self.core, DeadLetterReason::Stopped);
        }
        self.core.host.dismiss(self);
        let watchers = self.core.watchers.lock().end(reason.clone());
        if watchers.is_empty() {
            return;
        }
        let terminated = Terminated { id: self.core.id, path: self.core.path(), reason: reason.clone() };
        for watcher in watchers {
            watcher.tell(terminated.clone());
        }
    }

    /// Turns what is queued into dead letters.
    pub(crate) fn drop_queue(&self, outlet: &mut Outlet) {
        for envelope in self.inbox.reader(outlet).drain() {
            discard_contained(envelope, &self.core, DeadLetterReason::Stopped);
        }
    }
}

/// Discards a message whose `Drop` may panic: the mailbox is emptied whatever one message does.
pub(crate) fn discard_contained<A: Actor>(envelope: Envelope<A>, core: &Core, reason: DeadLetterReason) {
    let discard = std::panic::AssertUnwindSafe(|| envelope.discard(core, reason));
    let _ = std::panic::catch_unwind(discard);
}

impl Core {
    pub(crate) fn path(&self) -> ActorPath {
        let label = || match &self.name {
            Some(name) => ActorPath::root(name),
            None => ActorPath::root(format_args!("{}{}", self.kind, self.id)),
        };
        self.path.get_or_init(label).clone()
    }

    pub(crate) fn endpoint_key(&self) -> EndpointKey {
        EndpointKey { home: Arc::as_ptr(&self.host).cast::<()>() as usize as u64, number: self.id.0 }
    }

    pub(crate) fn incarnation(&self) -> Incarnation {
        Incarnation(self.incarnation.load(Ordering::Acquire))
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.ended.load(Ordering::Acquire)
    }

    pub(crate) fn bury<M: Any + Send>(&self, message: M, reason: DeadLetterReason) {
        self.host.dead_letters().receive(|| self.path(), short_type_name::<M>(), reason, message);
    }

    // References.

    pub(crate) fn add_handle(&self) {
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds a reference unless the actor is on its way out because there was none.
    pub(crate) fn try_add_handle(&self) -> bool {
        if !self.is_alive() {
            return false;
        }
        if self.retained.load(Ordering::Acquire) {
            self.add_handle();
            return true;
        }
        let one_more = |handles| (handles > 0).then_some(handles + 1);
        self.handles.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).is_ok()
    }

    /// Removes a reference; true if it was the last and nothing else keeps the actor.
    pub(crate) fn remove_handle(&self) -> bool {
        self.handles.fetch_sub(1, Ordering::AcqRel) == 1 && self.is_unreachable() && self.is_alive()
    }

    pub(crate) fn is_unreachable(&self) -> bool {
        self.handles.load(Ordering::Acquire) == 0 && !self.retained.load(Ordering::Acquire)
    }

    // Orders.

    fn order(&self, bits: u8) {
        self.orders.fetch_or(bits, Ordering::AcqRel);
    }

    #[inline]
    fn ordered(&self, bits: u8) -> bool {
        self.orders.load(Ordering::Acquire) & bits != 0
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.ordered(order::KILL)
    }

    pub(crate) fn may_restart(&self) -> bool {
        !self.ordered(order::NO_RESTART)
    }

    pub(crate) fn forbid_restart(&self) {
        self.order(order::NO_RESTART);
    }

    /// The reason of a life that is stopped now.
    pub(crate) fn stop_reason(&self) -> ExitReason {
        if self.ordered(order::SHUT_DOWN) { ExitReason::Shutdown } else { ExitReason::Normal }
    }

    /// Whether the life has to end before its next message.
    #[inline]
    pub(crate) fn is_interrupted(&self) -> bool {
        self.ordered(order::OF_ONE_LIFE)
    }

    /// Why the life has to end before its next message, if it has to.
    pub(crate) fn interruption(&self) -> Option<ExitReason> {
        let orders = self.orders.load(Ordering::Acquire);
        if orders & order::OF_ONE_LIFE == 0 {
            None
        } else if orders & order::KILL != 0 {
            Some(ExitReason::Killed)
        } else if orders & order::FAULT != 0 {
            self.rare.get().and_then(|rare| rare.fault.lock().take()).or(Some(ExitReason::Normal))
        } else if orders & order::END_LIFE != 0 {
            Some(ExitReason::Shutdown)
        } else {
            Some(self.stop_reason())
        }
    }

    /// Whether its supervisor ended this life in order to begin another one.
    pub(crate) fn was_told_to_end_life(&self) -> bool {
        self.ordered(order::END_LIFE)
    }

    pub(crate) fn was_told_to_stop_now(&self) -> bool {
        self.ordered(order::STOP_NOW)
    }

    /// A new life begins: orders to the last one are done with. It may have been ordered to end already.
    pub(crate) fn begin_life(&self, incarnation: Incarnation) {
        let Some(rare) = self.rare.get() else {
            self.orders.fetch_and(!order::OF_ONE_LIFE, Ordering::AcqRel);
            return self.incarnation.store(incarnation.0, Ordering::Release);
        };
        rare.fault.lock().take();
        let doomed = rare.doomed.lock();
        self.orders.fetch_and(!order::OF_ONE_LIFE, Ordering::AcqRel);
        self.incarnation.store(incarnation.0, Ordering::Release);
        if let Some(doom) = *doomed {
            self.doom(doom);
        }
    }

    /// Gives the order if the life it means has begun. Called under its lock, so that no life begins meanwhile.
    fn doom(&self, doom: Doom) {
        if doom.life == self.incarnation() {
            self.order(order::END_LIFE | if doom.kill { order::KILL } else { 0 });
        }
    }

    /// Fails the life `incarnation`, unless it is over.
    pub(crate) fn report_fault(&self, incarnation: Incarnation, reason: ExitReason) {
        if self.incarnation() == incarnation {
            self.rare().fault.lock().get_or_insert(reason);
            self.order(order::FAULT);
        }
    }

    /// The life goes on although something had failed on its behalf.
    pub(crate) fn overlook_fault(&self) {
        self.orders.fetch_and(!order::FAULT, Ordering::AcqRel);
    }

    fn rare(&self) -> &Rare {
        self.rare.get_or_init(Box::default)
    }

    /// Whom its handler waits for.
    pub(crate) fn waits(&self) -> &WaitList {
        &self.rare().waits
    }

    pub(crate) fn links(&self) -> &Lock<Links> {
        &self.rare().links
    }

    pub(crate) fn links_if_any(&self) -> Option<&Lock<Links>> {
        self.rare.get().map(|rare| &rare.links)
    }

    pub(crate) fn waits_if_any(&self) -> Option<&WaitList> {
        self.rare.get().map(|rare| &rare.waits)
    }

    /// Completes with the reason of the end.
    pub(crate) async fn ended(&self) -> ExitReason {
        let (watcher, receiver) = Watcher::wait();
        let added = self.watchers.lock().add(watcher);
        match added {
            Err((_, reason)) => reason,
            // The sender is dropped unused only with the actor's task, when the runtime goes down.
            Ok(()) => receiver.await.unwrap_or(ExitReason::Killed),
        }
    }
}

/// A cell whose actor's type is forgotten.
pub(crate) trait AnyCell: Watched + Any {
    fn core(&self) -> &Core;

    /// Ends the life after what is queued already.
    fn stop(&self, reason: ExitReason);

    /// Makes the task look at its orders.
    fn wake(&self);
}

impl dyn AnyCell {
    /// Ends the life after the running handler; what is queued becomes dead letters.
    pub(crate) fn stop_now(&self) {
        self.core().order(order::STOP_NOW);
        self.wake();
    }

    /// Drops the actor's future at its next await.
    pub(crate) fn kill(&self) {
        self.core().order(order::KILL);
        self.wake();
    }

    /// Like a stop, but the reason is `Shutdown` and no life follows.
    pub(crate) fn shut_down(&self) {
        self.core().order(order::NO_RESTART | order::SHUT_DOWN);
        self.stop(ExitReason::Shutdown);
        // The task may wait for something else than its mailbox, such as a restart's backoff.
        self.wake();
    }

    /// Ends this life after the running handler, or at the next await if it is to be killed; its custodian decides when
    /// the next one begins. The life may not have begun yet; one that is over is not touched.
    pub(crate) fn end_life(&self, life: Incarnation, kill: bool) {
        let core = self.core();
        let doom = Doom { life, kill };
        let mut doomed = core.rare().doomed.lock();
        *doomed = Some(doom);
        core.doom(doom);
        drop(doomed);
        self.wake();
    }

    /// Like a kill, and no life follows.
    pub(crate) fn kill_for_good(&self) {
        self.core().order(order::NO_RESTART);
        self.kill();
    }

    /// Fails the life `incarnation` because of work done on its behalf.
    pub(crate) fn fault(&self, incarnation: Incarnation, reason: ExitReason) {
        self.core().report_fault(incarnation, reason);
        self.wake();
    }
}

impl<A: Actor> AnyCell for Cell<A> {
    fn core(&self) -> &Core {
        &self.core
    }

    fn stop(&self, reason: ExitReason) {
        // A closed mailbox means that it has ended already.
        drop(self.inbox.force(Envelope::stop(reason), Lane::User));
    }

    fn wake(&self) {
        self.inbox.wake();
    }
}

impl<A: Actor> Watched for Cell<A> {
    fn key(&self) -> EndpointKey {
        self.core.endpoint_key()
    }

    fn add_watcher(&self, watcher: Watcher) {
        let added = self.core.watchers.lock().add(watcher);
        if let Err((watcher, reason)) = added {
            watcher.tell(Terminated { id: self.core.id, path: self.core.path(), reason });
        }
    }

    fn remove_watcher(&self, watch: WatchId) {
        self.core.watchers.lock().remove(watch);
    }
}

impl<A: Actor> AsRef<Inbox<Envelope<A>>> for Cell<A> {
    fn as_ref(&self) -> &Inbox<Envelope<A>> {
        &self.inbox
    }
}
