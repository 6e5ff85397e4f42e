//! Events for a closure.

use std::sync::Arc;

use crate::bus::event::AnyEvent;
use crate::bus::member::{Employment, Handling, Member};
use crate::bus::outcome::{IntoOutcome, contained};
use crate::bus::retry::Retry;
use crate::bus::subscribe::Subscribe;
use crate::bus::subscription::Subscription;
use crate::error::ActorError;
use crate::kernel::custody::BoxFuture;

/// A user's closure with its types forgotten: the machinery exists once, not once for each closure.
type Handle = Arc<dyn Fn(&AnyEvent) -> BoxFuture<'static, Result<(), ActorError>> + Send + Sync>;

impl<T: 'static> Subscribe<T> {
    /// Runs a closure for each event, on the system's runtime.
    ///
    /// An event whose future returns an error or panics is [tried again](Self::retry) and, after the last try, published as
    /// a [`DeadEvent`](crate::DeadEvent) on the topic `dlq.<topic>.<group>`, or `dlq.<topic>` without a group.
    pub fn for_each<F>(self, handle: impl Fn(T) -> F + Send + Sync + 'static) -> Subscription
    where
        F: Future<Output: IntoOutcome> + Send + 'static,
    {
        let open = self.open;
        let handle: Handle = Arc::new(move |event| match open(event) {
            Some(event) => {
                let work = handle(event);
                Box::pin(async move { work.await.into_outcome() })
            }
            // A pattern covers topics of several types; those it is not for are none of its business.
            None => Box::pin(async { Ok(()) }),
        });
        let (workers, retry) = (self.concurrency.unwrap_or(1), self.retry);
        let member = self.begin(workers > 1, true);
        member.employ(workers, |employment| work(employment, handle.clone(), retry));
        Subscription::new(member)
    }
}

async fn work(employment: Arc<Employment>, handle: Handle, retry: Retry) {
    let member = employment.member();
    while let Some(handling) = member.next().await {
        handle_until_settled(member, handling, &handle, &retry).await;
        if member.group.name.is_some() {
            // The other members are to get their share, also those on the same thread.
            tokio::task::yield_now().await;
        } else {
            tokio::task::consume_budget().await;
        }
    }
}

async fn handle_until_settled(member: &Member, mut handling: Handling, handle: &Handle, retry: &Retry) {
    loop {
        let attempts = handling.count_attempt();
        let Err(cause) = contained(|| handle(handling.event())).await else {
            return handling.done();
        };
        let Some(delay) = retry.after(attempts) else {
            return handling.bury(cause);
        };
        if !member.sleep(delay).await {
            // The subscription was cancelled: the event goes to another member, if there is one.
            return;
        }
    }
}
