//! An actor that takes cargo and treats it as it is told.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use actors::prelude::*;
use tokio::sync::Notify;

use super::ledger::{Cargo, Ledger, Token};
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum How {
    AtOnce,
    AfterAnAwait,
    /// Waits until the test opens the gate.
    AtTheGate,
    Panic,
    PanicAfterAnAwait,
    Stop,
    Fail,
    StopNow,
    Kill,
}

/// A message with cargo, whose answer is cargo too.
pub(super) struct Deliver<C>(pub(super) C, pub(super) How);

impl<C: Cargo> Message for Deliver<C> {
    type Reply = C;
    type Kind = actors::Plain;
}

/// The same, answered by whoever holds the handle.
pub(super) struct Deposit<C>(pub(super) C);

impl<C: Cargo> Message for Deposit<C> {
    type Reply = C;
    type Kind = actors::Plain;
}

/// Delivered by a timer or a pipe.
pub(super) struct Later<C>(pub(super) C);

impl<C: Cargo> Message for Later<C> {
    type Reply = ();
    type Kind = actors::Plain;
}

/// Passes cargo on to another porter.
pub(super) struct PassOn<C: Cargo>(pub(super) C, pub(super) ActorRef<Porter<C>>, pub(super) How);

impl<C: Cargo> Message for PassOn<C> {
    type Reply = C;
    type Kind = actors::Plain;
}

pub(super) struct Porter<C: Cargo> {
    ledger: Ledger,
    gate: Arc<Notify>,
    entered: Arc<Notify>,
    deposits: Vec<(C, ReplyTo<C>)>,
    /// The state has to go once too.
    _state: Token,
}

impl<C: Cargo> Actor for Porter<C> {
    async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
        let _token = self.ledger.token();
        tokio::task::yield_now().await;
    }
}

impl<C: Cargo> Handler<Deliver<C>> for Porter<C> {
    async fn handle(&mut self, Deliver(cargo, how): Deliver<C>, ctx: &mut Context<Self>) -> C {
        let reply = C::from(self.ledger.token());
        match how {
            How::AtOnce => {}
            How::AfterAnAwait => tokio::task::yield_now().await,
            How::AtTheGate => {
                self.entered.notify_one();
                self.gate.notified().await;
            }
            How::Panic => resume_unwind(Box::new("as told")),
            How::PanicAfterAnAwait => {
                tokio::task::yield_now().await;
                resume_unwind(Box::new("as told"));
            }
            How::Stop => ctx.stop(),
            How::Fail => ctx.fail(ActorError::msg("as told")),
            How::StopNow => ctx.myself().stop_now(),
            How::Kill => {
                ctx.myself().kill();
                tokio::task::yield_now().await;
            }
        }
        drop(cargo);
        reply
    }
}

impl<C: Cargo> Responder<Deposit<C>> for Porter<C> {
    async fn respond(&mut self, Deposit(cargo): Deposit<C>, reply: ReplyTo<C>, _: &mut Context<Self>) {
        self.deposits.push((cargo, reply));
    }
}

impl<C: Cargo> Handler<Later<C>> for Porter<C> {
    async fn handle(&mut self, Later(cargo): Later<C>, ctx: &mut Context<Self>) {
        let (token, work) = (self.ledger.token(), C::from(self.ledger.token()));
        ctx.after(seconds(1_000), Deposit(cargo));
        ctx.pipe(
            async move {
                let _token = token;
                tokio::task::yield_now().await;
                work
            },
            |work| Deliver(work, How::AfterAnAwait),
        );
        let never = C::from(self.ledger.token());
        ctx.pipe(
            async move {
                std::future::pending::<()>().await;
                never
            },
            |never| Deliver(never, How::AtOnce),
        );
    }
}

impl<C: Cargo> Responder<PassOn<C>> for Porter<C> {
    async fn respond(&mut self, message: PassOn<C>, reply: ReplyTo<C>, _: &mut Context<Self>) {
        let PassOn(cargo, to, how) = message;
        reply.delegate(&to, Deliver(cargo, how)).await;
    }
}

/// A system with porters, and a ledger of what they were given.
pub(super) struct Yard<C> {
    pub(super) system: ActorSystem,
    ledger: Ledger,
    pub(super) gate: Arc<Notify>,
    pub(super) entered: Arc<Notify>,
    cargo: PhantomData<fn() -> C>,
}

impl<C: Cargo> Yard<C> {
    pub(super) fn new(ledger: &Ledger) -> Self {
        let (gate, entered) = (Arc::default(), Arc::default());
        Self { system: ActorSystem::new(), ledger: ledger.clone(), gate, entered, cargo: PhantomData }
    }

    pub(super) fn cargo(&self) -> C {
        C::from(self.ledger.token())
    }

    pub(super) fn message(&self, how: How) -> Deliver<C> {
        Deliver(self.cargo(), how)
    }

    pub(super) fn factory(&self) -> impl FnMut() -> Porter<C> + Send + 'static {
        let (ledger, gate, entered) = (self.ledger.clone(), self.gate.clone(), self.entered.clone());
        move || Porter {
            ledger: ledger.clone(),
            gate: gate.clone(),
            entered: entered.clone(),
            deposits: Vec::new(),
            _state: ledger.token(),
        }
    }

    pub(super) fn porter(&self) -> ActorRef<Porter<C>> {
        self.system.spawn(self.factory()())
    }

    /// One that waits at the gate with cargo in its hands, and whatever is sent now stays queued.
    pub(super) async fn held(&self, mailbox: Mailbox) -> ActorRef<Porter<C>> {
        let porter = self.system.actor(self.factory()).mailbox(mailbox).spawn();
        porter.try_tell(self.message(How::AtTheGate)).unwrap_or_else(|_| unreachable!("it has room for one"));
        self.entered.notified().await;
        porter
    }
}

/// Drops what the test itself holds, which may panic.
pub(super) fn discard<T>(value: T) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
}

/// Awaits what the test itself sends, and drops what comes of it; both may panic.
pub(super) async fn outcome<F: Future>(sending: F) {
    let mut sending = Some(Box::pin(sending));
    std::future::poll_fn(|cx| {
        let Some(future) = &mut sending else { return Poll::Ready(()) };
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => discard(output),
            Err(_) => {}
        }
        discard(sending.take());
        Poll::Ready(())
    })
    .await;
}

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Polls once; `None` if it is not ready.
pub(super) async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Lets everything that can run on this thread run.
pub(super) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}
