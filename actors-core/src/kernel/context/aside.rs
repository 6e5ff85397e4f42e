//! Work beside the mailbox: futures, streams and blocking calls whose results come back as messages.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_core::Stream;
use tokio::task::AbortHandle;

use super::{Context, Ticket, deliver_to_self};
use crate::exit::{ExitReason, panic_message};
use crate::kernel::actor::{Actor, Responder};
use crate::kernel::endpoint::{Parcel, deliver};
use crate::kernel::refs::ActorRef;
use crate::mailbox::Lane;
use crate::message::Message;

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
        let (me, incarnation) = (self.myself(), self.incarnation);
        self.spawn_aside(async move {
            match guard_panics(async { map(future.await) }).await {
                Ok(message) => {
                    deliver_to_self(me.cell(), Lane::User, Ticket::Life(incarnation), message);
                }
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
        let (me, incarnation) = (self.myself(), self.incarnation);
        self.host().blocking_pool().submit(move || match catch_unwind(AssertUnwindSafe(|| map(work()))) {
            Ok(message) => {
                deliver_to_self(me.cell(), Lane::User, Ticket::Life(incarnation), message);
            }
            Err(panic) => me.any().fault(incarnation, ExitReason::Panicked(panic_message(&*panic))),
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
        if deliver(me, parcel).await.is_err() {
            return;
        }
    }
}

/// Awaits a future; a panic in it becomes an error with the panic's text.
async fn guard_panics<F: Future>(future: F) -> Result<F::Output, String> {
    let mut future = pin!(future);
    std::future::poll_fn(move |cx| {
        let poll = catch_unwind(AssertUnwindSafe(|| Pin::as_mut(&mut future).poll(cx)));
        match poll {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic_message(&*panic))),
        }
    })
    .await
}
