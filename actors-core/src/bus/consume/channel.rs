//! Events for a thread.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;

use crate::bus::member::{Employment, Farewell};
use crate::bus::subscribe::{Open, Subscribe};

impl<T: Send + 'static> Subscribe<T> {
    /// Puts the events into a channel for a thread without a runtime; it holds `capacity` events. The subscription
    /// ends, and the events in the channel are gone, when the receiver is dropped.
    ///
    /// Unless a [capacity](Self::capacity) was chosen, as many again wait for room in the channel; with more than that,
    /// the [policy](Self::on_full) decides. No thread of the runtime ever blocks.
    pub fn into_channel(self, capacity: usize) -> Receiver<T> {
        let (sender, receiver) = bounded(capacity);
        let subscribe = if self.has_capacity() { self } else { self.capacity(capacity.max(1)) };
        let open = subscribe.open;
        let member = subscribe.begin(false, true);
        member.employ(1, |employment| fill(employment, sender.clone(), open));
        receiver
    }
}

async fn fill<T: Send + 'static>(employment: Arc<Employment>, sender: Sender<T>, open: Open<T>) {
    let member = employment.member();
    let mut patience = None;
    while let Some(handling) = member.next().await {
        let Some(event) = open(handling.event()) else {
            handling.done();
            continue;
        };
        let sent = match sender.try_send(event) {
            Ok(()) => true,
            Err(TrySendError::Disconnected(_)) => false,
            Err(TrySendError::Full(event)) => {
                let patience = patience.get_or_insert_with(|| Patience::new(sender.clone()));
                patience.send(event).await
            }
        };
        if !sent {
            // The event goes to another member, if there is one.
            return member.leave(Farewell::Wanted);
        }
        handling.done();
        tokio::task::consume_budget().await;
    }
}

/// A thread that waits where a task must not: for room in a channel. Made when a channel is full for the first time.
struct Patience<T> {
    errands: Sender<Errand<T>>,
}

/// An event to be sent, and whom to tell whether it was.
type Errand<T> = (T, oneshot::Sender<bool>);

impl<T: Send + 'static> Patience<T> {
    fn new(channel: Sender<T>) -> Self {
        let (errands, todo) = bounded::<Errand<T>>(1);
        let run = move || {
            for (event, sent) in todo {
                // The task may have been given up meanwhile.
                let _ = sent.send(channel.send(event).is_ok());
            }
        };
        let spawned = std::thread::Builder::new().name("actors-bus-channel".into()).spawn(run);
        if let Err(error) = spawned {
            tracing::error!(%error, "no thread could be started that waits for room in a channel");
        }
        Self { errands }
    }

    /// Sends as soon as there is room; false if nobody receives any more.
    async fn send(&self, event: T) -> bool {
        let (sent, outcome) = oneshot::channel();
        // The thread has nothing to do when this is called, so there is room for the errand.
        self.errands.try_send((event, sent)).is_ok() && outcome.await == Ok(true)
    }
}
