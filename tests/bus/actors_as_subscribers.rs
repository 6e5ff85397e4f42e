//! Subscriptions of actors.

use actors::prelude::*;
use actors::{DeadLetterReason, ReplyTo};

use crate::support::{Drawn, Gate, Journal, Scribe, draw, numbers, seconds};

#[tokio::test]
async fn an_actor_gets_the_events_in_order_and_is_kept_alive() {
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    bus.subscribe::<Drawn>().to(&system.spawn(Scribe::new("scribe", &journal)));
    draw(&bus, 0..1000).await;
    assert!(numbers(&journal.filled(1000).await).into_iter().eq(0..1000));
}

#[tokio::test]
async fn a_recipient_does_too() {
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    let recipient: Recipient<Drawn> = system.spawn(Scribe::new("scribe", &journal)).recipient();
    let subscription = bus.subscribe::<Drawn>().to(&recipient);
    draw(&bus, [1]).await;
    assert_eq!(numbers(&journal.filled(1).await), [1]);
    drop(recipient);
    assert!(!subscription.has_ended());
}

#[tokio::test]
async fn the_subscription_ends_with_its_actor_and_what_waited_is_dead() {
    let system = ActorSystem::new();
    let (bus, journal, gate) = (system.bus(), Journal::default(), Gate::closed());
    let actor = system.spawn(Scribe::behind("stuck", &journal, &gate));
    let subscription = bus.subscribe::<Drawn>().concurrency(1).to(&actor);
    draw(&bus, [1, 2, 3]).await;
    gate.arrivals.filled(1).await;
    actor.stop_now();
    gate.open();
    subscription.wait().await;
    assert_eq!(numbers(&journal.entries()), [1]);
    assert_eq!(subscription.dropped(), 2);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 2);
    // Nobody subscribes any more.
    draw(&bus, 0..10_000).await;
}

#[tokio::test]
async fn a_subscription_of_an_idle_actor_ends_with_it_too() {
    let system = ActorSystem::new();
    let actor = system.spawn(Scribe::new("idle", &Journal::default()));
    let subscription = system.bus().subscribe::<Drawn>().to(&actor);
    actor.stop();
    subscription.wait().await;
}

#[tokio::test]
async fn a_cancelled_subscription_lets_its_actor_go() {
    let system = ActorSystem::new();
    let actor = system.spawn(Scribe::new("scribe", &Journal::default()));
    let (weak, subscription) = (actor.downgrade(), system.bus().subscribe::<Drawn>().to(&actor));
    drop(actor);
    let actor = weak.upgrade().expect("the subscription keeps it");
    subscription.cancel();
    subscription.wait().await;
    let ended = tokio::spawn(async move {
        let core = actor.clone();
        drop(actor);
        let weak = core.downgrade();
        drop(core);
        while weak.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    });
    ended.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_event_an_actor_fails_over_is_tried_again_by_its_next_life() {
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    let mut dead = bus.dead_events().into_stream();
    let noted = journal.clone();
    let actor = system
        .actor(move || Scribe::new("scribe", &noted))
        .restart(Restart::permanent().max(100, seconds(1000)))
        .spawn();
    bus.subscribe::<Drawn>().retry(Retry::fixed(seconds(1)).max(2)).to(&actor);
    draw(&bus, [666_666, 1]).await;
    let poison = dead.next().await.unwrap();
    assert_eq!((poison.attempts(), poison.downcast::<Drawn>()), (3, Some(Drawn(666_666))));
    assert!(poison.cause().to_string().contains("the actor failed"), "{}", poison.cause());
    let mut all = numbers(&journal.filled(4).await);
    all.sort_unstable();
    assert_eq!(all, [1, 666_666, 666_666, 666_666]);
}

/// Keeps the reply handles until the number 99 comes, or so many are kept; then answers the last first.
#[derive(Default)]
struct Keeper {
    kept: Vec<ReplyTo<()>>,
    most: Option<usize>,
    journal: Journal,
}

impl Actor for Keeper {}

impl Responder<Drawn> for Keeper {
    async fn respond(&mut self, Drawn(number): Drawn, reply: ReplyTo<()>, _: &mut Context<Self>) {
        self.kept.push(reply);
        self.journal.note(number);
        if number == 99 || self.most == Some(self.kept.len()) {
            self.kept.drain(..).rev().for_each(|reply| reply.send(()));
        }
    }
}

#[tokio::test]
async fn an_event_is_handled_when_the_actor_says_so() {
    let system = ActorSystem::new();
    let (bus, journal) = (system.bus(), Journal::default());
    let keeper = system.spawn(Keeper { journal: journal.clone(), ..Keeper::default() });
    bus.subscribe::<Drawn>().concurrency(2).to(&keeper);
    draw(&bus, [1, 2, 3]).await;
    assert_eq!(journal.filled(2).await, [1, 2]);
    // It would have the third one if those in its hands did not count.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(journal.entries(), [1, 2]);
    keeper.tell(Drawn(99)).await.unwrap();
    assert_eq!(journal.filled(4).await, [1, 2, 99, 3]);
}

#[tokio::test]
async fn answers_may_come_late_and_in_any_order() {
    for most in [1, 8, 64] {
        let system = ActorSystem::new();
        let (bus, journal) = (system.bus(), Journal::default());
        let keeper = Keeper { most: Some(most), journal: journal.clone(), ..Keeper::default() };
        let subscription = bus.subscribe::<Drawn>().concurrency(most).to(&system.spawn(keeper));
        // All but the last ones wait until as many are kept as the subscription brings at a time.
        draw(&bus, 1_000..1_640).await;
        assert!(journal.filled(640).await.into_iter().eq(1_000..1_640));
        subscription.cancel();
        subscription.wait().await;
        assert_eq!(subscription.dropped(), 0);
    }
}

#[tokio::test]
async fn a_full_mailbox_fills_the_line_and_then_publishers_wait() {
    let system = ActorSystem::new();
    let (bus, journal, gate) = (system.bus(), Journal::default(), Gate::closed());
    let behind = Scribe::behind("stuck", &journal, &gate);
    let actor = system.actor(move || behind.clone()).mailbox(Mailbox::bounded(1)).spawn();
    let subscription = bus.subscribe::<Drawn>().capacity(2).concurrency(8).to(&actor);
    let mut accepted = 0;
    while bus.try_publish(Drawn(accepted)).is_ok() {
        accepted += 1;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(accepted, 5, "one is handled, one in the mailbox, one at its door, two in the line");
    subscription.cancel();
    gate.open();
    subscription.wait().await;
    assert_eq!((numbers(&journal.entries()), subscription.dropped()), (vec![0, 1, 2], 2));
}

#[tokio::test]
async fn what_a_mailbox_refuses_is_counted() {
    let system = ActorSystem::new();
    let (bus, journal, gate) = (system.bus(), Journal::default(), Gate::closed());
    let behind = Scribe::behind("stuck", &journal, &gate);
    let small = Mailbox::bounded(1).on_full(OnFull::Reject);
    let actor = system.actor(move || behind.clone()).mailbox(small).spawn();
    let subscription = bus.subscribe::<Drawn>().to(&actor);
    draw(&bus, [1]).await;
    gate.arrivals.filled(1).await;
    draw(&bus, [2, 3, 4]).await;
    while subscription.dropped() < 2 {
        tokio::task::yield_now().await;
    }
    gate.open();
    assert_eq!(numbers(&journal.filled(2).await), [1, 2]);
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::MailboxFull), 2);
}
