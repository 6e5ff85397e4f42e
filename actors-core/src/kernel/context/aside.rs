//! Work beside the mailbox: futures, streams and blocking calls whose results come back as messages.

use std::pin::{Pin, pin};
use std::task::Poll;

use futures_core::Stream;
use tokio::task::AbortHandle;
use tokio::task::coop::consume_budget;

use super::{Context, Ticket, deliver_to_self};
use crate::exit::ExitReason;
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::endpoint::{Endpoint, Parcel, deliver};
use crate::kernel::envelope::sender;
use crate::kernel::refs::ActorRef;
use crate::mailbox::Lane;
use crate::mailbox::OnFull;
use crate::message::Message;
use crate::panics::contain;

impl<A: Actor> Context<A> {
    /// Runs a future beside the actor and sends its result, mapped, to this actor.
    ///
    /// The actor handles other messages meanwhile and is kept alive until the result has come. Cancelled when the life
    /// ends. A panic in the future or in `map` fails the actor.
    pub fn pipe<F, M>(&mut self, future: F, map: impl FnOnce(F::Output) -> M + Send + 'static)
    where
        F: Future<Output: Send> + Send + 'static,
        M: Message,
        A: Responder<M>,
    {
        let (me, incarnation, sender) = (self.myself(), self.incarnation, sender());
        self.spawn_aside(async move {
            match guard_panics(async { map(future.await) }).await {
                Ok(message) => sender.in_scope(|| {
                    deliver_to_self(me.cell(), Lane::User, Ticket::Life(incarnation), message);
                }),
                Err(panic) => me.any().fault(incarnation, ExitReason::Panicked(panic)),
            }
        });
    }

    /// Runs a closure that blocks or computes on the system's blocking pool and sends its result, mapped, to this actor.
    ///
    /// A closure that runs cannot be cancelled: if the life ends first, its result is dropped. A panic fails the actor.
    pub fn blocking<T, M>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
        map: impl FnOnce(T) -> M + Send + 'static,
    ) where
        M: Message,
        A: Responder<M>,
    {
        let (me, incarnation, sender) = (self.myself(), self.incarnation, sender());
        self.host().blocking_pool().submit(move || match contain(|| map(work())) {
            Ok(message) => sender.in_scope(|| {
                deliver_to_self(me.cell(), Lane::User, Ticket::Life(incarnation), message);
            }),
            Err(panic) => me.any().fault(incarnation, ExitReason::Panicked(panic)),
        });
    }

    /// Sends this actor every item of a stream, mapped. Pulls only as the mailbox has room.
    ///
    /// The stream keeps the actor alive until it ends. Dropped when the life ends. A panic in it fails the actor.
    pub fn attach<S, M>(&mut self, stream: S, map: impl FnMut(S::Item) -> M + Send + 'static)
    where
        S: Stream<Item: Send> + Send + 'static,
        M: Message,
        A: Responder<M>,
    {
        let (me, incarnation) = (self.myself(), self.incarnation);
        self.spawn_aside(async move {
            if let Err(panic) = guard_panics(pull(stream, map, &me)).await {
                me.any().fault(incarnation, ExitReason::Panicked(panic));
            }
        });
    }

    /// Runs a task that is aborted when the life ends.
    pub(super) fn spawn_aside(&mut self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let runtime = self.host().runtime().clone();
        let tasks = &mut self.extras().tasks;
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(task, &runtime)
    }
}

async fn pull<A, S, M>(stream: S, mut map: impl FnMut(S::Item) -> M, me: &ActorRef<A>)
where
    A: Responder<M>,
    S: Stream,
    M: Message,
{
    let mut stream = pin!(stream);
    while let Some(item) = std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
        let parcel = Parcel::told(map(item));
        let delivered = match me.cell().inbox.policy() {
            OnFull::Wait => deliver(me, parcel).await,
            // What others lose by the mailbox's policy waits here: nobody pulls more than there is room for.
            _ => me.wait_for_room(parcel).await,
        };
        // It has ended, and the stream with it.
        if delivered.is_err() {
            return;
        }
        // A stream that is always ready and a mailbox that always has room leave the thread to others all the same.
        consume_budget().await;
    }
}

/// Awaits a future; a panic in it becomes an error with the panic's text.
async fn guard_panics<F: Future>(future: F) -> Result<F::Output, String> {
    let mut future = pin!(future);
    std::future::poll_fn(move |cx| {
        let poll = contain(|| Pin::as_mut(&mut future).poll(cx));
        match poll {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}
