//! What goes before what: the system's signals, urgent messages, the rest.

use actors::prelude::*;
use actors::{DeadLetterReason, Endpoint, Parcel};

use crate::support::*;

/// A boss that waits in its handler while signals and messages are queued.
#[derive(Actor)]
struct Boss {
    scribe: Scribe,
    workers: Vec<ActorRef<Scribe>>,
}

#[derive(Message)]
struct Word(&'static str);

impl Handler<Terminated> for Boss {
    async fn handle(&mut self, gone: Terminated, _: &mut Context<Self>) {
        let which = self.workers.iter().position(|worker| worker.id() == gone.id()).unwrap();
        self.scribe.journal.note(format!("terminated: {which}"));
    }
}

impl Handler<Word> for Boss {
    async fn handle(&mut self, word: Word, _: &mut Context<Self>) {
        self.scribe.journal.note(word.0);
    }
}

#[handlers]
impl Boss {
    #[handler]
    async fn watch_and_wait(&mut self, ctx: &mut Context<Self>) {
        self.workers.iter().for_each(|worker| ctx.watch(worker));
        self.scribe.entered.notify_one();
        self.scribe.gate.notified().await;
    }
}

#[tokio::test]
async fn signals_go_before_urgent_messages_and_those_before_the_rest() {
    let system = ActorSystem::new();
    let scribe = Scribe::default();
    let workers: Vec<_> = (0..6).map(|_| system.spawn(Scribe::default())).collect();
    let boss = Boss { scribe: scribe.clone(), workers: workers.clone() };
    let mut boss = Some(boss);
    let boss = system
        .actor(move || boss.take().ok_or(ActorError::msg("one life")))
        .mailbox(Mailbox::bounded(4).on_full(OnFull::Reject))
        .spawn();
    boss.watch_and_wait().tell().await.unwrap();
    scribe.entered.notified().await;
    boss.try_tell(Word("first")).unwrap();
    boss.tell(Word("urgent")).urgent().await.unwrap();
    boss.try_tell(Word("second")).unwrap();
    boss.tell(Word("urgent too")).urgent().await.unwrap();
    assert!(boss.try_tell(Word("too much")).unwrap_err().is_full());
    for which in [4, 0, 2] {
        workers[which].stop();
        workers[which].wait().await;
    }
    scribe.gate.notify_one();
    settle().await;
    assert_eq!(
        scribe.journal.entries(),
        ["terminated: 4", "terminated: 0", "terminated: 2", "urgent", "urgent too", "first", "second"]
    );

    boss.suspend();
    for which in [3, 5, 1] {
        workers[which].stop();
        workers[which].wait().await;
    }
    boss.resume();
    settle().await;
    assert_eq!(scribe.journal.entries()[7..], ["terminated: 3", "terminated: 5", "terminated: 1"]);
}

#[tokio::test]
async fn urgent_asks_and_tells_are_handled_in_the_order_they_were_sent() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    let mut expected = Vec::new();
    let mut asks = Vec::new();
    for number in 0..20 {
        actor.tell(Write { number: 100 + number }).await.unwrap();
        if number % 2 == 0 {
            actor.tell(Write { number }).urgent().await.unwrap();
        } else {
            let mut ask = actor.write(number).urgent();
            assert!(poll_once(&mut ask).await.is_none());
            asks.push(ask);
        }
        expected.push(number);
    }
    expected.extend(100..120);
    finish(&actor, &scribe).await;
    assert_eq!(written(&scribe), expected);
}

#[tokio::test]
async fn orders_to_stop_are_taken_when_the_mailbox_is_full() {
    let system = ActorSystem::new();
    for policy in [OnFull::Wait, OnFull::Reject, OnFull::DropNewest, OnFull::DropOldest] {
        type Order = fn(&ActorRef<Scribe>);
        let orders: [(Order, &str); 3] = [
            (|actor| actor.stop(), "normal"),
            (|actor| actor.stop_now(), "normal"),
            (|actor| actor.kill(), "killed"),
        ];
        for (order, reason) in orders {
            let (actor, scribe) = held(&system, Mailbox::bounded(1).on_full(policy)).await;
            actor.try_tell(Write { number: 0 }).unwrap();
            order(&actor);
            scribe.gate.notify_one();
            assert_eq!(actor.wait().await.to_string(), reason, "{policy:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_expired_in_the_mailbox_are_dropped_at_their_turn_and_counted() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    let mut asks = Vec::new();
    for number in 0..10 {
        // Every other one has time enough.
        let timeout = if number % 2 == 0 { seconds(1) } else { seconds(100) };
        let request = actor.write(number).timeout(timeout);
        let mut ask = if number < 5 { request } else { request.urgent() };
        assert!(poll_once(&mut ask).await.is_none());
        asks.push(ask);
    }
    actor.tell(Write { number: 10 }).await.unwrap();
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(system.dead_letter_counts().total(), 0, "not before their turn");
    scribe.gate.notify_one();
    for (number, ask) in (0..).zip(asks) {
        let expected = if number % 2 == 0 { Err(AskError::Timeout(seconds(1))) } else { Ok(number) };
        assert_eq!(ask.await, expected);
    }
    settle().await;
    assert_eq!(written(&scribe), [5, 7, 9, 1, 3, 10], "a tell has no deadline");
    let counts = system.dead_letter_counts();
    assert_eq!((counts.of(DeadLetterReason::Expired), counts.total()), (5, 5));
}

#[tokio::test(start_paused = true)]
async fn after_the_end_what_was_queued_is_dead_and_questions_fail_at_once() {
    type End = fn(&ActorRef<Scribe>);
    let ends: [(&str, End); 5] = [
        ("its own stop", |actor| actor.finish().urgent().try_tell().unwrap()),
        ("its own failure", |actor| actor.give_up().urgent().try_tell().unwrap()),
        ("a panic", |actor| actor.explode().urgent().try_tell().unwrap()),
        ("kill", |actor| actor.kill()),
        ("stop", |actor| actor.stop()),
    ];
    for (how, end) in ends {
        let (system, begin) = (ActorSystem::new(), tokio::time::Instant::now());
        let (actor, scribe) = held(&system, Mailbox::default()).await;
        end(&actor);
        let mut asks: Vec<_> = (0..10).map(|number| actor.write(number)).collect();
        for ask in &mut asks {
            assert!(poll_once(ask).await.is_none());
        }
        let mut urgent = actor.write(10).urgent();
        assert!(how == "stop" || poll_once(&mut urgent).await.is_none());
        for number in 20..30 {
            actor.try_tell(Write { number }).unwrap();
        }
        scribe.gate.notify_one();
        for ask in asks {
            assert_eq!(ask.await, Err(AskError::Stopped), "{how}");
        }
        assert_eq!(urgent.await, Err(AskError::Stopped), "{how}");
        assert_eq!(written(&scribe), [], "{how}");
        assert_eq!(begin.elapsed(), seconds(0), "{how}: a timeout was waited for");
        let counts = system.dead_letter_counts();
        let queued = if how == "stop" { 20 } else { 21 };
        assert_eq!((counts.of(DeadLetterReason::Stopped), counts.total()), (queued, queued), "{how}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_now_fails_questions_and_refuses_messages_while_the_handler_runs() {
    let (system, begin) = (ActorSystem::new(), tokio::time::Instant::now());
    for policy in [OnFull::Wait, OnFull::Reject, OnFull::DropNewest, OnFull::DropOldest] {
        for restart in [Restart::temporary(), Restart::permanent()] {
            let case = format!("{policy:?}, {restart:?}");
            let scribe = Scribe::default();
            let handle = scribe.clone();
            let builder = system.actor(move || scribe.clone()).mailbox(Mailbox::bounded(3).on_full(policy));
            let actor = builder.restart(restart).spawn();
            actor.hold().tell().await.unwrap();
            handle.entered.notified().await;
            let mut asks = [actor.write(1), actor.write(2), actor.write(3).urgent()];
            for ask in &mut asks {
                assert!(poll_once(ask).await.is_none(), "{case}");
            }
            let mut late = actor.write(4);
            let waits = policy == OnFull::Wait && poll_once(&mut late).await.is_none();

            actor.stop_now();
            for ask in asks {
                assert_eq!(ask.await, Err(AskError::Stopped), "{case}");
            }
            if restart == Restart::temporary() {
                if waits {
                    assert_eq!(late.await, Err(AskError::Stopped), "{case}");
                }
                let refused = actor.try_tell(Write { number: 5 }).unwrap_err();
                assert!(refused.is_stopped(), "{case}");
                assert_eq!(refused.into_message().number, 5, "{case}");
                assert_eq!(actor.write(6).urgent().await, Err(AskError::Stopped), "{case}");
            } else {
                actor.try_tell(Write { number: 5 }).unwrap();
            }
            assert!(actor.is_alive(), "{case}: its handler goes on");
            assert_eq!(handle.journal.entries(), ["started", "hold"], "{case}");
            handle.gate.notify_one();
            settle().await;
            let first_life = ["started", "hold", "released", "stopped: normal"];
            assert_eq!(handle.journal.entries()[..4], first_life, "{case}");
            assert_eq!(actor.is_alive(), restart == Restart::permanent(), "{case}");
        }
    }
    assert!(begin.elapsed() < seconds(1), "nobody waited for a timeout");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_a_bridge_asks_for_another_expires_too() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    let ask = |number, timeout| {
        let (reply, answer) = ReplyTo::channel(Some(tokio::time::Instant::now() + timeout));
        assert!(actor.offer(Parcel::asked(Write { number }, reply)).is_ok());
        answer
    };
    let (_late, in_time) = (ask(1, seconds(1)), ask(2, seconds(1_000)));
    tokio::time::sleep(seconds(2)).await;
    scribe.gate.notify_one();
    assert_eq!(in_time.await, Ok(2));
    assert_eq!(written(&scribe), [2]);
    let counts = system.dead_letter_counts();
    assert_eq!((counts.of(DeadLetterReason::Expired), counts.total()), (1, 1));
}

#[tokio::test]
async fn an_urgent_message_overtakes_a_stop_which_is_ordered_with_the_others() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    actor.try_tell(Write { number: 1 }).unwrap();
    actor.stop();
    actor.tell(Write { number: 2 }).urgent().await.unwrap();
    scribe.gate.notify_one();
    actor.wait().await;
    assert_eq!(written(&scribe), [2, 1]);
}
