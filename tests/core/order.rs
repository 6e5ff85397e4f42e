//! One sender's messages are handled in the order it sent them, whatever it used to send them.

use actors::prelude::*;

use crate::support::*;

#[tokio::test]
async fn what_waits_for_room_is_not_overtaken_by_the_same_sender() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    let mut tell = actor.tell(Write { number: 1 });
    let mut ask = actor.write(2);
    let recipient = actor.recipient::<Write>();
    let mut through_recipient = recipient.tell(Write { number: 3 });
    let mut last = actor.write(4);
    assert!(poll_once(&mut tell).await.is_none());
    assert!(poll_once(&mut ask).await.is_none());
    assert!(poll_once(&mut through_recipient).await.is_none());
    assert!(poll_once(&mut last).await.is_none());
    assert!(actor.try_tell(Write { number: 99 }).unwrap_err().is_full());
    scribe.gate.notify_one();
    assert_eq!(last.await, Ok(4));
    through_recipient.await.unwrap();
    assert_eq!(ask.await, Ok(2));
    tell.await.unwrap();
    assert_eq!(written(&scribe), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn nobody_overtakes_the_line_while_it_is_let_in_one_by_one() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1)).await;
    actor.hold().try_tell().unwrap();
    let mut first = actor.hold().tell();
    let mut second = actor.tell(Write { number: 2 });
    assert!(poll_once(&mut first).await.is_none());
    assert!(poll_once(&mut second).await.is_none());
    for _ in 0..2 {
        scribe.gate.notify_one();
        scribe.entered.notified().await;
        assert!(actor.try_tell(Write { number: 9 }).unwrap_err().is_full(), "one waits, so there is no room");
    }
    first.await.unwrap();
    scribe.gate.notify_one();
    second.await.unwrap();
    actor.write(3).await.unwrap();
    assert_eq!(written(&scribe), [2, 3]);
}

/// Fails at the first message that comes out of its sender's order.
#[derive(Actor, Default)]
struct Tally([u64; 8]);

#[handlers]
impl Tally {
    #[handler]
    fn count(&mut self, sender: usize, number: u64) -> u64 {
        assert_eq!(self.0[sender], number, "sender {sender} out of order");
        self.0[sender] += 1;
        number
    }

    #[handler]
    fn counts(&self) -> [u64; 8] {
        self.0
    }
}

const EACH: u64 = 600;

/// Sends numbers in every way there is, some in futures that wait in the line while the next is sent.
async fn send_all(tally: ActorRef<Tally>, sender: usize) {
    let recipient = tally.recipient::<Count>();
    let numbers = (0..EACH).collect::<Vec<_>>();
    for round in numbers.chunks(6) {
        let [told, asked, tried, waiting, behind, last] =
            [0, 1, 2, 3, 4, 5].map(|at| Count { sender, number: round[at] });
        tally.tell(told).await.unwrap();
        assert_eq!(tally.ask(asked).await, Ok(round[1]));
        let mut message = tried;
        while let Err(error) = tally.try_tell(message) {
            assert!(error.is_full(), "{error}");
            message = error.into_message();
            tokio::task::yield_now().await;
        }
        let mut waiting = recipient.tell(waiting);
        let mut behind = tally.ask(behind);
        let entered = poll_once(&mut waiting).await;
        let answered = poll_once(&mut behind).await;
        recipient.tell(last).await.unwrap();
        if answered.is_none() {
            assert_eq!(behind.await, Ok(round[4]));
        }
        if entered.is_none() {
            waiting.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tells_asks_and_tries_of_many_senders_keep_each_ones_order() {
    let system = ActorSystem::new();
    for mailbox in [Mailbox::bounded(1), Mailbox::bounded(3), Mailbox::bounded(64), Mailbox::unbounded()] {
        let tally = system.actor(Tally::default).mailbox(mailbox).spawn();
        let senders: Vec<_> = (0..8).map(|sender| tokio::spawn(send_all(tally.clone(), sender))).collect();
        for sender in senders {
            sender.await.unwrap();
        }
        assert_eq!(tally.counts().await, Ok([EACH; 8]), "{mailbox:?}");
    }
}

#[tokio::test]
async fn a_stop_is_ordered_with_asks_and_tells_of_its_sender() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    actor.tell(Write { number: 1 }).await.unwrap();
    let mut before = actor.write(2);
    assert!(poll_once(&mut before).await.is_none());
    actor.stop();
    actor.stop();
    let mut after = actor.write(3);
    assert!(poll_once(&mut after).await.is_none());
    scribe.gate.notify_one();
    assert_eq!(before.await, Ok(2));
    assert_eq!(after.await, Err(AskError::Stopped));
    assert!(matches!(actor.wait().await, ExitReason::Normal));
    assert_eq!(scribe.journal.entries(), ["started", "hold", "released", "1", "2", "stopped: normal"]);
}

#[tokio::test]
async fn a_stop_comes_after_what_its_sender_waited_to_send() {
    let system = ActorSystem::new();
    let (actor, scribe) = held(&system, Mailbox::bounded(1)).await;
    let sender = tokio::spawn({
        let actor = actor.clone();
        async move {
            for number in 0..20 {
                actor.tell(Write { number }).await.unwrap();
            }
            actor.stop();
        }
    });
    settle().await;
    scribe.gate.notify_one();
    sender.await.unwrap();
    actor.wait().await;
    assert_eq!(written(&scribe), (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn stop_now_and_kill_overtake_a_stop_and_the_queue() {
    let system = ActorSystem::new();
    for (kill, reason) in [(false, "normal"), (true, "killed")] {
        let (actor, scribe) = held(&system, Mailbox::default()).await;
        actor.tell(Write { number: 1 }).await.unwrap();
        actor.stop();
        if kill {
            actor.kill()
        } else {
            actor.stop_now()
        }
        scribe.gate.notify_one();
        assert_eq!(actor.wait().await.to_string(), reason);
        assert_eq!(written(&scribe), []);
    }
}

/// Gives itself orders while its handler runs.
#[derive(Default)]
struct Resigning {
    journal: Journal,
}

/// Notes that it was dropped.
struct Guard(Journal);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

impl Actor for Resigning {
    async fn stopped(&mut self, _: &mut Context<Self>, _: &ExitReason) {
        self.journal.note("stopped");
    }
}

#[handlers]
impl Resigning {
    #[handler]
    async fn end(&mut self, kill: bool, ctx: &mut Context<Self>) {
        let _guard = Guard(self.journal.clone());
        let myself = ctx.myself();
        if kill {
            myself.kill()
        } else {
            myself.stop_now()
        }
        self.journal.note("goes on");
        tokio::task::yield_now().await;
        self.journal.note("after the await");
    }

    #[handler]
    fn kill_without_await(&mut self, ctx: &mut Context<Self>) {
        ctx.myself().kill();
        self.journal.note("finished");
    }

    #[handler]
    fn note(&mut self) {
        self.journal.note("queued");
    }
}

#[tokio::test]
async fn a_kill_drops_the_future_at_its_next_await_and_a_stop_now_lets_it_finish() {
    type Order = fn(&ActorRef<Resigning>);
    let table: [(Order, &[&str]); 3] = [
        (|actor| actor.end(true).try_tell().unwrap(), &["goes on", "dropped"]),
        (|actor| actor.end(false).try_tell().unwrap(), &["goes on", "after the await", "dropped", "stopped"]),
        (|actor| actor.kill_without_await().try_tell().unwrap(), &["finished"]),
    ];
    let system = ActorSystem::new();
    for (order, expected) in table {
        let journal = Journal::default();
        let actor = system.spawn(Resigning { journal: journal.clone() });
        order(&actor);
        actor.note().try_tell().unwrap();
        actor.wait().await;
        assert_eq!(journal.entries(), expected);
    }
}
