//! Events for an actor.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::task::JoinSet;

use crate::bus::dead_event::DeadCause;
use crate::bus::member::{Employment, Farewell, Handling, Member};
use crate::bus::retry::Retry;
use crate::bus::subscribe::{Open, Subscribe};
use crate::bus::subscription::Subscription;
use crate::error::AskError;
use crate::kernel::endpoint::{Endpoint, Parcel, Refusal, RefusalKind, deliver};
use crate::kernel::refs::Recipient;
use crate::kernel::reply::{Answer, ReplyTo};
use crate::message::Message;
use crate::observe::DeadLetterReason;

/// Events of one subscription in an actor's mailbox at a time: enough to keep it busy.
const DEFAULT_IN_MAILBOX: usize = 64;

impl<T: Message<Reply = ()>> Subscribe<T> {
    /// Sends each event to an actor, or to whatever takes such messages, and keeps it alive. The subscription ends when the
    /// actor has ended.
    ///
    /// An event counts as handled when the actor's handler has returned. If the actor ends before, another member of the
    /// group gets it. If it fails over the event and lives on, the event is [tried again](Self::retry), by whichever member
    /// is free, and becomes a [`DeadEvent`](crate::DeadEvent) after the last try; in a group each member may try it once,
    /// even without retries.
    ///
    /// Up to [`concurrency`](Self::concurrency) events are in the actor's mailbox at a time: 64, or the subscription's
    /// capacity if that is smaller. An event that a full mailbox refuses or drops is counted.
    pub fn to(self, actor: &(impl Endpoint<T> + ?Sized)) -> Subscription {
        let in_mailbox = match self.concurrency {
            Some(events) => events,
            None => self.capacity_or(DEFAULT_IN_MAILBOX).min(DEFAULT_IN_MAILBOX),
        };
        let courier = Courier { actor: actor.to_recipient(), open: self.open, in_mailbox, retry: self.retry };
        // A mailbox keeps the order by itself.
        let member = self.begin(!self.retry.is_never(), true);
        member.employ(1, |employment| courier.clone().work(employment));
        Subscription::new(member)
    }
}

/// Brings events to one actor.
struct Courier<T: Message<Reply = ()>> {
    actor: Recipient<T>,
    open: Open<T>,
    in_mailbox: usize,
    retry: Retry,
}

impl<T: Message<Reply = ()>> Courier<T> {
    async fn work(self, employment: Arc<Employment>) {
        let member = employment.member();
        let mut leaving = pin!(async {
            actor_ended(&self.actor).await;
            member.leave(Farewell::Forced);
            std::future::pending::<()>().await;
        });
        let mut bringing = pin!(self.bring(member));
        std::future::poll_fn(|cx| {
            let _: Poll<()> = leaving.as_mut().poll(cx);
            bringing.as_mut().poll(cx)
        })
        .await;
    }

    /// Brings events until the subscription ends, and waits for those the actor still has.
    async fn bring(&self, member: &Arc<Member>) {
        let mut in_mailbox = JoinSet::new();
        while let Some(handling) = member.next().await {
            let crew = member.group.members();
            if let Some((handling, answer)) = self.send(member, handling).await {
                let settle = settle(member.clone(), self.actor.clone(), handling, answer, crew, self.retry);
                in_mailbox.spawn(settle);
            }
            while in_mailbox.try_join_next().is_some() {}
            if in_mailbox.len() >= self.in_mailbox {
                in_mailbox.join_next().await;
            }
            if member.group.name.is_some() {
                // The other members are to get their share, also those on the same thread.
                tokio::task::yield_now().await;
            }
        }
        while in_mailbox.join_next().await.is_some() {}
    }

    /// Puts an event into the mailbox; what it waits for then is the answer.
    async fn send(&self, member: &Arc<Member>, handling: Handling) -> Option<(Handling, Answer<()>)> {
        let Some(message) = (self.open)(handling.event()) else {
            handling.done();
            return None;
        };
        let (reply, answer) = ReplyTo::channel(None);
        match deliver(&self.actor, Parcel::asked(message, reply)).await {
            Ok(()) => return Some((handling, answer)),
            Err(Refusal { kind: RefusalKind::Stopped, .. }) => member.leave(Farewell::Forced),
            Err(Refusal { parcel, .. }) => {
                member.group.count_dropped(1);
                self.actor.bury(parcel.into_parts().0, DeadLetterReason::MailboxFull);
                handling.done();
            }
        }
        None
    }
}

impl<T: Message<Reply = ()>> Clone for Courier<T> {
    fn clone(&self) -> Self {
        let Self { actor, open, in_mailbox, retry } = self;
        Self { actor: actor.clone(), open: *open, in_mailbox: *in_mailbox, retry: *retry }
    }
}

/// Waits until the actor has ended; for ever if that cannot be observed, and then the next event shows it.
async fn actor_ended<T: Message>(actor: &Recipient<T>) {
    match actor.wait_target() {
        Some(target) => drop(target.0.core().ended().await),
        None => std::future::pending().await,
    }
}

/// Sees to what becomes of an event in the mailbox of an actor that had `crew` members in its group.
async fn settle<T: Message>(
    member: Arc<Member>,
    actor: Recipient<T>,
    mut handling: Handling,
    answer: Answer<()>,
    crew: usize,
    retry: Retry,
) {
    let error = match answer.await {
        Ok(()) => return handling.done(),
        Err(AskError::Full) => {
            // The mailbox dropped it by its own policy and has counted it among the dead letters.
            member.group.count_dropped(1);
            return handling.done();
        }
        Err(error) => error,
    };
    if !actor.is_alive() {
        // The event goes to another member, if there is one.
        return member.leave(Farewell::Forced);
    }
    // The actor failed over it, and either lives on or is about to end.
    let attempts = handling.count_attempt();
    match retry.after(attempts) {
        Some(delay) => drop(member.sleep(delay).await),
        None if (attempts as usize) < crew => {}
        None => {
            let why = match error {
                AskError::Stopped => "the actor failed".into(),
                error => error.to_string(),
            };
            handling.bury(DeadCause::Unhandled(why.into()));
        }
    }
}
