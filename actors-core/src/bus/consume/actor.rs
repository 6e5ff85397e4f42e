//! Events for an actor.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::task::JoinSet;

use super::desk::Desk;
use super::hands::{Hands, Sent};
use crate::bus::dead_event::DeadCause;
use crate::bus::member::{Employment, Farewell, Handling, Member};
use crate::bus::retry::Retry;
use crate::bus::subscribe::{Open, Subscribe};
use crate::bus::subscription::Subscription;
use crate::bus::taken::Taken;
use crate::error::AskError;
use crate::kernel::endpoint::{Endpoint, Parcel, Refusal, RefusalKind};
use crate::kernel::refs::Recipient;
use crate::mailbox::OnFull;
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
        let desk = Arc::new(Desk::default());
        let (mut hands, mut failed) = (Hands::new(member.clone()), JoinSet::new());
        let (mut answers, mut is_over) = (Vec::new(), false);
        loop {
            desk.take(&mut answers);
            for (place, outcome) in answers.drain(..) {
                self.settle(&mut hands, place, outcome, member, &mut failed);
            }
            while failed.try_join_next().is_some() {}
            let busy = hands.sent() + failed.len();
            is_over |= member.has_left();
            let most = if is_over { 0 } else { self.in_mailbox.saturating_sub(busy).min(self.batch(member)) };
            let mut arrival = pin!(member.group.arrival());
            let mut taken = hands.take(most);
            if taken == Taken::Nothing && most > 0 {
                // From here on no arrival is missed.
                arrival.as_mut().enable();
                taken = if member.has_left() { Taken::Nothing } else { hands.take(most) };
            }
            match taken {
                Taken::Some { .. } => {
                    self.send(&mut hands, &desk, member).await;
                    give_way(member).await;
                    continue;
                }
                Taken::Over => is_over = true,
                Taken::Nothing if member.has_left() && !is_over => continue,
                Taken::Nothing => {}
            }
            if is_over && busy == 0 {
                // An arrival may have been announced to this one only.
                return member.group.announce();
            }
            std::future::poll_fn(|cx| {
                let arrived = !is_over && most > 0 && arrival.as_mut().poll(cx).is_ready();
                let answered = desk.poll(cx).is_ready();
                let settled = !failed.is_empty() && failed.poll_join_next(cx).is_ready();
                if arrived || answered || settled { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }

    /// How many events are taken at a time: those that were taken wait in vain if the actor's mailbox is full, which only
    /// patient publishers do not notice, and members of a group take turns.
    fn batch(&self, member: &Member) -> usize {
        let alone = member.group.name.is_none() && member.group.shape.on_full == OnFull::Wait;
        if alone { self.in_mailbox } else { 1 }
    }

    /// Puts what was taken into the mailbox.
    async fn send(&self, hands: &mut Hands, desk: &Arc<Desk>, member: &Arc<Member>) {
        let group = &member.group;
        let mut room = 0;
        while let Some(entry) = hands.next() {
            if member.has_left() {
                break;
            }
            room += usize::from(group.takes_room(entry));
            let Some(message) = (self.open)(&entry.item) else {
                hands.has_handled_next();
                continue;
            };
            let parcel = Parcel::asked(message, desk.reply_to(entry.place));
            let mut outcome = self.actor.offer(parcel);
            if let Err(Refusal { kind: RefusalKind::Busy, parcel }) = outcome {
                group.release_many(std::mem::take(&mut room));
                outcome = self.actor.wait_for_room(parcel).await;
            }
            match outcome {
                Ok(()) => hands.has_sent(),
                Err(Refusal { kind: RefusalKind::Stopped, .. }) => member.leave(Farewell::Forced),
                Err(Refusal { parcel, .. }) => {
                    group.count_dropped(1);
                    self.actor.bury(parcel.into_parts().0, DeadLetterReason::MailboxFull);
                    hands.has_handled_next();
                }
            }
        }
        group.release_many(room);
        hands.give_back_unsent();
    }

    /// Sees to what becomes of an event that the actor has answered.
    fn settle(
        &self,
        hands: &mut Hands,
        place: u64,
        outcome: Result<(), AskError>,
        member: &Arc<Member>,
        failed: &mut JoinSet<()>,
    ) {
        // What the mailbox refused is answered too.
        let Some(sent) = hands.remove(place) else { return };
        match outcome {
            Ok(()) => hands.has_handled(sent),
            Err(AskError::Full) => {
                // The mailbox dropped it by its own policy and has counted it among the dead letters.
                member.group.count_dropped(1);
                hands.has_handled(sent);
            }
            Err(error) => {
                let Sent { entry, crew } = sent;
                let handling = member.handling(entry);
                failed.spawn(retry(member.clone(), self.actor.clone(), handling, error, crew, self.retry));
            }
        }
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

/// Lets others have their turn.
async fn give_way(member: &Member) {
    if member.group.name.is_some() {
        // The other members are to get their share, also those on the same thread.
        tokio::task::yield_now().await;
    } else {
        tokio::task::consume_budget().await;
    }
}

/// Sees to what becomes of an event that the actor has not handled, when its group had `crew` members.
async fn retry<T: Message>(
    member: Arc<Member>,
    actor: Recipient<T>,
    mut handling: Handling,
    error: AskError,
    crew: usize,
    retry: Retry,
) {
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
