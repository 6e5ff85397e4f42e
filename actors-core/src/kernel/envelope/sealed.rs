//! The envelope itself: a table of functions and 24 bytes.
#![allow(unsafe_code, reason = "messages of any type lie in the same 24 bytes; the table says which")]

use std::any::TypeId;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::task::{Context as TaskContext, Poll};

use tokio::sync::oneshot;

use super::buffer::Turn;
use super::dispatch;
use super::future_slot::FutureSlot;
use super::kinds::{Asked, PassedOn, Step, Stepping, Tick, Told, ToldBoxed, Word};
use super::label::Label;
use super::traced::{self, Journey, Traced};
use crate::exit::ExitReason;
use crate::id::Incarnation;
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::ask::Posted;
use crate::kernel::cell::Core;
use crate::kernel::context::{Context, Ticket};
use crate::kernel::endpoint::{Load, Parcel};
use crate::kernel::reply::ReplyTo;
use crate::mailbox::{Front, Item};
use crate::message::Message;
use crate::observe::DeadLetterReason;
use crate::panics::contain;
use crate::timer::TimerId;

/// One entry of the mailbox of an `A`.
pub(crate) struct Envelope<A: Actor> {
    vtable: &'static Vtable<A>,
    payload: Payload,
    actor: PhantomData<fn(A)>,
}

/// Room for a small message, or for the pointer to a large one.
pub(crate) type Payload = MaybeUninit<[u64; 3]>;

/// What can be done with a payload. Each function takes the payload over: it must not be used afterwards.
struct Vtable<A: Actor> {
    begin: unsafe fn(*const Payload, &mut Stage<'_, A>, &mut TaskContext<'_>) -> Poll<()>,
    discard: unsafe fn(*const Payload, &Core, DeadLetterReason),
    drop: unsafe fn(*const Payload),
    shape: Shape,
    label: Label,
    /// The message's type, if it is a user's.
    message: Option<fn() -> TypeId>,
}

/// What lies in the payload.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Told,
    ToldBoxed,
    Asked,
    PassedOn,
    Traced,
    Word,
}

/// One kind of content, and what is done with it.
pub(super) trait Kind<A: Actor> {
    type Content: Send;
    const SHAPE: Shape;
    const LABEL: Label;
    const MESSAGE: Option<fn() -> TypeId>;

    fn begin(content: Self::Content, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()>;

    fn discard(content: Self::Content, core: &Core, reason: DeadLetterReason);
}

impl<A: Actor> Vtable<A> {
    const fn of<K: Kind<A>>() -> Self {
        unsafe fn begin<A: Actor, K: Kind<A>>(
            payload: *const Payload,
            stage: &mut Stage<'_, A>,
            cx: &mut TaskContext<'_>,
        ) -> Poll<()> {
            // SAFETY: the payload holds this kind's content, and the caller gives it up.
            K::begin(unsafe { payload.cast::<K::Content>().read() }, stage, cx)
        }
        unsafe fn discard<A: Actor, K: Kind<A>>(
            payload: *const Payload,
            core: &Core,
            reason: DeadLetterReason,
        ) {
            // SAFETY: as above.
            K::discard(unsafe { payload.cast::<K::Content>().read() }, core, reason);
        }
        unsafe fn drop_content<A: Actor, K: Kind<A>>(payload: *const Payload) {
            // SAFETY: as above.
            drop(unsafe { payload.cast::<K::Content>().read() });
        }
        Self {
            begin: begin::<A, K>,
            discard: discard::<A, K>,
            drop: drop_content::<A, K>,
            shape: K::SHAPE,
            label: K::LABEL,
            message: K::MESSAGE,
        }
    }
}

/// What a handler runs on. The pointers are good while a handler may run.
pub(crate) struct Stage<'a, A: Actor> {
    actor: *mut A,
    ctx: *mut Context<A>,
    slot: &'a mut FutureSlot,
    turn: &'a mut Turn,
}

impl<'a, A: Actor> Stage<'a, A> {
    /// # Safety
    ///
    /// Actor and context must stay where they are, and be touched by nobody else, until the slot is empty again.
    #[inline]
    pub(super) unsafe fn new(
        actor: *mut A,
        ctx: *mut Context<A>,
        slot: &'a mut FutureSlot,
        turn: &'a mut Turn,
    ) -> Self {
        Self { actor, ctx, slot, turn }
    }

    /// The context, between two handlers.
    #[inline]
    pub(crate) fn ctx(&mut self) -> &mut Context<A> {
        // SAFETY: the contract of `new`; no handler runs while somebody holds the stage.
        unsafe { &mut *self.ctx }
    }

    /// Hands the message whose turn it is to its handler, which may be ready at once.
    #[inline]
    pub(crate) fn begin(&mut self, front: Front<'_, Envelope<A>>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let (vtable, payload) = front.into_parts();
        // SAFETY: the word is the table's address, as `Envelope::split` made it. The payload belongs to it and is given up
        // here; each table's function reads it before anything else.
        unsafe { (vtable.cast::<Vtable<A>>().as_ref().begin)(payload, self, cx) }
    }

    /// The message is not handled after all.
    #[cold]
    pub(super) fn pass_over<M: Message>(&mut self, message: M, reason: DeadLetterReason) {
        let core = self.ctx().core();
        core.pulse.discount();
        // It may panic when it is dropped, which is not the life's fault.
        let _ = contain(|| core.bury(message, reason));
    }

    /// Runs a future over the actor and its context.
    #[inline]
    pub(super) fn run<'b, F>(
        &mut self,
        cx: &mut TaskContext<'_>,
        make: impl FnOnce(&'b mut A, &'b mut Context<A>) -> F,
    ) -> Poll<()>
    where
        F: Future<Output = ()> + Send + 'b,
    {
        self.ctx().count_handler();
        // SAFETY: the contract of `new` covers the slot's.
        unsafe { self.slot.run(self.turn, cx, || make(&mut *self.actor, &mut *self.ctx)) }
    }
}

// SAFETY: whatever is sealed in is `Send`: messages are, and so are reply handles and boxed dispatches.
unsafe impl<A: Actor> Send for Envelope<A> {}

impl<A: Actor> Envelope<A> {
    /// A user's message.
    #[inline]
    pub(crate) fn user<M: Message>(parcel: Parcel<M>) -> Self
    where
        A: Responder<M>,
    {
        if traced::is_wanted() {
            return Self::traced(parcel.into_load());
        }
        match parcel.into_load() {
            Load::Tell(message) => Self::seal_told(message),
            Load::Ask(cell) => Self::seal::<Asked<M>>(cell),
            Load::PassedOn(message, reply) => Self::seal::<PassedOn<M>>(Box::new((message, reply))),
        }
    }

    /// Whether a message that is sent now may be traced; if so, it goes the way of [`user`](Self::user).
    #[inline(always)]
    pub(crate) fn may_be_traced() -> bool {
        traced::may_be_wanted()
    }

    /// Whether a message of this type goes into the envelope as it is.
    #[inline(always)]
    pub(crate) fn holds<M: Message>() -> bool {
        fits_inline::<M>()
    }

    /// A message that [fits](Self::holds), which nobody waits for or traces.
    #[inline(always)]
    pub(crate) fn told<M: Message>(message: M) -> Self
    where
        A: Responder<M>,
    {
        Self::seal::<Told<M>>(message)
    }

    /// A question that nobody traces.
    #[inline(always)]
    pub(crate) fn asked<M: Message>(question: Posted<M>) -> Self
    where
        A: Responder<M>,
    {
        Self::seal::<Asked<M>>(question)
    }

    #[cold]
    #[inline(never)]
    fn traced<M: Message>(load: Load<M>) -> Self
    where
        A: Responder<M>,
    {
        Self::seal::<Traced<M>>(Journey::begin(load))
    }

    #[inline]
    fn seal_told<M: Message>(message: M) -> Self
    where
        A: Responder<M>,
    {
        if const { fits_inline::<M>() } {
            Self::seal::<Told<M>>(message)
        } else {
            Self::seal::<ToldBoxed<M>>(Box::new(message))
        }
    }

    /// A timer has fired; its message waits in the context, unless it was cancelled.
    pub(crate) fn tick(timer: TimerId) -> Self {
        Self::seal::<Tick>(timer)
    }

    /// A message the actor sent itself by a pipe or a watch; it is delivered only while the ticket is good.
    pub(crate) fn ticketed<M: Message>(ticket: Ticket, message: M) -> Self
    where
        A: Responder<M>,
    {
        Self::seal::<Word>(dispatch::ticketed(ticket, message))
    }

    /// Has the actor take a step, if the life it is for is not over.
    pub(crate) fn step<S: Step<A>>(life: Incarnation) -> Self {
        Self::seal::<Stepping<S>>(life)
    }

    /// Ends the life when its turn comes.
    pub(crate) fn stop(reason: ExitReason) -> Self {
        Self::seal::<Word>(dispatch::stop(reason))
    }

    /// Ends the actor when its turn comes, if still nobody can reach it.
    pub(crate) fn stop_unreachable() -> Self {
        Self::seal::<Word>(dispatch::stop_unreachable())
    }

    /// Has the actor describe itself.
    pub(crate) fn describe(reply: oneshot::Sender<String>) -> Self {
        Self::seal::<Word>(dispatch::describe(reply))
    }

    #[inline]
    fn seal<K: Kind<A>>(content: K::Content) -> Self {
        assert!(fits_inline::<K::Content>(), "only what fits is sealed in");
        let mut payload = Payload::uninit();
        // SAFETY: it fits, as was just asserted.
        unsafe { payload.as_mut_ptr().cast::<K::Content>().write(content) };
        Self { vtable: const { &Vtable::<A>::of::<K>() }, payload, actor: PhantomData }
    }

    /// Hands a message to its handler that waited elsewhere than in the mailbox.
    pub(super) fn begin(self, stage: &mut Stage<'_, A>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let this = ManuallyDrop::new(self);
        // SAFETY: the payload belongs to the table and is given up here.
        unsafe { (this.vtable.begin)(&raw const this.payload, stage, cx) }
    }

    /// The message will not be handled.
    pub(crate) fn discard(self, core: &Core, reason: DeadLetterReason) {
        let this = ManuallyDrop::new(self);
        // SAFETY: as in `begin`.
        unsafe { (this.vtable.discard)(&raw const this.payload, core, reason) }
    }

    /// Takes a user's message out again. The caller put it in, so it knows the type.
    pub(crate) fn into_parcel<M: Message>(self, urgent: bool) -> Parcel<M>
    where
        A: Responder<M>,
    {
        let this = ManuallyDrop::new(self);
        let payload = &raw const this.payload;
        assert!(
            this.vtable.message.is_some_and(|message| message() == TypeId::of::<M>()),
            "it knows the type"
        );
        // SAFETY: the message is an `M`, and the shape tells what the payload holds of it.
        let load = unsafe {
            match this.vtable.shape {
                Shape::Told => Load::Tell(payload.cast::<M>().read()),
                Shape::ToldBoxed => Load::Tell(*payload.cast::<Box<M>>().read()),
                Shape::Asked => Load::Ask(payload.cast::<Posted<M>>().read()),
                Shape::PassedOn => {
                    let (message, reply) = *payload.cast::<Box<(M, ReplyTo<M::Reply>)>>().read();
                    Load::PassedOn(message, reply)
                }
                Shape::Traced => payload.cast::<Box<Journey<M>>>().read().load,
                Shape::Word => unreachable!("a word of the kernel has no message"),
            }
        };
        Parcel::of_load(load, urgent)
    }
}

impl<A: Actor> Drop for Envelope<A> {
    fn drop(&mut self) {
        // SAFETY: the payload belongs to the table and is given up here.
        unsafe { (self.vtable.drop)(&raw const self.payload) }
    }
}

impl<A: Actor> Item for Envelope<A> {
    type Rest = Payload;

    #[inline]
    fn split(self) -> (NonNull<()>, Payload) {
        let this = ManuallyDrop::new(self);
        (NonNull::from(this.vtable).cast(), this.payload)
    }

    #[inline]
    unsafe fn join(word: NonNull<()>, payload: Payload) -> Self {
        // SAFETY: the word is the table's address, as `split` made it of an envelope for the same `A`.
        Self { vtable: unsafe { word.cast().as_ref() }, payload, actor: PhantomData }
    }

    fn is_droppable(&self) -> bool {
        self.vtable.message.is_some()
    }
}

impl<A: Actor> Front<'_, Envelope<A>> {
    /// What it holds, in words.
    #[inline]
    pub(crate) fn label(&self) -> &'static Label {
        // SAFETY: the word is the address of a static table, as `Envelope::split` made it.
        unsafe { &self.word().cast::<Vtable<A>>().as_ref().label }
    }
}

/// Whether a value of this type needs no box.
const fn fits_inline<T>() -> bool {
    size_of::<T>() <= size_of::<Payload>() && align_of::<T>() <= align_of::<Payload>()
}
