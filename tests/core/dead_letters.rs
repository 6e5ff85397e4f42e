//! What becomes of messages nobody handles.

use actors::DeadLetterReason;
use actors::prelude::*;

use crate::support::*;

/// Too large for an envelope: it lies in a box of its own.
#[derive(Message)]
#[message(reply = u64)]
struct Bulk([u8; 10_000]);

impl Handler<Bulk> for Scribe {
    async fn handle(&mut self, bulk: Bulk, _: &mut Context<Self>) -> u64 {
        u64::from(bulk.0[0])
    }
}

/// Passes numbers on.
#[derive(Actor)]
struct Clerk;

#[derive(Message)]
#[message(reply = u64)]
struct PassOn(ActorRef<Scribe>, u64);

impl Responder<PassOn> for Clerk {
    async fn respond(&mut self, PassOn(to, number): PassOn, reply: ReplyTo<u64>, _: &mut Context<Self>) {
        reply.delegate(&to, Write { number }).await;
    }
}

#[tokio::test]
async fn a_dead_letter_can_be_read_and_taken() {
    let system = ActorSystem::new();
    let mut letters = system.dead_letters().subscribe();
    let scribe = Scribe::default();
    let actor = system.spawn(scribe.clone());
    actor.hold().tell().await.unwrap();
    scribe.entered.notified().await;
    actor.write(9).tell().await.unwrap();
    actor.stop_now();
    scribe.gate.notify_one();
    let letter = letters.recv().await.unwrap();
    assert_eq!(letter.reason(), DeadLetterReason::Stopped);
    assert_eq!(letter.message_type(), "Write");
    assert_eq!(letter.to(), &actor.path());
    assert!(letter.take::<String>().is_none(), "it is no String");
    assert_eq!(letter.take::<Write>().unwrap().number, 9);
    assert!(letter.take::<Write>().is_none(), "it was taken");
    let counts = system.dead_letter_counts();
    assert_eq!(counts.total(), 1);
    assert_eq!(counts.iter().find(|(reason, _)| reason.as_str() == "stopped").unwrap().1, 1);
}

#[tokio::test]
async fn what_goes_back_to_its_sender_is_no_dead_letter() {
    let system = ActorSystem::new();
    let actor = system.spawn(Scribe::default());
    actor.stop();
    actor.wait().await;
    assert!(actor.tell(Write { number: 1 }).await.unwrap_err().is_stopped());
    assert_eq!(actor.write(2).await, Err(AskError::Stopped));
    let (full, _) = held(&system, Mailbox::bounded(1).on_full(OnFull::Reject)).await;
    full.try_tell(Write { number: 0 }).unwrap();
    assert_eq!(full.write(3).await, Err(AskError::Full));
    assert_eq!(system.dead_letter_counts().total(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_tell_that_comes_too_late_is_one() {
    let system = ActorSystem::new();
    let actor = system.spawn(Scribe::default());
    actor.write(1).tell_after(seconds(1));
    let called_off = actor.write(2).tell_after(seconds(1));
    called_off.cancel();
    actor.stop();
    actor.wait().await;
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 1);
}

#[tokio::test]
async fn whatever_size_it_has_and_however_it_was_sent_it_can_be_taken() {
    let system = ActorSystem::new();
    let mut letters = system.dead_letters().subscribe();
    let (actor, scribe) = held(&system, Mailbox::default()).await;
    let clerk = system.spawn(Clerk);
    let bulk = |first| Bulk(std::array::from_fn(|at| if at == 0 { first } else { 7 }));
    actor.tell(bulk(1)).await.unwrap();
    actor.tell(Write { number: 2 }).await.unwrap();
    let (mut third, mut fourth) = (actor.ask(bulk(3)), actor.write(4));
    assert!(poll_once(&mut third).await.is_none());
    assert!(poll_once(&mut fourth).await.is_none());
    clerk.tell(PassOn(actor.clone(), 5)).await.unwrap();
    let mut sixth = clerk.ask(PassOn(actor.clone(), 6));
    assert!(poll_once(&mut sixth).await.is_none());
    settle().await;
    let mut seventh = actor.ask(bulk(7)).urgent();
    assert!(poll_once(&mut seventh).await.is_none());

    actor.stop_now();
    scribe.gate.notify_one();
    actor.wait().await;
    assert_eq!((third.await, fourth.await), (Err(AskError::Stopped), Err(AskError::Stopped)));
    assert_eq!((sixth.await, seventh.await), (Err(AskError::Stopped), Err(AskError::Stopped)));
    for number in [7, 1, 2, 3, 4, 5, 6] {
        let letter = letters.try_recv().unwrap();
        assert_eq!((letter.reason(), letter.to()), (DeadLetterReason::Stopped, &actor.path()));
        if [1, 3, 7].contains(&number) {
            assert_eq!(letter.message_type(), "Bulk");
            assert!(letter.take::<Box<Bulk>>().is_none());
            let Bulk(bytes) = letter.take().unwrap();
            assert_eq!((u64::from(bytes[0]), bytes[9_999]), (number, 7));
        } else {
            assert_eq!(letter.message_type(), "Write");
            assert_eq!(letter.take::<Write>().unwrap().number, number);
        }
    }
    assert!(letters.try_recv().is_none());
}

#[tokio::test]
async fn whoever_does_not_read_them_misses_some_and_knows_how_many() {
    let system = ActorSystem::new();
    let mut letters = system.dead_letters().subscribe();
    let (actor, scribe) = held(&system, Mailbox::unbounded()).await;
    for number in 0..5_000 {
        actor.try_tell(Write { number }).unwrap();
    }
    actor.stop_now();
    scribe.gate.notify_one();
    actor.wait().await;
    assert_eq!(letters.missed(), 5_000 - 4_096);
    for number in 0..4_096 {
        assert_eq!(letters.try_recv().unwrap().take::<Write>().unwrap().number, number, "the first are kept");
    }
    assert!(letters.try_recv().is_none());
    assert_eq!(system.dead_letter_counts().of(DeadLetterReason::Stopped), 5_000);
}

#[tokio::test(start_paused = true)]
async fn a_full_mailbox_is_the_reason_where_the_sender_cannot_be_told() {
    let system = ActorSystem::new();
    let mut letters = system.dead_letters().subscribe();
    let clerk = system.spawn(Clerk);
    let (actor, scribe) = held(&system, Mailbox::bounded(1).on_full(OnFull::Reject)).await;
    actor.try_tell(Write { number: 0 }).unwrap();
    actor.write(1).tell_after(seconds(1));
    clerk.tell(PassOn(actor.clone(), 2)).await.unwrap();
    assert_eq!(clerk.ask(PassOn(actor.clone(), 3)).await, Err(AskError::Full), "the asker is told");
    tokio::time::sleep(seconds(2)).await;
    for number in [2, 1] {
        let letter = letters.try_recv().unwrap();
        assert_eq!((letter.reason(), letter.to()), (DeadLetterReason::MailboxFull, &actor.path()));
        assert_eq!(letter.take::<Write>().unwrap().number, number);
    }
    finish(&actor, &scribe).await;
    clerk.tell(PassOn(actor.clone(), 4)).await.unwrap();
    assert_eq!(clerk.ask(PassOn(actor, 5)).await, Err(AskError::Stopped), "the asker is told");
    let counts = system.dead_letter_counts();
    assert_eq!(
        (counts.of(DeadLetterReason::MailboxFull), counts.of(DeadLetterReason::Stopped), counts.total()),
        (2, 1, 3)
    );
}
