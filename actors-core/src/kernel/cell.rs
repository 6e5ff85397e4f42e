//! What an actor is to everybody but itself: its identity, its mailbox, and the orders it was given.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use crate::exit::ExitReason;
use crate::id::{ActorId, ActorPath, Incarnation, short_type_name};
use crate::kernel::actor::Actor;
use crate::kernel::ask::WaitList;
use crate::kernel::direct::{Ease, Relief};
use crate::kernel::endpoint::EndpointKey;
use crate::kernel::envelope::Envelope;
use crate::kernel::host::Host;
use crate::kernel::launch::{Owner, Parent};
use crate::kernel::life::Tenant;
use crate::kernel::links::Links;
use crate::kernel::orders::Doom;
use crate::kernel::pulse::{Pulse, Stage};
use crate::kernel::watch::{Terminated, Watcher, Watchers};
use crate::mailbox::{Home, Inbox, Mailbox, OnceBox, Private, Reader};
use crate::observe::{DeadLetterReason, LifecycleEvent};
use crate::panics::contain;
use crate::sched::{Chains, MESSAGES_PER_TURN};
use crate::sync::Lock;

/// One actor, shared by its references and its task.
///
/// In the order of memory: what is written with each message lies between the inbox's last field, which is, and what hardly ever is.
#[repr(C)]
pub(crate) struct Cell<A: Actor> {
    pub(crate) inbox: Inbox<Envelope<A>>,
    tenant: Private<Tenant<A>>,
    pub(crate) core: Core,
}

/// The part of a cell that does not depend on the actor's type.
#[repr(C)]
pub(crate) struct Core {
    pub(crate) pulse: Pulse,
    pub(super) orders: AtomicU8,
    /// Set once the actor has ended, before anybody is told.
    ended: AtomicBool,
    pub(crate) messages_per_turn: u8,
    /// Whether turns are taken by its own task alone.
    pub(crate) is_bound: bool,
    /// Whether those who ask may take its turns, and those who find no room.
    pub(crate) ease: Ease,
    pub(super) relief: Relief,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) id: ActorId,
    kind: fn() -> &'static str,
    pub(super) watchers: Lock<Watchers>,
    /// Where it comes from, if that is worth a note.
    origin: OnceBox<Origin>,
    /// What few actors ever need, made when first needed.
    pub(super) rare: OnceBox<Rare>,
    /// Strong references in users' hands. So many that they overflowed would take 32 GiB.
    handles: AtomicU32,
    pub(crate) incarnation: AtomicU32,
    /// In the system's list of top-level actors.
    place: AtomicU32,
    /// Whether something beside references keeps the actor: a parent, a supervisor, a name.
    retained: AtomicBool,
}

/// Not in the system's list.
const NOWHERE: u32 = u32::MAX;

#[derive(Default)]
struct Origin {
    name: Option<Arc<str>>,
    parent: Option<Parent>,
    /// What the parent calls it, if not by its name.
    label: Option<Arc<str>>,
    /// Computed when first asked for: most actors never are.
    path: OnceLock<ActorPath>,
}

#[derive(Default)]
pub(super) struct Rare {
    /// What went wrong in work done on the actor's behalf, until its life picks it up.
    pub(super) fault: Lock<Option<ExitReason>>,
    waits: WaitList,
    links: Lock<Links>,
    /// The life that its supervisor ends or has ended; it may not have begun yet.
    pub(super) doomed: Lock<Option<Doom>>,
    /// The bound of the stash, if it is not the usual one.
    stash_limit: OnceLock<usize>,
}

impl<A: Actor> Cell<A> {
    pub(crate) fn new(
        host: Arc<dyn Host>,
        name: Option<Arc<str>>,
        owner: Owner,
        mailbox: Mailbox,
        is_bound: bool,
    ) -> Home<Self> {
        let id = host.next_id();
        let retained = name.is_some() || !matches!(owner, Owner::Nobody);
        let (parent, label) = match owner {
            Owner::Parent(parent, label) => (Some(parent), label),
            Owner::Nobody | Owner::System => (None, None),
        };
        let origin = if name.is_some() || parent.is_some() {
            OnceBox::from(Origin { name, parent, label, path: OnceLock::new() })
        } else {
            OnceBox::new()
        };
        let is_bound = is_bound || host.executor().is_some();
        let messages_per_turn =
            host.executor().map_or(MESSAGES_PER_TURN, |executor| executor.messages_per_turn().max(1));
        let core = Core {
            id,
            host,
            kind: short_type_name::<A>,
            handles: AtomicU32::new(0),
            retained: AtomicBool::new(retained),
            orders: AtomicU8::new(0),
            ended: AtomicBool::new(false),
            messages_per_turn,
            is_bound,
            ease: Ease::new(),
            relief: Relief::new(),
            incarnation: AtomicU32::new(0),
            place: AtomicU32::new(NOWHERE),
            pulse: Pulse::new(),
            watchers: Lock::new(Watchers::default()),
            origin,
            rare: OnceBox::new(),
        };
        Home::new(Self { core, inbox: Inbox::new(mailbox), tenant: Private::new(Tenant::none()) })
    }

    /// The end: the mailbox closes, the name is free again, the watchers are told, in this order.
    pub(crate) fn finish(&self, reader: Reader<'_, Envelope<A>>, reason: &ExitReason) {
        self.close(reader);
        self.core.host.dismiss(self);
        self.core.announce(|id, path| LifecycleEvent::Stopped { id, path, reason: reason.clone() });
        self.tell_watchers(reason);
    }

    /// The end of one that may not start: the system has nothing to say about it, for it never had it.
    pub(crate) fn turn_away(&self, reader: Reader<'_, Envelope<A>>, reason: &ExitReason) {
        self.close(reader);
        self.tell_watchers(reason);
    }

    fn close(&self, mut reader: Reader<'_, Envelope<A>>) {
        self.core.ended.store(true, Ordering::Release);
        self.core.pulse.enter(Stage::Ended);
        for envelope in reader.close() {
            discard_contained(envelope, &self.core, DeadLetterReason::Stopped);
        }
    }

    fn tell_watchers(&self, reason: &ExitReason) {
        let watchers = self.core.watchers.lock().end(reason);
        if watchers.is_empty() {
            return;
        }
        let terminated = Terminated { id: self.core.id, path: self.core.path(), reason: reason.clone() };
        for watcher in watchers {
            watcher.tell(terminated.clone());
        }
    }

    /// Turns what is queued into dead letters.
    pub(crate) fn drop_queue(&self, reader: &mut Reader<'_, Envelope<A>>) {
        for envelope in reader.drain() {
            discard_contained(envelope, &self.core, DeadLetterReason::Stopped);
        }
    }
}

/// Discards a message whose `Drop` may panic: the mailbox is emptied whatever one message does.
pub(crate) fn discard_contained<A: Actor>(envelope: Envelope<A>, core: &Core, reason: DeadLetterReason) {
    let _ = contain(|| envelope.discard(core, reason));
}

impl Core {
    pub(crate) fn path(&self) -> ActorPath {
        let origin = self.origin.get_or_init(Origin::default);
        let compute = || {
            let (kind, id) = (self.kind(), self.id);
            match (&origin.parent, origin.label.as_ref().or(origin.name.as_ref())) {
                (Some(parent), Some(label)) => parent.path.child(label),
                (Some(parent), None) => parent.path.child(format_args!("{kind}{id}")),
                (None, Some(label)) => ActorPath::root(label),
                (None, None) => ActorPath::root(format_args!("{kind}{id}")),
            }
        };
        origin.path.get_or_init(compute).clone()
    }

    /// The actor that owns it, if one does.
    pub(crate) fn parent(&self) -> Option<ActorId> {
        Some(self.origin.get()?.parent.as_ref()?.id)
    }

    pub(crate) fn name(&self) -> Option<&Arc<str>> {
        self.origin.get()?.name.as_ref()
    }

    /// What people call its type.
    pub(crate) fn kind(&self) -> &'static str {
        (self.kind)()
    }

    /// What gives the name of its type, which takes a while.
    pub(crate) fn kind_by(&self) -> fn() -> &'static str {
        self.kind
    }

    /// Where the system has noted it.
    pub(crate) fn set_place(&self, place: u32) {
        self.place.store(place, Ordering::Release);
    }

    pub(crate) fn take_place(&self) -> Option<u32> {
        let place = self.place.swap(NOWHERE, Ordering::AcqRel);
        (place != NOWHERE).then_some(place)
    }

    /// The chains its turns may be part of, unless they are taken by its own task alone.
    #[inline]
    pub(crate) fn chains(&self) -> Option<&Arc<Chains>> {
        (!self.is_bound).then(|| self.host.chains())
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

    /// Reports what became of the actor, if anybody listens.
    pub(crate) fn announce(&self, event: impl FnOnce(ActorId, ActorPath) -> LifecycleEvent) {
        let lifecycle = self.host.lifecycle();
        if lifecycle.has_listeners() {
            lifecycle.report(event(self.id, self.path()));
        }
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

    /// Sets the bound of the stash; once, before the actor runs.
    pub(crate) fn limit_stash(&self, limit: usize) {
        self.rare().stash_limit.get_or_init(|| limit);
    }

    pub(crate) fn stash_limit(&self) -> Option<usize> {
        self.rare.get().and_then(|rare| rare.stash_limit.get().copied())
    }

    pub(super) fn rare(&self) -> &Rare {
        self.rare.get_or_init(Rare::default)
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

    /// How many wait to be told of the end.
    pub(crate) fn watchers(&self) -> usize {
        self.watchers.lock().len()
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

impl<A: Actor> AsRef<Inbox<Envelope<A>>> for Cell<A> {
    fn as_ref(&self) -> &Inbox<Envelope<A>> {
        &self.inbox
    }
}

impl<A: Actor> AsRef<Private<Tenant<A>>> for Cell<A> {
    fn as_ref(&self) -> &Private<Tenant<A>> {
        &self.tenant
    }
}
